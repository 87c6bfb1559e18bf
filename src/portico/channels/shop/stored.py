"""Paying at the checkout with what the shop owes her already: a gift card by its code, her store credit.

What they leave is paid by card in the same breath; without one they pay for all of it or for none, for the rest would be paid at a
till, where both are taken beside cash.
"""

from collections.abc import Mapping
from contextlib import suppress

import msgspec

from portico.carts.access import owner_of
from portico.channels.shop.visit import Visit
from portico.loyalty import api as loyalty
from portico.loyalty import guarding
from portico.loyalty.types import UnknownCard
from portico.payments.types import Own, Tender
from portico.platform.db import Tx

CODE_LENGTH_MAX = 100


class StoredView(msgspec.Struct, frozen=True):
    """`credit` is empty for those who hold none. A code is never sent back to the page once it was good."""

    code: str
    error: str
    credit: str
    use_credit: bool


class Stored(msgspec.Struct, frozen=True):
    """What she pays with, and what that leaves; or why it does not do."""

    tenders: tuple[Tender, ...] = ()
    left: int = 0
    error: str = ""


def asked(typed: Mapping[str, str]) -> bool:
    return bool(typed.get("gift_code")) or typed.get("use_credit") == "1"


async def guard(here: Visit, typed: Mapping[str, str]) -> None:
    """Whoever tries codes in vain is slowed down. Refuses TooManyTries; what a wrong code comes to is told by `read`."""
    door, code = here.door, typed.get("gift_code", "")[:CODE_LENGTH_MAX]
    if code:
        with suppress(UnknownCard):
            await guarding.check(door.database, codes=[code], asker=door.principal, address=door.address)


async def view(here: Visit, tx: Tx, typed: Mapping[str, str], error: str) -> StoredView:
    held = await _credit(here, tx)
    return StoredView(
        typed.get("gift_code", ""), error, here.words.money(held) if held else "", typed.get("use_credit") == "1"
    )


async def _credit(here: Visit, tx: Tx) -> int:
    owner = owner_of(here.door.principal)
    if owner.customer_id is None:
        return 0
    wallet = await loyalty.wallet(tx, customer_ids=[owner.customer_id], currencies=[here.market.currency])
    return wallet.credit.get(here.market.currency, 0)


async def read(here: Visit, tx: Tx, typed: Mapping[str, str], *, total: int, by_card: bool) -> Stored:
    """What was asked to pay with, for `total`. `by_card`: a card pays what is left."""
    if not asked(typed) or not total:
        return Stored(left=total)
    tenders, left = [], total
    if code := typed.get("gift_code", "")[:CODE_LENGTH_MAX]:
        card = (await loyalty.cards(tx, codes=[code])).get(code)
        if card is None or not card.good(at=tx.now) or card.currency != here.market.currency or not card.balance:
            return Stored(error=here.say("shop.stored.no_card"))
        tenders.append(Tender(handler=Own.GIFT_CARD, amount=min(card.balance, left), credential=code))
        left -= min(card.balance, left)
    if left and typed.get("use_credit") == "1" and (held := await _credit(here, tx)):
        tenders.append(Tender(handler=Own.STORE_CREDIT, amount=min(held, left)))
        left -= min(held, left)
    if left and not by_card:
        words = here.words
        return Stored(error=here.say("shop.stored.not_enough", held=words.money(total - left), left=words.money(left)))
    return Stored(tuple(tenders), left)

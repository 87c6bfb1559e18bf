"""Paying at the checkout with what the shop owes her already: a gift card by its code, and what is hers: points, cards in her wallet, store credit.

What they leave is paid by card or on a company's account in the same breath; without either they pay for all of it or for none, for the rest would be paid at a
till, where both are taken beside cash.
"""

from collections.abc import Mapping
from contextlib import suppress

import msgspec

from portico.carts.access import owner_of
from portico.channels.shop.visit import Visit
from portico.loyalty import api as loyalty
from portico.loyalty import guarding
from portico.loyalty.types import BurnAsk, GiftCard, UnknownCard
from portico.payments.types import Own, Tender
from portico.platform.db import Tx
from portico.platform.money import AMOUNT_MAX

CODE_LENGTH_MAX = 100
USES = ("use_credit", "use_cards", "use_points")


class StoredView(msgspec.Struct, frozen=True):
    """`credit`, `cards` and `points` are empty for those who hold none that pay here. A code is never sent back to the page once it was
    good."""

    code: str
    error: str
    credit: str
    use_credit: bool
    cards: str = ""
    use_cards: bool = False
    points: str = ""
    use_points: bool = False


class Stored(msgspec.Struct, frozen=True):
    """What she pays with, and what that leaves; or why it does not do."""

    tenders: tuple[Tender, ...] = ()
    left: int = 0
    error: str = ""


def asked(typed: Mapping[str, str]) -> bool:
    return bool(typed.get("gift_code")) or any(typed.get(one) == "1" for one in USES)


async def guard(here: Visit, typed: Mapping[str, str]) -> None:
    """Whoever tries codes in vain is slowed down. Refuses TooManyTries; what a wrong code comes to is told by `read`."""
    door, code = here.door, typed.get("gift_code", "")[:CODE_LENGTH_MAX]
    if code:
        with suppress(UnknownCard):
            await guarding.check(door.database, codes=[code], asker=door.principal, address=door.address)


async def view(here: Visit, tx: Tx, typed: Mapping[str, str], error: str) -> StoredView:
    held, money = await _held(here, tx), here.words.money
    cards = sum(one.balance for one in held.cards)
    return StoredView(
        typed.get("gift_code", ""), error, money(held.credit) if held.credit else "", typed.get("use_credit") == "1",
        money(cards) if cards else "", typed.get("use_cards") == "1", money(held.points) if held.points else "",
        typed.get("use_points") == "1",
    )  # fmt: skip


class Held(msgspec.Struct, frozen=True):
    """What pays here of all she holds, in minor units; `points` for as much as could ever be due."""

    credit: int = 0
    cards: tuple[GiftCard, ...] = ()
    points: int = 0


async def _held(here: Visit, tx: Tx, *, due: int = AMOUNT_MAX) -> Held:
    owner, currency = owner_of(here.door.principal), here.market.currency
    if owner.customer_id is None:
        return Held()
    wallet = await loyalty.wallet(tx, customer_ids=[owner.customer_id], currencies=[currency])
    asked = BurnAsk(
        customer_ids=(owner.customer_id,), market_id=here.market.id, channel_id=here.door.hand.channel_id, due=due
    )
    (points,) = await loyalty.burnable(tx, asks=[asked])
    cards = tuple(one for one in wallet.cards if one.currency == currency and one.good(at=tx.now))
    return Held(wallet.credit.get(currency, 0), cards, points.amount if points else 0)


async def read(here: Visit, tx: Tx, typed: Mapping[str, str], *, total: int, rest_is_paid: bool) -> Stored:
    """What was asked to pay with, for `total`. `rest_is_paid`: a card, or her company, pays what is left."""
    if not asked(typed) or not total:
        return Stored(left=total)
    tenders, left = [], total
    if code := typed.get("gift_code", "")[:CODE_LENGTH_MAX]:
        card = (await loyalty.cards(tx, codes=[code])).get(code)
        if card is None or not card.good(at=tx.now) or card.currency != here.market.currency or not card.balance:
            return Stored(error=here.say("shop.stored.no_card"))
        tenders.append(Tender(handler=Own.GIFT_CARD, amount=min(card.balance, left), credential=code))
        left -= min(card.balance, left)
    held = await _held(here, tx, due=total)
    if part := min(left, held.points) if typed.get("use_points") == "1" else 0:
        tenders.append(Tender(handler=Own.POINTS, amount=part))
        left -= part
    for one in held.cards if typed.get("use_cards") == "1" else ():
        if part := min(left, one.balance):
            tenders.append(Tender(handler=Own.GIFT_CARD, amount=part, credential=str(one.id)))
            left -= part
    if part := min(left, held.credit) if typed.get("use_credit") == "1" else 0:
        tenders.append(Tender(handler=Own.STORE_CREDIT, amount=part))
        left -= part
    if left and not rest_is_paid:
        words = here.words
        return Stored(error=here.say("shop.stored.not_enough", held=words.money(total - left), left=words.money(left)))
    return Stored(tuple(tenders), left)

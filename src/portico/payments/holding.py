"""What a buyer holds with us, as it pays: the cards in her wallet, her credit, her points."""

from collections.abc import Mapping, Sequence

import msgspec

from portico.loyalty import api as loyalty
from portico.loyalty.types import Burnable, BurnAsk, CodeOver, GiftCardId, Wallet, WalletClaim, WalletCodeId
from portico.payments.types import WALLET, NotEnough, Own, PayAsk, Tender
from portico.platform.db import Tx
from portico.platform.ids import Id, any_id
from portico.platform.refusals import Refused


async def open_wallets(tx: Tx, asks: Sequence[PayAsk]) -> list[PayAsk | Refused]:
    """A wallet is what is in it: her cards, those first that lapse first, and her credit. It was opened by a code that pays once."""
    if not any(one.handler == WALLET for ask in asks for one in ask.tenders):
        return list(asks)
    opened: list[PayAsk | Refused] = []
    for ask in asks:
        ids = [
            id
            for one in ask.tenders
            if one.handler == WALLET and isinstance(id := any_id(one.credential), WalletCodeId)
        ]
        claims, held = {}, None
        if ids and ask.customer_ids:
            claims = await loyalty.claims(tx, ids=ids, by=ask.by)
            held = await loyalty.wallet(tx, customer_ids=ask.customer_ids, currencies=[ask.currency])
        tenders: list[Tender] = []
        try:
            for one in ask.tenders:
                tenders += _inside(ask, one, claims, held) if one.handler == WALLET else [one]
            opened.append(msgspec.structs.replace(ask, tenders=tuple(tenders)))
        except Refused as refused:
            opened.append(refused)
    return opened


def _inside(ask: PayAsk, one: Tender, claims: Mapping[WalletCodeId, WalletClaim], held: Wallet | None) -> list[Tender]:
    claim = next((each for id, each in claims.items() if str(id) == one.credential), None)
    if held is None or claim is None or claim.customer_id not in ask.customer_ids:
        raise CodeOver()
    left = ask.due if one.amount is None else one.amount
    found = []
    for card in held.cards:
        part = min(left, card.balance)
        if part and card.currency == ask.currency and card.good(at=ask.occurred_at):
            found.append(Tender(handler=Own.GIFT_CARD, amount=part, card_id=card.id, claim_id=claim.id))
            left -= part
    if part := min(left, held.credit.get(ask.currency, 0)):
        found.append(Tender(handler=Own.STORE_CREDIT, amount=part, claim_id=claim.id))
        left -= part
    if left and one.amount is not None:
        raise NotEnough(due=one.amount, tendered=one.amount - left, currency=ask.currency)
    return found


async def burnable(tx: Tx, asks: Mapping[Id, PayAsk]) -> dict[Id, Burnable]:
    wanted = [
        BurnAsk(
            customer_ids=one.customer_ids, market_id=one.market_id, channel_id=one.by.channel_id, due=one.due,
            goods=one.goods,
        )
        for one in asks.values()
    ]  # fmt: skip
    found = await loyalty.burnable(tx, asks=wanted)
    return {id: one for id, one in zip(asks, found, strict=True) if one}


def card_id(one: Tender) -> GiftCardId | None:
    found = any_id(one.credential)
    return found if isinstance(found, GiftCardId) else None

"""What a buyer holds with us, as it pays: the cards in her wallet, her credit, her points."""

from collections.abc import Mapping, Sequence

import msgspec

from portico.identity import api as identity
from portico.ledger import api as ledger
from portico.loyalty import api as loyalty
from portico.loyalty.types import (
    Burnable,
    BurnAsk,
    CodeOver,
    GiftCardId,
    Wallet,
    WalletClaim,
    WalletCodeId,
    credit_account,
)
from portico.payments.types import WALLET, NotEnough, Own, PayAsk, Tender
from portico.platform.db import Tx
from portico.platform.ids import Id, any_id
from portico.platform.refusals import Refused

HELD = frozenset({WALLET, Own.POINTS, Own.STORE_CREDIT, Own.GIFT_CARD})


async def look_through(tx: Tx, asks: Sequence[PayAsk]) -> list[PayAsk | Refused]:
    """Each with the records that are the buyer's, wallets opened, and credit taken from wherever she has it."""
    return await _spread(tx, await _open_wallets(tx, await _with_records(tx, asks)))


async def _with_records(tx: Tx, asks: Sequence[PayAsk]) -> list[PayAsk]:
    buyers = {
        one.reference: one.customer_id
        for one in asks
        if one.customer_id and any(each.handler in HELD for each in one.tenders)
    }
    if not buyers:
        return list(asks)
    own = await identity.each_own_records(tx, ids=sorted(set(buyers.values())))
    return [
        msgspec.structs.replace(one, records=own[buyers[one.reference]]) if one.reference in buyers else one
        for one in asks
    ]


async def _spread(tx: Tx, asks: Sequence[PayAsk | Refused]) -> list[PayAsk | Refused]:
    """Credit of somebody with several records is taken from each as far as it reaches, from the one who buys first."""
    wide = [
        one
        for one in asks
        if isinstance(one, PayAsk)
        and len(one.records) > 1
        and any(each.handler == Own.STORE_CREDIT for each in one.tenders)
    ]
    if not wide:
        return list(asks)
    codes = {credit_account(id, one.currency).code for one in wide for id in one.records}
    balances = await ledger.balances(tx, codes=sorted(codes))
    return [_spread_out(one, balances) if one in wide and isinstance(one, PayAsk) else one for one in asks]


def _spread_out(ask: PayAsk, balances: Mapping[str, int]) -> PayAsk:
    left = {id: max(0, balances.get(credit_account(id, ask.currency).code, 0)) for id in ask.records}
    tenders: list[Tender] = []
    for one in ask.tenders:
        if one.handler != Own.STORE_CREDIT:
            tenders.append(one)
            continue
        holders = [id for id in ask.records if left[id]] or [ask.records[0]]
        if one.amount is None:
            tenders += [msgspec.structs.replace(one, holder=id) for id in holders]
            continue
        wanted = one.amount
        for id in holders:
            last = id == holders[-1]  # what nobody has is asked of the last, who refuses it
            part = wanted if last else min(wanted, left[id])
            left[id], wanted = max(0, left[id] - part), wanted - part
            if part:
                tenders.append(msgspec.structs.replace(one, amount=part, holder=id))
    return msgspec.structs.replace(ask, tenders=tuple(tenders))


async def _open_wallets(tx: Tx, asks: Sequence[PayAsk]) -> list[PayAsk | Refused]:
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

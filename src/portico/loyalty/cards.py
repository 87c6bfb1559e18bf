"""Gift cards: made, printed, sold, found, blocked, lapsed; and what we owe on them."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from portico.business.types import Market, MarketId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.ledger.types import Transfer
from portico.loyalty.events import CardActivated, CardExpired, CardIssued
from portico.loyalty.rules import cards as rules
from portico.loyalty.rules import codes
from portico.loyalty.store import cards as store
from portico.loyalty.types import (
    BATCH_MAX,
    BadAmount,
    BadPolicy,
    CardBatch,
    CardBatchId,
    CardKind,
    CardMonth,
    CardPolicy,
    CardProduct,
    CardSale,
    CardState,
    GiftCard,
    GiftCardId,
    Issued,
    Liability,
    NewCard,
    NoCardDue,
    NotForSale,
    Printed,
    UnknownCard,
    card_account,
    issued_account,
    lapsed_account,
)
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import NotFound

LAPSED_AT_ONCE = 500
CARDS_MAX = 100  # of one customer
SYSTEM = Hand(actor="system:loyalty", actor_name="Portico")


def check(amount: int) -> None:
    """Refuses BadAmount."""
    if not 0 < amount <= money.AMOUNT_MAX:
        raise BadAmount(amount=amount, amount_max=money.AMOUNT_MAX)


async def issue(tx: Tx, *, cards: Sequence[NewCard], by: Hand) -> list[Issued]:
    """Make gift cards that hold their amounts. Refuses BadAmount."""
    made = []
    for one in cards:
        check(one.amount)
        code = codes.new_code()
        card = GiftCard(
            GiftCardId.new(), code[-4:], one.currency, one.amount, CardState.ACTIVE, one.customer_id, one.expires_at,
            tx.now, one.kind, None, tx.now, one.amount,
        )  # fmt: skip
        made.append(Issued(card, code))
    await tx.run(
        store.ISSUE,
        ids=[one.card.id for one in made],
        code_hashes=[codes.hashed(codes.plain(one.code)) for one in made],
        last4s=[one.card.last4 for one in made],
        currencies=[one.card.currency for one in made],
        amounts=[one.card.issued_amount for one in made],
        customer_ids=[one.card.customer_id for one in made],
        expires_ats=[one.card.expires_at for one in made],
        kinds=[one.card.kind for one in made],
        actor=by.actor,
        actor_name=by.actor_name,
        now=tx.now,
    )
    await _fill(tx, [one.card for one in made], by)
    tx.emit(
        CardIssued(
            subject=one.card.id, by=by, occurred_at=tx.now, customer_id=one.card.customer_id,
            amount=one.card.issued_amount, currency=one.card.currency,
        )
        for one in made
    )  # fmt: skip
    return made


async def _fill(tx: Tx, cards: Sequence[GiftCard], by: Hand) -> None:
    """What they hold comes into the world: what was sold for money apart from what was given for points."""
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=issued_account("voucher" if one.kind is CardKind.VOUCHER else "gift_card", one.currency),
                target=one.account, amount=one.issued_amount, reason="issue", reference=str(one.id), actor=by.actor,
                occurred_at=tx.now,
            )
            for one in cards
        ],
    )  # fmt: skip


async def cards(tx: Tx, *, codes: Sequence[str]) -> dict[str, GiftCard]:
    """Cards by their codes as they were typed, with their balances; unknown ones are missing."""
    by_hash = {_hashed(read): code for code in codes if (read := _read(code))}
    found = await tx.all(store.BY_CODE, code_hashes=list(by_hash))
    held = await _with_balances(tx, [one.card for one in found])
    return {by_hash[row.code_hash]: card for row, card in zip(found, held, strict=True)}


_hashed, _read = codes.hashed, codes.read_code


async def _with_balances(tx: Tx, found: Sequence[GiftCard]) -> list[GiftCard]:
    held = await ledger.balances(tx, codes=[one.account.code for one in found]) if found else {}
    return [msgspec.structs.replace(one, balance=held.get(one.account.code, 0)) for one in found]


async def cards_by_id(tx: Tx, *, ids: Sequence[GiftCardId]) -> list[GiftCard]:
    """Cards with their balances; unknown ones are missing."""
    return await _with_balances(tx, await tx.all(store.BY_ID, ids=list(ids)))


async def cards_of(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[GiftCard]:
    """Cards and vouchers of one person that still hold something, those first that lapse first."""
    found = await tx.all(store.OF_CUSTOMER, customer_ids=list(customer_ids), rows_max=CARDS_MAX)
    good = [one for one in found if one.expires_at is None or tx.now < one.expires_at]
    return [one for one in await _with_balances(tx, good) if one.balance]


async def card(tx: Tx, *, code: str) -> GiftCard:
    """One card by its code. Refuses UnknownCard."""
    found = await cards(tx, codes=[code])
    if code not in found:
        raise UnknownCard()
    return found[code]


async def keep_card(tx: Tx, *, code: str, customer_id: CustomerId) -> GiftCard:
    """A card that was nobody's is hers from now on: no code is needed to pay with it. Refuses UnknownCard, whoever else has it."""
    found = await card(tx, code=code)
    if found.customer_id != customer_id and not await tx.run(store.CLAIM, id=found.id, customer_id=customer_id):
        raise UnknownCard()
    return msgspec.structs.replace(found, customer_id=customer_id)


async def block(tx: Tx, *, card_id: GiftCardId, blocked: bool) -> GiftCard:
    """Stop a card from paying, or let it pay again. Refuses NotFound, NotForSale where nothing is on it any more."""
    done = await tx.run(store.SET_STATE, id=card_id, blocked=blocked)
    found = await cards_by_id(tx, ids=[card_id])
    if not found:
        raise NotFound(what="gift_card", id=str(card_id))
    if not done:
        raise NotForSale(state=found[0].state)
    return found[0]


async def print_batch(tx: Tx, *, name: str, market: Market, amount: int | None, quantity: int, by: Hand) -> Printed:
    """Codes for cards that hold nothing until they are sold. Refuses BadAmount."""
    if amount is not None:
        check(amount)
    if not 0 < quantity <= BATCH_MAX:
        raise BadAmount(amount=quantity, amount_max=BATCH_MAX)
    batch_id = CardBatchId.new()
    made = [codes.new_code() for _ in range(quantity)]
    await tx.run(
        store.ADD_BATCH, id=batch_id, name=name, market_id=market.id, currency=market.currency, amount=amount,
        cards=quantity, actor=by.actor, actor_name=by.actor_name, now=tx.now,
    )  # fmt: skip
    await tx.run(
        store.PRINT, ids=[GiftCardId.new() for _ in made], code_hashes=[codes.hashed(codes.plain(one)) for one in made],
        last4s=[one[-4:] for one in made], currency=market.currency, market_id=market.id, batch_id=batch_id,
        actor=by.actor, actor_name=by.actor_name, now=tx.now,
    )  # fmt: skip
    return Printed((await batches(tx, batch_id=batch_id))[0], tuple(made))


async def batches(tx: Tx, *, batch_id: CardBatchId | None = None, rows_max: int = 100) -> list[CardBatch]:
    """Batches, newest first."""
    return await tx.all(store.BATCHES, id=batch_id, rows_max=rows_max)


async def block_batch(tx: Tx, *, batch_id: CardBatchId) -> int:
    """A box was lost: what has not been sold of it never will be. How many cards that were."""
    return await tx.run(store.BLOCK_BATCH, batch_id=batch_id)


async def sell_printed(
    tx: Tx,
    *,
    code: str,
    line_id: Id,
    order_id: Id,
    market_id: MarketId,
    units: int,
    amount: int,
    currency: str,
    by: Hand,
) -> GiftCard:
    """Have a printed card hold what one of the `units` of a paid line came to. Locks the card; each unit has one card, for ever.

    Refuses UnknownCard, NotForSale, NoCardDue where every unit has its own.
    """
    check(amount)
    found = await card(tx, code=code)
    state = await tx.one(store.LOCK_TO_SELL, id=found.id)
    batch = (await batches(tx, batch_id=found.batch_id))[0] if found.batch_id else None
    if state is not CardState.PRINTED or batch is None or found.currency != currency or batch.market_id != market_id:
        raise NotForSale(state=state)
    if batch.amount not in (None, amount):
        raise NotForSale(state=state)
    taken = {one.unit for one in await sales(tx, order_ids=[order_id.uuid]) if one.line_id == line_id.uuid}
    free = [unit for unit in range(1, units + 1) if unit not in taken]
    if not free:
        raise NoCardDue()
    ends = rules.lapses_at(tx.now, (await policies(tx, market_ids=[market_id]))[market_id].valid_months)
    await tx.run(
        store.ADD_SALES, line_ids=[line_id], units=free[:1], card_ids=[found.id], order_id=order_id, now=tx.now
    )
    await tx.run(store.ACTIVATE, id=found.id, amount=amount, expires_at=ends, customer_id=None, now=tx.now)
    (sold,) = await cards_by_id(tx, ids=[found.id])
    await _fill(tx, [sold], by)
    tx.emit([CardActivated(subject=sold.id, by=by, occurred_at=tx.now, amount=amount, currency=currency)])
    return msgspec.structs.replace(sold, balance=amount)


async def sell_new(
    tx: Tx, *, line_id: Id, order_id: Id, market_id: MarketId, units: int, amount: int, currency: str, by: Hand
) -> list[Issued]:
    """A new card for each unit of a paid line that has none yet. Whoever calls holds the order's lock. Refuses BadAmount."""
    taken = {one.unit for one in await sales(tx, order_ids=[order_id.uuid]) if one.line_id == line_id.uuid}
    free = [unit for unit in range(1, units + 1) if unit not in taken]
    ends = rules.lapses_at(tx.now, (await policies(tx, market_ids=[market_id]))[market_id].valid_months)
    made = await issue(tx, cards=[NewCard(amount=amount, currency=currency, expires_at=ends) for _ in free], by=by)
    await tx.run(
        store.ADD_SALES, line_ids=[line_id] * len(free), units=free, card_ids=[one.card.id for one in made],
        order_id=order_id, now=tx.now,
    )  # fmt: skip
    return made


async def sales(tx: Tx, *, order_ids: Sequence[UUID]) -> list[CardSale]:
    return await tx.all(store.SALES, order_ids=list(order_ids))


async def take_out(tx: Tx, *, ids: Sequence[GiftCardId], by: Hand) -> int:
    """Cards whose lines were returned pay for nothing any more, and what is left on them is nobody's. How much that was."""
    return sum(one.balance for one in await _end(tx, await tx.all(store.BY_ID, ids=list(ids)), CardState.VOID, by))


async def sweep_cards(tx: Tx) -> bool:
    """What is left on cards whose time is over is ours; whether there may be more."""
    found = await tx.all(store.LAPSED, now=tx.now, rows_max=LAPSED_AT_ONCE)
    ended = await _end(tx, found, CardState.EXPIRED, SYSTEM)
    tx.emit(
        CardExpired(
            subject=one.id, by=SYSTEM, occurred_at=tx.now, customer_id=one.customer_id, amount=one.balance,
            currency=one.currency,
        )
        for one in ended
    )  # fmt: skip
    return len(found) >= LAPSED_AT_ONCE


async def _end(tx: Tx, found: Sequence[GiftCard], state: CardState, by: Hand) -> list[GiftCard]:
    """Those that still held something, as they did. Locks their accounts before it looks."""
    if not found:
        return []
    await tx.run(store.END, ids=[one.id for one in found], state=state)
    held = await ledger.lock(tx, accounts=[one.account for one in found])
    left = [msgspec.structs.replace(one, balance=held[one.account.code].balance) for one in found]
    left = [one for one in left if one.balance]
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=one.account, target=lapsed_account(state, one.currency), amount=one.balance, reason=state,
                reference=str(one.id), actor=by.actor, occurred_at=tx.now,
            )
            for one in left
        ],
    )  # fmt: skip
    return left


async def policies(tx: Tx, *, market_ids: Sequence[MarketId]) -> dict[MarketId, CardPolicy]:
    """That of each market; without one, its cards are good for ever."""
    set_ = {one.market_id: one for one in await tx.all(store.POLICIES, market_ids=list(market_ids))}
    return {id: set_.get(id) or CardPolicy(id, None) for id in market_ids}


async def put_policy(tx: Tx, *, market: Market, valid_months: int | None) -> CardPolicy:
    """Of cards that are sold from now on. Refuses BadPolicy where the law of the country says more."""
    if not rules.may_lapse_after(market.country, valid_months):
        raise BadPolicy(country=market.country, months_min=rules.MONTHS_MIN.get(market.country, 1))
    await tx.run(store.PUT_POLICY, market_id=market.id, valid_months=valid_months)
    return CardPolicy(market.id, valid_months)


async def products(tx: Tx, *, variant_ids: Sequence[VariantId] | None = None) -> dict[VariantId, CardProduct]:
    """Which of these variants, or of all, are gift cards."""
    ids = None if variant_ids is None else list(variant_ids)
    return {one.variant_id: one for one in await tx.all(store.PRODUCTS, variant_ids=ids)}


async def put_product(tx: Tx, *, variant_id: VariantId, by_mail: bool | None) -> None:
    """Have a variant be a gift card; with `by_mail` None it is one no longer."""
    if by_mail is None:
        await tx.run(store.DROP_PRODUCT, variant_id=variant_id)
    else:
        await tx.run(store.PUT_PRODUCT, variant_id=variant_id, by_mail=by_mail)


async def liability(tx: Tx, *, currencies: Sequence[str]) -> Liability:
    """What we owe on cards, by when they were sold: read from the ledger's transfers, and held against what it says was issued."""
    months = {
        card_account(one.id, "").code: CardMonth(one.kind, one.month) for one in await tx.all(store.MONTHS)
    }  # fmt: skip
    flows = await ledger.flows(tx, kind="gift_card")
    sources = {
        (kind, currency): issued_account(name, currency).code
        for currency in currencies
        for kind, name in ((CardKind.CARD, "gift_card"), (CardKind.VOUCHER, "voucher"))
    }
    held = await ledger.balances(tx, codes=list(sources.values()))
    ever = {key: -held[code] for key, code in sources.items() if code in held}
    return rules.liability(months, flows, at=tx.now.date(), ever=ever)

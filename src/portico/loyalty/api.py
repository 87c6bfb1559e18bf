"""What others may ask of stored value."""

from collections.abc import Sequence

import msgspec

from portico.business.types import MarketId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.ledger.types import Transfer
from portico.loyalty import rules, store
from portico.loyalty.events import CardIssued, CreditGranted, PointsGranted
from portico.loyalty.types import (
    POINTS,
    BadAmount,
    CardState,
    GiftCard,
    GiftCardId,
    Issued,
    NewCard,
    PointsWorth,
    UnknownCard,
    Wallet,
    credit_account,
    issued_account,
    points_account,
)
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound


def _check(amount: int) -> None:
    if not 0 < amount <= money.AMOUNT_MAX:
        raise BadAmount(amount=amount, amount_max=money.AMOUNT_MAX)


async def issue(tx: Tx, *, cards: Sequence[NewCard], by: Hand) -> list[Issued]:
    """Make gift cards that hold their amounts. Refuses BadAmount."""
    made = []
    for one in cards:
        _check(one.amount)
        code = rules.new_code()
        card = GiftCard(
            GiftCardId.new(), code[-4:], one.currency, one.amount, CardState.ACTIVE, one.customer_id, one.expires_at,
            tx.now, one.amount,
        )  # fmt: skip
        made.append(Issued(card, code))
    await tx.run(
        store.ISSUE,
        ids=[one.card.id for one in made],
        code_hashes=[rules.hashed(one.code.replace("-", "")) for one in made],
        last4s=[one.card.last4 for one in made],
        currencies=[one.card.currency for one in made],
        amounts=[one.card.issued_amount for one in made],
        customer_ids=[one.card.customer_id for one in made],
        expires_ats=[one.card.expires_at for one in made],
        actor=by.actor,
        actor_name=by.actor_name,
        now=tx.now,
    )
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=issued_account("gift_card", one.card.currency), target=one.card.account,
                amount=one.card.issued_amount, reason="issue", reference=str(one.card.id), actor=by.actor,
                occurred_at=tx.now,
            )
            for one in made
        ],
    )  # fmt: skip
    tx.emit(
        CardIssued(
            subject=one.card.id, by=by, occurred_at=tx.now, customer_id=one.card.customer_id,
            amount=one.card.issued_amount, currency=one.card.currency,
        )
        for one in made
    )  # fmt: skip
    return made


async def cards(tx: Tx, *, codes: Sequence[str]) -> dict[str, GiftCard]:
    """Cards by their codes as they were typed, with their balances; unknown ones are missing."""
    by_hash = {rules.hashed(read): code for code in codes if (read := rules.read_code(code))}
    rows = {
        by_hash[row.code_hash]: GiftCard(
            row.id,
            row.last4,
            row.currency,
            row.issued_amount,
            row.state,
            row.customer_id,
            row.expires_at,
            row.issued_at,
        )
        for row in await tx.all(store.BY_CODE, code_hashes=list(by_hash))
    }
    held = await ledger.balances(tx, codes=[one.account.code for one in rows.values()])
    return {code: msgspec.structs.replace(one, balance=held.get(one.account.code, 0)) for code, one in rows.items()}


async def cards_by_id(tx: Tx, *, ids: Sequence[GiftCardId]) -> list[GiftCard]:
    """Cards with their balances; unknown ones are missing."""
    found = await tx.all(store.BY_ID, ids=list(ids))
    held = await ledger.balances(tx, codes=[one.account.code for one in found])
    return [msgspec.structs.replace(one, balance=held.get(one.account.code, 0)) for one in found]


async def card(tx: Tx, *, code: str) -> GiftCard:
    """One card by its code. Refuses UnknownCard."""
    found = await cards(tx, codes=[code])
    if code not in found:
        raise UnknownCard()
    return found[code]


async def block(tx: Tx, *, card_id: GiftCardId, blocked: bool) -> GiftCard:
    """Stop a card from paying, or let it pay again. Refuses NotFound."""
    await tx.run(store.SET_STATE, id=card_id, state=CardState.BLOCKED if blocked else CardState.ACTIVE)
    found = await cards_by_id(tx, ids=[card_id])
    if not found:
        raise NotFound(what="gift_card", id=str(card_id))
    return found[0]


async def wallet(tx: Tx, *, customer_id: CustomerId, currencies: Sequence[str]) -> Wallet:
    """What a customer holds in these currencies, and her points."""
    credits = {one: credit_account(customer_id, one).code for one in currencies}
    points = points_account(customer_id).code
    held = await ledger.balances(tx, codes=[*credits.values(), points])
    return Wallet(
        customer_id, {one: held[code] for one, code in credits.items() if held.get(code)}, held.get(points, 0)
    )


async def grant_credit(
    tx: Tx, *, customer_id: CustomerId, amount: int, currency: str, reason: str, reference: str, by: Hand
) -> None:
    """Give a customer store credit. Refuses BadAmount."""
    _check(amount)
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=issued_account("store_credit", currency), target=credit_account(customer_id, currency),
                amount=amount, reason=reason, reference=reference, actor=by.actor, occurred_at=tx.now,
            )
        ],
    )  # fmt: skip
    tx.emit(
        [
            CreditGranted(
                subject=customer_id, by=by, occurred_at=tx.now, customer_id=customer_id, amount=amount, currency=currency,
                reason=reason,
            )
        ]
    )  # fmt: skip


async def grant_points(tx: Tx, *, customer_id: CustomerId, points: int, reason: str, reference: str, by: Hand) -> None:
    """Give a customer points. Refuses BadAmount."""
    _check(points)
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=issued_account("points", POINTS), target=points_account(customer_id), amount=points, reason=reason,
                reference=reference, actor=by.actor, occurred_at=tx.now,
            )
        ],
    )  # fmt: skip
    tx.emit(
        [
            PointsGranted(
                subject=customer_id, by=by, occurred_at=tx.now, customer_id=customer_id, points=points, reason=reason
            )
        ]
    )  # fmt: skip


async def points_worth(tx: Tx, *, market_ids: Sequence[MarketId]) -> dict[MarketId, int]:
    """How many points pay for one minor unit; markets where points pay for nothing are missing."""
    return {one.market_id: one.points_per_minor for one in await tx.all(store.WORTH, market_ids=list(market_ids))}


async def put_points_worth(tx: Tx, *, worths: Sequence[PointsWorth]) -> None:
    await tx.run(
        store.PUT_WORTH,
        market_ids=[one.market_id for one in worths],
        points_per_minors=[one.points_per_minor for one in worths],
    )


async def require_customer(tx: Tx, *, customer_id: CustomerId) -> None:
    """Refuses NotFound where nobody has this id: value is somebody's."""
    if customer_id not in await customers.briefs(tx, ids=[customer_id]):
        raise NotFound(what="customer", id=str(customer_id))

"""What a person holds with us, and what is given by hand."""

from collections.abc import Sequence
from datetime import timedelta

from portico.business.types import MarketId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.ledger.types import Transfer
from portico.loyalty import cards
from portico.loyalty import points as lots
from portico.loyalty.events import CreditGranted, PointsGranted
from portico.loyalty.programmes import running
from portico.loyalty.types import (
    Cause,
    PointLot,
    PointLotId,
    Wallet,
    credit_account,
    issued_account,
    owed_account,
    points_account,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound


async def wallet(tx: Tx, *, customer_ids: Sequence[CustomerId], currencies: Sequence[str]) -> Wallet:
    """What one person holds in these currencies, her points and her cards, over all records that are hers; the first names her."""
    people = list(dict.fromkeys(customer_ids))
    credits = {credit_account(id, one).code: one for id in people for one in currencies}
    held_points = {points_account(id).code for id in people}
    owed = {owed_account(id).code for id in people}
    held = await ledger.balances(tx, codes=[*credits, *held_points, *owed])
    credit: dict[str, int] = {}
    for code, currency in credits.items():
        if held.get(code):
            credit[currency] = credit.get(currency, 0) + held[code]
    return Wallet(
        people[0], credit, sum(held.get(code, 0) for code in held_points),
        tuple(await cards.cards_of(tx, customer_ids=people)), -sum(held.get(code, 0) for code in owed),
    )  # fmt: skip


async def grant_credit(
    tx: Tx, *, customer_id: CustomerId, amount: int, currency: str, reason: str, reference: str, by: Hand
) -> None:
    """Give a customer store credit. Refuses BadAmount."""
    cards.check(amount)
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


async def grant_points(
    tx: Tx,
    *,
    customer_id: CustomerId,
    points: int,
    reason: str,
    reference: str,
    by: Hand,
    market_id: MarketId | None = None,
) -> None:
    """Give a customer points by hand: good wherever points are, or, with a market, those of the programme that runs there, which
    lapse as its terms say. What she owes is not settled with them. Refuses BadAmount."""
    cards.check(points)
    run = (await running(tx, market_ids=[market_id])).get(market_id) if market_id else None
    ends = tx.now + timedelta(days=run.terms.valid_days) if run and run.terms.valid_days else None
    await lots.lock(tx, customer_ids=[customer_id])
    lot = PointLot(
        PointLotId.new(),
        customer_id,
        run.id if run else None,
        None,
        points,
        points,
        Cause.GRANTED,
        reference,
        tx.now,
        ends,
    )
    await lots.add(tx, lots=[lot])
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=lots.issued(), target=points_account(customer_id), amount=points, reason=reason,
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


async def require_customer(tx: Tx, *, customer_id: CustomerId) -> None:
    """Refuses NotFound where nobody has this id: value is somebody's."""
    if customer_id not in await customers.briefs(tx, ids=[customer_id]):
        raise NotFound(what="customer", id=str(customer_id))

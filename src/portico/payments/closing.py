"""A till's cash: what comes and goes without a sale, what its drawer should hold, and the close of its day."""

from uuid import UUID

import msgspec

from portico.ledger import api as ledger
from portico.ledger.types import Account, Transfer
from portico.payments import store
from portico.payments.events import TillClosed
from portico.payments.taking import drawer, terminal
from portico.payments.types import BadCash, CashMove, CashMoveKind, TillClose, TillCloseId, TillReport
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.events import Hand

CLOSES_MAX = 100
BEFORE_ALL = UUID(int=0)
# Into the drawer from there, or out of it to there; signed as the drawer sees it.
ELSEWHERE: dict[CashMoveKind, tuple[str, int]] = {
    CashMoveKind.FLOAT: ("safe", 1),
    CashMoveKind.DROP: ("safe", -1),
    CashMoveKind.PAID_IN: ("petty_cash", 1),
    CashMoveKind.PAID_OUT: ("petty_cash", -1),
}


async def move_cash(tx: Tx, *, till_id: UUID, move: CashMove, by: Hand) -> int:
    """Put cash into a drawer or take it out, without a sale; what the drawer then holds.

    Refuses BadCash, BelowMinimum. Locks the drawer's account.
    """
    if not 0 < move.amount <= money.AMOUNT_MAX:
        raise BadCash(amount=move.amount)
    kind, sign = ELSEWHERE[move.kind]
    place = by.location_id.hex if by.location_id else "none"
    box, other = drawer(till_id, move.currency), Account(f"{kind}:{place}:{move.currency}", kind, move.currency)
    source, target = (other, box) if sign > 0 else (box, other)
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=source, target=target, amount=move.amount, reason=move.kind,
                reference=move.reason[:200] or move.kind, actor=by.actor, occurred_at=tx.now,
            )
        ],
    )  # fmt: skip
    return (await ledger.balances(tx, codes=[box.code])).get(box.code, 0)


async def report(tx: Tx, *, till_id: UUID, currency: str) -> TillReport:
    """What passed through a till since its last close; nothing changes by asking."""
    last = await tx.maybe(store.LAST_CLOSE, till_id=till_id, currency=currency)
    return await _report(tx, till_id, currency, last)


async def _report(tx: Tx, till_id: UUID, currency: str, last: TillClose | None) -> TillReport:
    box, slips = drawer(till_id, currency).code, terminal(till_id, currency).code
    turnover = await ledger.turnover(tx, codes=[box, slips], after=last.id.uuid if last else BEFORE_ALL)
    held = await ledger.balances(tx, codes=[box])
    return TillReport(
        till_id=till_id, currency=currency, since=last.closed_at if last else None, until=tx.now,
        opening=last.counted if last else 0, expected=held.get(box, 0), turnover=tuple(turnover),
    )  # fmt: skip


async def close_till(tx: Tx, *, till_id: UUID, currency: str, counted: int, by: Hand) -> TillClose:
    """Close a till's day: what was counted becomes what its drawer holds, and the difference is kept where it can be seen.

    Locks the till's accounts, so that no sale slips between the counting and the close, whose id then parts the days:
    its difference is the last transfer before it. Refuses BadCash.
    """
    if not 0 <= counted <= money.AMOUNT_MAX:
        raise BadCash(amount=counted)
    box = drawer(till_id, currency)
    await ledger.lock(tx, accounts=[box, terminal(till_id, currency)])
    last = await tx.maybe(store.LAST_CLOSE, till_id=till_id, currency=currency)
    found = await _report(tx, till_id, currency, last)
    number, difference = last.number + 1 if last else 1, counted - found.expected
    if difference:
        over_short = Account(f"till:{till_id.hex}:over_short:{currency}", "over_short", currency)
        source, target = (over_short, box) if difference > 0 else (box, over_short)
        await ledger.transfer_all(
            tx,
            transfers=[
                Transfer(
                    source=source, target=target, amount=abs(difference), reason="over_short",
                    reference=f"{till_id.hex}:{currency}:{number}", actor=by.actor, occurred_at=tx.now,
                )
            ],
        )  # fmt: skip
    close = TillClose(
        id=TillCloseId.new(), till_id=till_id, location_id=by.location_id, currency=currency,
        number=number, since=found.since, closed_at=tx.now, opening=found.opening,
        expected=found.expected, counted=counted, difference=difference, turnover=found.turnover, actor=by.actor,
        actor_name=by.actor_name,
    )  # fmt: skip
    await tx.run(
        store.CLOSE,
        id=close.id,
        till_id=till_id,
        location_id=by.location_id,
        currency=currency,
        number=close.number,
        since=close.since,
        closed_at=close.closed_at,
        opening=close.opening,
        expected=close.expected,
        counted=counted,
        difference=difference,
        turnover=msgspec.json.encode(close.turnover).decode(),
        actor=by.actor,
        actor_name=by.actor_name,
    )
    tx.emit(
        [
            TillClosed(
                subject=close.id, by=by, occurred_at=tx.now, number=close.number, expected=close.expected, counted=counted,
                currency=currency,
            )
        ]
    )  # fmt: skip
    return close


async def closes(tx: Tx, *, till_ids: list[UUID], rows_max: int = 25) -> list[TillClose]:
    """The newest closes of tills, newest first."""
    return await tx.all(store.CLOSES, till_ids=till_ids, rows_max=min(rows_max, CLOSES_MAX))

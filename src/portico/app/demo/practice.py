"""A provider to practise with: it takes every card and keeps nothing. What its books say is what ours say, but for the mistakes
that the names of payments tell: so that comparing the two shows something."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from portico.payments import comparing
from portico.payments.types import (
    Ask,
    BadSignature,
    InBrowser,
    OperationKind,
    OperationState,
    Outcome,
    ProviderEvent,
    Result,
    Transaction,
)
from portico.platform.db import Database

CODE = "practice"
UNKNOWN, REFUNDED, LESS, LATER = "lost", "back", "less", "late"  # what became of a payment in its own books
STRANGER = "prc_stranger"
DONE = {
    OperationKind.AUTHORIZE: Result.AUTHORIZED, OperationKind.CAPTURE: Result.CAPTURED, OperationKind.VOID: Result.VOIDED,
    OperationKind.REFUND: Result.REFUNDED,
}  # fmt: skip


class Practice:
    """Stateless: whatever it is asked twice it answers alike."""

    code = CODE
    in_browser: InBrowser | None = None

    def __init__(self, database: Database) -> None:
        self._database = database

    async def perform(self, ask: Ask) -> Outcome:
        ref = (
            f"prf_{ask.key.uuid.hex}"
            if ask.kind is OperationKind.REFUND
            else ask.provider_ref or name(ask.key.uuid.hex)
        )
        return Outcome(result=DONE[ask.kind], ref=ref, brand="visa", last4="4242")

    async def find(self, ask: Ask) -> Outcome | None:
        return None  # to do it again does no harm

    def heard(self, raw: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        raise BadSignature()  # it tells nothing of its own accord

    async def transactions(self, *, since: datetime, before: datetime) -> Sequence[Transaction]:
        day = timedelta(days=1)
        async with self._database.read() as tx:
            ours = await comparing.booked(tx, handler=CODE, since=since - day, before=before + day)
        found: list[Transaction] = []
        for one in ours:
            if one.state is not OperationState.SUCCEEDED or one.ref is None:
                continue
            amount = -one.amount if one.kind is OperationKind.REFUND else one.amount
            mistake = one.ref.rpartition("_")[2]
            if mistake == UNKNOWN:
                continue
            if mistake == LESS:
                amount -= amount // 10
            at = one.at + day if mistake == LATER else one.at
            found.append(Transaction(one.ref, amount, one.currency, at, one.ref))
            if mistake == REFUNDED:
                again = one.at + timedelta(hours=2)
                found.append(Transaction(f"prf_{one.id.uuid.hex}", -(amount // 2), one.currency, again, one.ref))
                found.append(Transaction(STRANGER, one.amount, one.currency, again, STRANGER))
        return [one for one in found if since <= one.occurred_at < before]


def name(hex: str, mistake: str = "") -> str:
    """A payment's name there."""
    return f"prc_{hex[-12:]}_{mistake}" if mistake else f"prc_{hex[-12:]}"

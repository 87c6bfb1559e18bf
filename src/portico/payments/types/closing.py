"""A till's cash, and the close of its day."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.ledger.types import Turnover
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class TillCloseId(Id, prefix="tcl"):
    __slots__ = ()


class CashMoveKind(StrEnum):
    """Cash that moves without a sale: change brought, takings dropped into the safe, paid in or out for something else."""

    FLOAT = "float"
    DROP = "drop"
    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"


class CashMove(msgspec.Struct, frozen=True, kw_only=True):
    kind: CashMoveKind
    amount: int
    currency: str
    reason: str = ""


class TillReport(msgspec.Struct, frozen=True, kw_only=True):
    """What passed through a till since its last close (`since` is None where there was none), and what its drawer should hold:
    what it opened with, and its turnover."""

    till_id: UUID
    currency: str
    since: datetime | None
    until: datetime
    opening: int
    expected: int
    turnover: tuple[Turnover, ...]


class TillClose(msgspec.Struct, frozen=True):
    """A day that was closed: `difference` is what was counted less what should have been there."""

    id: TillCloseId
    till_id: UUID
    location_id: UUID | None
    currency: str
    number: int
    since: datetime | None
    closed_at: datetime
    opening: int
    expected: int
    counted: int
    difference: int
    turnover: tuple[Turnover, ...]
    actor: str
    actor_name: str


@dataclass(eq=False)
class BadCash(Refused):
    """No such amount of cash: nothing, less than nothing, or more than can be counted."""

    code, status = "payments.bad_cash", 422
    amount: int

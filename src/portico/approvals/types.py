"""Requests, and why nothing can be decided about one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.business.types import LocationId, MarketId
from portico.catalog.types import VariantId
from portico.companies.types import ApprovalReason, CompanyId
from portico.customers.types import CustomerId
from portico.fulfillment.types import Destination
from portico.orders.types import Buyer, Method, OrderId, ShipTo, Term
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

NOTE_LENGTH_MAX = 500


class RequestId(Id, prefix="apr"):
    __slots__ = ()


class State(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Event(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


class WantedPart(msgspec.Struct, frozen=True):
    """So many of a line, in this way. `location_id` None: sent from wherever is best by then."""

    method: Method
    location_id: LocationId | None
    quantity: int


class WantedLine(msgspec.Struct, frozen=True):
    line_id: LineItemId
    variant_id: VariantId
    parts: tuple[WantedPart, ...]
    parent_id: LineItemId | None = None

    @property
    def quantity(self) -> int:
        return sum(one.quantity for one in self.parts)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The order as it would be placed, prices apart. `on_account`: the company pays by invoice."""

    lines: tuple[WantedLine, ...]
    language: str = "en"
    term: Term = Term.NOW
    on_account: bool = True
    po_number: str = ""
    codes: tuple[str, ...] = ()
    buyer: Buyer = Buyer()
    destination: Destination | None = None
    ship_to: ShipTo | None = None

    @property
    def methods(self) -> tuple[Method, ...]:
        return tuple(sorted({part.method for line in self.lines for part in line.parts}))


class Request(msgspec.Struct, frozen=True):
    """`total` is what it came to when it was asked for. `decided_by` names who decided, of the company."""

    id: RequestId
    company_id: CompanyId
    customer_id: CustomerId
    market_id: MarketId
    state: State
    currency: str
    total: int
    reasons: tuple[ApprovalReason, ...]
    wanted: Wanted
    note: str
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: CustomerId | None
    reason: str
    order_id: OrderId | None


@dataclass(eq=False)
class NotNeeded(Refused):
    """She may buy this by herself."""

    code, status = "approvals.not_needed", 409


@dataclass(eq=False)
class TimesNotKept(Refused):
    """What was chosen has a time that is booked, and none is kept while somebody decides: another way is to be chosen."""

    code, status = "approvals.times_not_kept", 409


@dataclass(eq=False)
class Decided(Refused):
    """Somebody has decided already, she has withdrawn it, or it has lapsed."""

    code, status = "approvals.decided", 409
    state: State
    order_id: OrderId | None


@dataclass(eq=False)
class OwnRequest(Refused):
    """Somebody else of the company has to approve it."""

    code, status = "approvals.own_request", 403


@dataclass(eq=False)
class BadNote(Refused):
    """Why it is refused is said, in so many letters at most."""

    code, status = "approvals.bad_note", 422
    length_max: int = NOTE_LENGTH_MAX

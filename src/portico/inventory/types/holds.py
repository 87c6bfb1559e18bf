"""Who has a claim on units: wants, holds, leases."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.types import LocationId, TillId
from portico.catalog.types import VariantId
from portico.inventory.types.stock import Key, LotQuantity
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class LeaseId(Id, prefix="lse"):
    __slots__ = ()


class LeaseLineId(Id, prefix="lsl"):
    __slots__ = ()


class ReservationId(Id, prefix="rsv"):
    __slots__ = ()


class WantLine(msgspec.Struct, frozen=True):
    """So many of a variant at a location: taken away at once, or held for later.

    What is held may be promised before it is there where `backorder` says so; of what is taken, `lots` may name which.
    """

    line_id: Id
    variant_id: VariantId
    location_id: LocationId
    quantity: int
    take: bool
    backorder: bool = False
    lots: tuple[LotQuantity, ...] = ()

    @property
    def key(self) -> Key:
        return Key(self.variant_id, self.location_id)


class Want(msgspec.Struct, frozen=True, kw_only=True):
    """All lines or none, for `holder` (the id of the checkout or order). Holds end at `expires_at`, if any.

    The holds of `replaces` are given up for this want and count as free to it; if it is refused they stay. What
    `draws_on`, a till's lease, holds of these units is used first, and only as much of it as is needed.
    """

    holder: Id
    lines: tuple[WantLine, ...]
    by: Hand
    occurred_at: datetime
    expires_at: datetime | None = None
    replaces: Id | None = None
    draws_on: LeaseId | None = None


class Missing(msgspec.Struct, frozen=True):
    variant_id: VariantId
    location_id: LocationId
    wanted: int
    available: int


class HeldLine(msgspec.Struct, frozen=True):
    """So many units held for a line of a holder."""

    id: ReservationId
    holder: str
    line_id: UUID
    variant_id: VariantId
    location_id: LocationId
    quantity: int


class Claim(msgspec.Struct, frozen=True):
    """Units that somebody holds: `holder` is the id of an order, a checkout, a lease or a hold, by its prefix.

    Without `expires_at` no clock gives them back. `waiting`: promised before they are there, and no part of what is reserved.
    """

    id: ReservationId
    variant_id: VariantId
    location_id: LocationId
    quantity: int
    holder: str
    reserved_at: datetime
    expires_at: datetime | None
    waiting: bool


class Granted(msgspec.Struct, frozen=True):
    """`drawn` is what came out of the lease that the want draws on; `backordered` what is promised and not there yet."""

    holder: Id
    drawn: tuple[tuple[Key, int], ...] = ()
    backordered: tuple[tuple[Key, int], ...] = ()


class Lease(msgspec.Struct, frozen=True):
    """What a till may sell while it is away, until `expires_at` by its own clock. Until it is settled its units are its."""

    id: LeaseId
    till_id: TillId
    location_id: LocationId
    issued_at: datetime
    expires_at: datetime
    settled_at: datetime | None


class LeaseLine(msgspec.Struct, frozen=True):
    variant_id: VariantId
    quantity: int


class LeaseBrief(msgspec.Struct, frozen=True):
    """One in a list, with how far it was used: of `lines` variants leased, some of `drawn` were sold. `note` says why it was
    abandoned."""

    id: LeaseId
    till_id: TillId
    location_id: LocationId
    issued_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    note: str
    lines: int
    drawn: int


class LeasedLine(msgspec.Struct, frozen=True):
    """Of `leased` units the till sold some, holds `left`, and gave `returned` back when it settled."""

    variant_id: VariantId
    leased: int
    left: int
    returned: int

    @property
    def sold(self) -> int:
        return self.leased - self.left - self.returned


class HoldId(Id, prefix="hld"):
    """Of a hold that a client made by itself."""

    __slots__ = ()


class HoldLine(msgspec.Struct, frozen=True):
    """So many of a variant held at a location."""

    variant_id: VariantId
    location_id: LocationId
    quantity: int


class Holding(msgspec.Struct, frozen=True):
    """A hold of `lines` reservations; only its owner, a principal, may extend it, use it up or let it go."""

    id: HoldId
    owner: str
    lines: int
    made_at: datetime
    expires_at: datetime


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """Held goods leave with the customer."""

    holder: Id
    lines: tuple[WantLine, ...]
    by: Hand
    occurred_at: datetime


@dataclass(eq=False)
class OutOfStock(Refused):
    """Not enough is there. Nothing was taken or held."""

    code, status = "inventory.out_of_stock", 409
    missing: tuple[Missing, ...]


@dataclass(eq=False)
class NotHeld(Refused):
    """The holder does not hold that many at this location."""

    code, status = "inventory.not_held", 409
    variant_id: VariantId
    location_id: LocationId


@dataclass(eq=False)
class HoldEnded(Refused):
    """The hold ran out, and its units may be somebody else's."""

    code, status = "inventory.hold_ended", 410
    hold_id: HoldId


@dataclass(eq=False)
class BadHold(Refused):
    """How long, or how much, is out of range. `field` names it."""

    code, status = "inventory.bad_hold", 422
    field: str


@dataclass(eq=False)
class LeaseOpen(Refused):
    """The till has a lease that is not settled: what it sold meanwhile comes first."""

    code, status = "inventory.lease_open", 409
    lease_id: LeaseId


@dataclass(eq=False)
class LeaseUnknown(Refused):
    """The till has no such lease, or it is settled."""

    code, status = "inventory.lease_unknown", 404
    lease_id: LeaseId


@dataclass(eq=False)
class BadLease(Refused):
    """How long, or how much, is out of range. `field` names it."""

    code, status = "inventory.bad_lease", 422
    field: str

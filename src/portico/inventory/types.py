"""Stock as values. Quantities are integers in steps of 10^-scale of the variant's unit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.business.types import LocationId, TillId
from portico.catalog.types import VariantId
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class LeaseId(Id, prefix="lse"):
    __slots__ = ()


class LeaseLineId(Id, prefix="lsl"):
    __slots__ = ()


class MovementId(Id, prefix="mov"):
    __slots__ = ()


class ReservationId(Id, prefix="rsv"):
    __slots__ = ()


class PolicyId(Id, prefix="pol"):
    __slots__ = ()


class State(StrEnum):
    """In what state units stand at a location. Only what is on hand may be sold; the counters are apart, never nested."""

    ON_HAND = "on_hand"
    PICKED = "picked"
    IN_TRANSIT = "in_transit"
    TO_INSPECT = "to_inspect"
    DAMAGED = "damaged"


class Outside(StrEnum):
    """Where units come from and go to beyond our locations."""

    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"
    SCRAP = "scrap"
    OPENING = "opening"


class Reason(StrEnum):
    """Why stock was corrected by hand or came in."""

    RECEIVED = "received"
    FOUND = "found"
    DAMAGED = "damaged"
    LOST = "lost"
    CORRECTION = "correction"
    IMPORTED = "imported"


class Cause(StrEnum):
    """What moved units, where nobody corrected them by hand."""

    COUNTED = "counted"
    SHIPPED = "shipped"
    PICKED = "picked"
    PUT_BACK = "put_back"
    RETURNED = "returned"
    INSPECTED = "inspected"
    SCRAPPED = "scrapped"
    FED = "fed"


class Spot(msgspec.Struct, frozen=True):
    """A state at a location."""

    location_id: LocationId
    state: State = State.ON_HAND


class Key(msgspec.Struct, frozen=True, order=True):
    """One variant at one location: the row that is locked. Its order is the order of locking."""

    variant_id: VariantId
    location_id: LocationId


class Level(msgspec.Struct, frozen=True):
    """How many there are at a key. `available` is what may still be promised; holds that ran out do not count."""

    variant_id: VariantId
    location_id: LocationId
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def key(self) -> Key:
        return Key(self.variant_id, self.location_id)


class Standing(msgspec.Struct, frozen=True):
    """Everything that stands at a key, state by state; `reserved` is part of what is on hand."""

    variant_id: VariantId
    location_id: LocationId
    reserved: int
    on_hand: int
    picked: int
    in_transit: int
    to_inspect: int
    damaged: int

    @property
    def key(self) -> Key:
        return Key(self.variant_id, self.location_id)

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    def counters(self) -> dict[State, int]:
        return {state: getattr(self, state.value) for state in State}


class Policy(msgspec.Struct, frozen=True):
    """How much of what is free may be promised. A None names every variant, location or channel, or says nothing.

    `safety` units stay back; `share_percent` is the part of the free units that the channel sees; `excluded` promises
    nothing at all; fewer than `low_under` units are shown as low.
    """

    id: PolicyId
    variant_id: VariantId | None = None
    location_id: LocationId | None = None
    channel_id: UUID | None = None
    safety: int | None = None
    share_percent: int | None = None
    excluded: bool | None = None
    low_under: int | None = None


class Leeway(msgspec.Struct, frozen=True):
    """What the policies come to for one variant at one location through one channel."""

    safety: int = 0
    share_percent: int = 100
    excluded: bool = False
    low_under: int | None = None


class Promisable(msgspec.Struct, frozen=True):
    """What one channel may promise at a key; `low` where so few are left that people should be told."""

    variant_id: VariantId
    location_id: LocationId
    available: int
    low: bool


class FeedRow(msgspec.Struct, frozen=True):
    """What a stock file says of one variant at one location; `row` is its number in the file."""

    row: int
    variant_id: VariantId
    location_id: LocationId
    quantity: int

    @property
    def key(self) -> Key:
        return Key(self.variant_id, self.location_id)


class Idle(StrEnum):
    """Why a row of a stock file moved nothing: it says what is there already, or fewer would be left than are reserved
    (or than none); `AGAIN` where its key was being made by somebody else at that moment."""

    SAME = "same"
    SHORT = "short"
    AGAIN = "again"


class IdleRow(msgspec.Struct, frozen=True):
    row: int
    why: Idle
    on_hand: int
    reserved: int


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a variant go from a state and place to a state and place, one of them ours."""

    variant_id: VariantId
    quantity: int
    source: Spot | Outside
    target: Spot | Outside
    reason: Reason | Cause
    reference: str
    by: Hand
    occurred_at: datetime

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(
            Key(self.variant_id, one.location_id) for one in (self.source, self.target) if isinstance(one, Spot)
        )


class Moved(msgspec.Struct, frozen=True):
    id: MovementId


class WantLine(msgspec.Struct, frozen=True):
    """So many of a variant at a location: taken away at once, or held for later."""

    line_id: Id
    variant_id: VariantId
    location_id: LocationId
    quantity: int
    take: bool

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


class Granted(msgspec.Struct, frozen=True):
    """`drawn` is what came out of the lease that the want draws on."""

    holder: Id
    drawn: tuple[tuple[Key, int], ...] = ()


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


@dataclass(eq=False)
class OutOfStock(Refused):
    """Not enough is there. Nothing was taken or held."""

    code, status = "inventory.out_of_stock", 409
    missing: tuple[Missing, ...]


@dataclass(eq=False)
class BelowReserved(Refused):
    """More would leave than is free: what is reserved for orders stays."""

    code, status = "inventory.below_reserved", 409
    variant_id: VariantId
    location_id: LocationId
    on_hand: int
    reserved: int


@dataclass(eq=False)
class NotThere(Refused):
    """That many are not there in that state, or they are reserved. Nothing was moved."""

    code, status = "inventory.not_there", 409
    variant_id: VariantId
    location_id: LocationId
    state: State
    wanted: int
    there: int
    reserved: int


@dataclass(eq=False)
class BadQuantity(Refused):
    """A quantity must be a whole number of the variant's steps, 1 or more."""

    code, status = "inventory.bad_quantity", 422
    quantity: int


@dataclass(eq=False)
class BadPolicy(Refused):
    """A policy says something impossible, or nothing. `field` names it."""

    code, status = "inventory.bad_policy", 422
    field: str


@dataclass(eq=False)
class NotHeld(Refused):
    """The holder does not hold that many at this location."""

    code, status = "inventory.not_held", 409
    variant_id: VariantId
    location_id: LocationId


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """A signed correction of what is on hand."""

    variant_id: VariantId
    location_id: LocationId
    quantity: int
    reason: Reason
    reference: str
    by: Hand
    occurred_at: datetime

    @property
    def key(self) -> Key:
        return Key(self.variant_id, self.location_id)


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """Held goods leave with the customer."""

    holder: Id
    lines: tuple[WantLine, ...]
    by: Hand
    occurred_at: datetime


class Movement(msgspec.Struct, frozen=True):
    """Units moved from a place and state to a place and state; a place of None is the world outside."""

    id: MovementId
    variant_id: VariantId
    from_location_id: LocationId | None
    from_state: str
    to_location_id: LocationId | None
    to_state: str
    quantity: int
    reason: str
    reference: str
    actor: str
    actor_name: str
    channel_id: UUID | None
    occurred_at: datetime


class Difference(msgspec.Struct, frozen=True):
    """A balance that does not equal what its movements or reservations add up to."""

    what: str
    variant_id: VariantId
    location_id: LocationId
    stored: int
    added_up: int

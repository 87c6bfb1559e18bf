"""Stock as values. Quantities are integers in steps of 10^-scale of the variant's unit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class MovementId(Id, prefix="mov"):
    __slots__ = ()


class ReservationId(Id, prefix="rsv"):
    __slots__ = ()


class Reason(StrEnum):
    """Why stock was corrected by hand or came in."""

    RECEIVED = "received"
    FOUND = "found"
    DAMAGED = "damaged"
    LOST = "lost"
    CORRECTION = "correction"
    IMPORTED = "imported"


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

    The holds of `replaces` are given up for this want and count as free to it; if it is refused they stay.
    """

    holder: Id
    lines: tuple[WantLine, ...]
    by: Hand
    occurred_at: datetime
    expires_at: datetime | None = None
    replaces: Id | None = None


class Missing(msgspec.Struct, frozen=True):
    variant_id: VariantId
    location_id: LocationId
    wanted: int
    available: int


class Granted(msgspec.Struct, frozen=True):
    holder: Id


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

"""What stands where, and how it moves. Quantities are integers in steps of 10^-scale of the variant's unit."""

from dataclasses import dataclass
from datetime import date, datetime
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
    LOST_IN_TRANSIT = "lost_in_transit"
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
    """How many there are at a key. `available` is what may still be promised: holds that ran out do not count as reserved,
    and of what is on hand, lots past their date (`expired`) do not count at all. Never below zero: a lot that expires may
    be promised already. `tracked`: lots are kept of these units.
    """

    variant_id: VariantId
    location_id: LocationId
    on_hand: int
    reserved: int
    expired: int = 0
    tracked: bool = False

    @property
    def available(self) -> int:
        return max(0, self.on_hand - self.reserved - self.expired)

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
    expired: int = 0
    tracked: bool = False

    @property
    def key(self) -> Key:
        return Key(self.variant_id, self.location_id)

    @property
    def available(self) -> int:
        return max(0, self.on_hand - self.reserved - self.expired)

    def counters(self) -> dict[State, int]:
        return {state: getattr(self, state.value) for state in State}


class LotQuantity(msgspec.Struct, frozen=True):
    """So many units of a lot, or the one with a serial number (which may be of a lot too)."""

    quantity: int
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None

    @property
    def name(self) -> tuple[str, str]:
        return self.lot, self.serial


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a variant go from a state and place to a state and place, one of them ours.

    Of a tracked variant `lots` names which; what leaves without being named is what expires first.
    """

    variant_id: VariantId
    quantity: int
    source: Spot | Outside
    target: Spot | Outside
    reason: Reason | Cause
    reference: str
    by: Hand
    occurred_at: datetime
    lots: tuple[LotQuantity, ...] = ()

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(
            Key(self.variant_id, one.location_id) for one in (self.source, self.target) if isinstance(one, Spot)
        )


class Moved(msgspec.Struct, frozen=True):
    id: MovementId


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """A signed correction of what is on hand."""

    variant_id: VariantId
    location_id: LocationId
    quantity: int
    reason: Reason
    reference: str
    by: Hand
    occurred_at: datetime
    lots: tuple[LotQuantity, ...] = ()

    @property
    def key(self) -> Key:
        return Key(self.variant_id, self.location_id)


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

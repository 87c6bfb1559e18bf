"""Lots and serial numbers, of variants that ask for them."""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import Tracking, VariantId
from portico.inventory.types.stock import Key, MovementId, State
from portico.platform.refusals import Refused


class Lot(msgspec.Struct, frozen=True):
    """Units of a lot, or one with a serial number, at a place and in a state."""

    variant_id: VariantId
    location_id: LocationId
    state: State
    lot: str
    serial: str
    expires_on: date | None
    quantity: int

    @property
    def key(self) -> Key:
        return Key(self.variant_id, self.location_id)

    @property
    def name(self) -> tuple[str, str]:
        return self.lot, self.serial


class Traced(msgspec.Struct, frozen=True):
    """A movement of units of a lot or serial number: what a recall is made from."""

    movement_id: MovementId
    lot: str
    serial: str
    expires_on: date | None
    quantity: int
    from_location_id: LocationId | None
    from_state: str
    to_location_id: LocationId | None
    to_state: str
    reason: str
    reference: str
    actor_name: str
    occurred_at: datetime


@dataclass(eq=False)
class LotNeeded(Refused):
    """The variant is tracked: every unit that comes in must be of a named lot or bear a serial number."""

    code, status = "inventory.lot_needed", 422
    variant_id: VariantId
    tracking: Tracking


@dataclass(eq=False)
class BadLot(Refused):
    """Lots that cannot be so: their quantities are not those of the line, a name is too long. `field` names what."""

    code, status = "inventory.bad_lot", 422
    variant_id: VariantId
    field: str


@dataclass(eq=False)
class LotNotThere(Refused):
    """Fewer units of this lot, or not this serial number, are at the place in that state; or it is past its date."""

    code, status = "inventory.lot_not_there", 409
    variant_id: VariantId
    location_id: LocationId
    lot: str
    serial: str
    there: int
    expired: bool


@dataclass(eq=False)
class SerialTaken(Refused):
    """A unit with this serial number is in stock already."""

    code, status = "inventory.serial_taken", 409
    variant_id: VariantId
    serial: str

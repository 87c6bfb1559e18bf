"""Units promised before they are there."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.types.stock import Key
from portico.platform.refusals import Refused


class BackorderKind(StrEnum):
    """Before a variant is first there, or while it is gone."""

    PREORDER = "preorder"
    BACKORDER = "backorder"


class Backorder(msgspec.Struct, frozen=True):
    """How many units of a variant may be promised at a place before they are there, and when they are expected."""

    variant_id: VariantId
    location_id: LocationId
    kind: BackorderKind
    units_max: int
    expected_on: date
    promised: int = 0

    @property
    def key(self) -> Key:
        return Key(self.variant_id, self.location_id)

    @property
    def left(self) -> int:
        return max(0, self.units_max - self.promised)


@dataclass(eq=False)
class BadBackorder(Refused):
    """A limit below none, a day that is past, a key twice. `field` names what."""

    code, status = "inventory.bad_backorder", 422
    field: str

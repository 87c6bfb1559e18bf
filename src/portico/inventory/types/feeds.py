"""What stock files say, row by row."""

from enum import StrEnum

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.types.stock import Key


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

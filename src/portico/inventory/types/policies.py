"""How much of what is free a channel may promise."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.types.backorders import Backorder
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class PolicyId(Id, prefix="pol"):
    __slots__ = ()


class Policy(msgspec.Struct, frozen=True):
    """How much of what is free may be promised. A None names every variant, location or channel, or says nothing.

    `safety` units stay back; `share_percent` is the part of the free units that the channel sees; `excluded` promises
    nothing at all; fewer than `low_under` units are shown as low. With `confidence_percent` as many are kept back from
    who would fetch them later that any unit promised is really on the shelf with that probability; 0 keeps none back.
    """

    id: PolicyId
    variant_id: VariantId | None = None
    location_id: LocationId | None = None
    channel_id: UUID | None = None
    safety: int | None = None
    share_percent: int | None = None
    excluded: bool | None = None
    low_under: int | None = None
    confidence_percent: int | None = None


class Leeway(msgspec.Struct, frozen=True):
    """What the policies come to for one variant at one location through one channel."""

    safety: int = 0
    share_percent: int = 100
    excluded: bool = False
    low_under: int | None = None
    confidence_percent: int | None = None


class FreeUnits(msgspec.Struct, frozen=True):
    """How many units of a variant a channel may promise at a location that has any."""

    variant_id: VariantId
    location_id: LocationId
    quantity: int


class Promisable(msgspec.Struct, frozen=True):
    """What one channel may promise at a key; `low` where so few are left that people should be told.

    `collectable` is what it may promise to somebody who comes for it later: less what the shelf may have lost since it was
    last counted. `confidence` is the probability that a first unit is there. `on_shelf` is what a customer may
    carry out, whatever is kept back from those who are not here. `backorder`: what may be promised beyond. `counted_at` is when
    the shelf was last counted, of a bundle the one that was counted the longest ago.
    """

    variant_id: VariantId
    location_id: LocationId
    available: int
    low: bool
    collectable: int
    confidence: float
    on_hand: int
    on_shelf: int
    backorder: Backorder | None = None
    counted_at: datetime | None = None


@dataclass(eq=False)
class BadPolicy(Refused):
    """A policy says something impossible, or nothing. `field` names it."""

    code, status = "inventory.bad_policy", 422
    field: str

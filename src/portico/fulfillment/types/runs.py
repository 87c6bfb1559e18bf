"""Driving goods out, and buyers who drive up."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from portico.business.types import LocationId
from portico.fulfillment.types.work import FulfillmentId
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class RunId(Id, prefix="run"):
    __slots__ = ()


class ArrivalId(Id, prefix="arv"):
    __slots__ = ()


class Stop(msgspec.Struct, frozen=True):
    """`state`: waiting, delivered, not_home."""

    run_id: RunId
    fulfillment_id: FulfillmentId
    position: int
    state: str
    note: str
    at: datetime | None


class Run(msgspec.Struct, frozen=True):
    """Several orders driven out one after the other. `state`: planned, out, done."""

    id: RunId
    location_id: LocationId
    state: str
    driver: str
    made_at: datetime
    left_at: datetime | None
    done_at: datetime | None


class RunWhole(msgspec.Struct, frozen=True):
    run: Run
    stops: tuple[Stop, ...]


class Arrival(msgspec.Struct, frozen=True):
    """A buyer is on her way, or here. `state`: on_the_way, here, served, left."""

    id: ArrivalId
    location_id: LocationId
    holder: str
    order_label: str
    buyer_name: str
    state: str
    bay: str
    vehicle: str
    on_way_at: datetime | None
    expected_at: datetime | None
    here_at: datetime | None
    served_at: datetime | None


@dataclass(eq=False)
class BadRun(Refused):
    """A delivery run cannot be so. `field` names what."""

    code, status = "fulfillment.bad_run", 409
    field: str


@dataclass(eq=False)
class NothingWaits(Refused):
    """Nothing of this order is to be fetched there."""

    code, status = "fulfillment.nothing_waits", 409
    location_id: LocationId

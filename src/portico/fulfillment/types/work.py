"""The work: what a place is to pick, pack, send or hand over for somebody, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.fulfillment.types.promise import Way
from portico.inventory.types import LotQuantity
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId


class FulfillmentId(Id, prefix="wrk"):
    __slots__ = ()


class WaveId(Id, prefix="wav"):
    __slots__ = ()


class Progress(StrEnum):
    """How far a piece of work is."""

    OPEN = "open"
    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    ARRIVED = "arrived"
    READY = "ready"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ON_HOLD = "on_hold"
    DELIVERED = "delivered"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    NOT_FETCHED = "not_fetched"
    CANCELED = "canceled"


class Step(StrEnum):
    """What moves it on."""

    START = "start"
    PAUSE = "pause"
    FINISH = "finish"
    REOPEN = "reopen"
    PACK = "pack"
    UNPACK = "unpack"
    SHIP = "ship"
    ARRIVE = "arrive"
    MAKE_READY = "make_ready"
    HAND_OVER = "hand_over"
    GO_OUT = "go_out"
    DELIVER = "deliver"
    COME_BACK = "come_back"
    SEND_BACK = "send_back"
    NO_SHOW = "no_show"
    HOLD = "hold"
    RESUME = "resume"
    RESUME_PICKED = "resume_picked"
    RESUME_READY = "resume_ready"
    CANCEL = "cancel"


class Urgency(StrEnum):
    LATE = "late"
    SOON = "soon"
    IN_TIME = "in_time"


class WorkLine(msgspec.Struct, frozen=True):
    """So many of a variant for a line of the order; of a bundle each component is a line, `per_unit` of it in one.

    `asked == picked + short + still to pick`. `moved` of the short ones are sent from elsewhere. What was picked and is no longer
    asked for is to be `put_back`. `gone` have left.
    """

    fulfillment_id: FulfillmentId
    line_id: LineItemId
    variant_id: VariantId
    position: int
    sku: str
    title: str
    unit: str
    scale: int
    tracked: bool
    per_unit: int
    asked: int
    picked: int = 0
    short: int = 0
    moved: int = 0
    packed: int = 0
    gone: int = 0
    put_back: int = 0
    lots: tuple[LotQuantity, ...] = ()
    zone: str = ""
    zone_position: int = 0

    @property
    def to_pick(self) -> int:
        return self.asked - self.picked - self.short

    @property
    def key(self) -> tuple[LineItemId, VariantId]:
        return self.line_id, self.variant_id


class Work(msgspec.Struct, frozen=True):
    """One order's part at one place, by one way, for one promise. `due_at`: when the place should be done with it."""

    id: FulfillmentId
    holder: str
    order_label: str
    buyer_name: str
    location_id: LocationId
    destination_id: LocationId | None
    way: Way
    state: Progress
    earliest: datetime
    latest: datetime | None
    due_at: datetime
    code: str
    hold_reason: str
    shelf: str
    wave_id: WaveId | None
    claimed_by: str
    claimed_name: str
    opened_at: datetime
    started_at: datetime | None
    picked_at: datetime | None
    ready_at: datetime | None
    done_at: datetime | None
    version: int

    @property
    def place(self) -> LocationId:
        """Where it is worked on, or waits: what was sent to a store is that store's once it is there."""
        there = self.state in (
            Progress.SHIPPED,
            Progress.ARRIVED,
            Progress.READY,
            Progress.HANDED_OVER,
            Progress.NOT_FETCHED,
        )
        return self.destination_id if self.destination_id and there else self.location_id


class WorkWhole(msgspec.Struct, frozen=True):
    work: Work
    lines: tuple[WorkLine, ...]


class WantedLine(msgspec.Struct, frozen=True):
    """So many units of an order's line that are still to be had there and so."""

    line_id: LineItemId
    variant_id: VariantId
    quantity: int


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a holder is still to get from one place, by one way, for one promise."""

    location_id: LocationId
    way: Way
    earliest: datetime
    latest: datetime | None
    lines: tuple[WantedLine, ...]
    destination_id: LocationId | None = None


class About(msgspec.Struct, frozen=True):
    """Whose it is, as people say it."""

    label: str
    buyer_name: str


class Given(msgspec.Struct, frozen=True):
    """So many units of an order's line have been handed over."""

    line_id: LineItemId
    quantity: int


class Left(msgspec.Struct, frozen=True):
    """So much of a variant, for an order's line, leaves a place; of a tracked variant, which units."""

    line_id: LineItemId
    variant_id: VariantId
    quantity: int
    lots: tuple[LotQuantity, ...] = ()


class Scanned(msgspec.Struct, frozen=True):
    """What a scan came to: the line it counted for, and the work as it is now."""

    line: WorkLine
    work: WorkWhole


class Proof(msgspec.Struct, frozen=True):
    """Why the goods were given to whoever stood there: her code, or a document with her name."""

    kind: str = "name"  # code, name
    code: str = ""
    handed_to: str = ""
    signature: str = ""  # an SVG path, where she signed

    @property
    def malformed(self) -> bool:
        return self.kind not in ("code", "name") or len(self.handed_to) > 200 or len(self.signature) > 20_000


class Zone(msgspec.Struct, frozen=True):
    """A part of a place, in the order in which it is walked."""

    code: str
    name: str
    position: int


class Shelved(msgspec.Struct, frozen=True):
    """Goods of a zone: a variant by its id, or all of a category, by its slug."""

    subject: str
    zone: str


class Wave(msgspec.Struct, frozen=True):
    """Pieces of work that are picked together."""

    id: WaveId
    location_id: LocationId
    zone: str
    state: str  # open, picking, done
    claimed_by: str
    claimed_name: str
    made_at: datetime
    done_at: datetime | None
    works: int
    lines: int = 0
    lines_done: int = 0  # all of it picked, or known to be missing


class WalkPart(msgspec.Struct, frozen=True):
    """So much of a stop's variant for one order; `to_pick` 0 where that order is picked no more."""

    fulfillment_id: FulfillmentId
    order_label: str
    state: Progress
    line_id: LineItemId
    asked: int
    picked: int
    short: int
    to_pick: int


class WalkStop(msgspec.Struct, frozen=True, kw_only=True):
    """A variant of a wave on its shelf, for all orders that want it, what is due first first."""

    zone: str
    zone_name: str
    variant_id: VariantId
    sku: str
    title: str
    unit: str
    scale: int
    tracked: bool
    parts: tuple[WalkPart, ...]


class Learned(msgspec.Struct, frozen=True):
    """How long it took at a place of late: the median of `picks` pickings, less what each line takes, and of `waits` waits at the door."""

    location_id: LocationId
    pick_minutes_order: int
    picks: int
    wait_minutes: int
    waits: int


@dataclass(eq=False)
class WrongState(Refused):
    """That cannot be done with work that is so far."""

    code, status = "fulfillment.wrong_state", 409
    state: Progress
    step: Step


@dataclass(eq=False)
class OnHold(Refused):
    """The order is on hold: nothing of it is picked or leaves."""

    code, status = "fulfillment.on_hold", 409
    reason: str


@dataclass(eq=False)
class Claimed(Refused):
    """Somebody else is at it."""

    code, status = "fulfillment.claimed", 409
    by: str


@dataclass(eq=False)
class WrongItem(Refused):
    """What was scanned is not what is wanted here. `wanted`: what is still to be picked."""

    code, status = "fulfillment.wrong_item", 409
    scanned: str
    wanted: str


@dataclass(eq=False)
class PickedAlready(Refused):
    """All that is wanted of it has been picked."""

    code, status = "fulfillment.picked_already", 409
    title: str


@dataclass(eq=False)
class TooMany(Refused):
    """More than is wanted."""

    code, status = "fulfillment.too_many", 409
    title: str
    quantity_max: int


@dataclass(eq=False)
class WhichLot(Refused):
    """Units of this variant are told apart: the lot or serial number is needed."""

    code, status = "fulfillment.which_lot", 422
    title: str


@dataclass(eq=False)
class NotAllPicked(Refused):
    """Something is neither picked nor known to be missing."""

    code, status = "fulfillment.not_all_picked", 409
    to_pick: int


@dataclass(eq=False)
class NothingPicked(Refused):
    """Nothing of it was found: there is nothing to pack or to hand over."""

    code, status = "fulfillment.nothing_picked", 409


@dataclass(eq=False)
class WrongCode(Refused):
    """It is not the code of this order."""

    code, status = "fulfillment.wrong_code", 403


@dataclass(eq=False)
class BadZone(Refused):
    """A zone or what is in it cannot be so. `field` names what."""

    code, status = "fulfillment.bad_zone", 422
    field: str


@dataclass(eq=False)
class NothingToPick(Refused):
    """No open work fits."""

    code, status = "fulfillment.nothing_to_pick", 409
    location_id: LocationId


Tables = Mapping[Way, Mapping[tuple[Progress, Step], Progress]]

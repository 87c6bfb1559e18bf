"""Changing what was agreed: what may be changed, and why it may not."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.orders.types.order import Method, Order, OrderId, ShipTo
from portico.payments.types import Refund
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

NOTE_LENGTH_MAX = 2000
TAGS_MAX = 20
TAG_LENGTH_MAX = 40


class HoldId(Id, prefix="ohl"):
    __slots__ = ()


class NoteId(Id, prefix="not"):
    __slots__ = ()


class HoldKind(StrEnum):
    FRAUD = "fraud"
    PAYMENT = "payment"
    STOCK = "stock"
    MANUAL = "manual"


class Hold(msgspec.Struct, frozen=True):
    """Why an order's work waits, by whom, and who let it go on."""

    id: HoldId
    order_id: OrderId
    kind: HoldKind
    reason: str
    actor: str
    actor_name: str
    placed_at: datetime
    lifted_at: datetime | None
    lifted_by: str
    lifted_by_name: str


class Note(msgspec.Struct, frozen=True):
    id: NoteId
    order_id: OrderId
    text: str
    actor: str
    actor_name: str
    written_at: datetime


class AddLine(msgspec.Struct, frozen=True):
    """So many of a variant at today's price, from a place. What is sent may leave the place open where others of the order are
    sent from one."""

    variant_id: VariantId
    quantity: int
    method: Method
    location_id: LocationId | None = None
    backorder: bool = False


class LineQuantity(msgspec.Struct, frozen=True):
    """So many of a line are agreed from now on: fewer are canceled, more are added at the line's own price."""

    line_id: LineItemId
    quantity: int


class LinePrice(msgspec.Struct, frozen=True):
    """Another price for one unit of a line."""

    line_id: LineItemId
    unit_price: int


class Swap(msgspec.Struct, frozen=True):
    """Another variant in place of what of a line has not gone out yet, at today's price."""

    line_id: LineItemId
    variant_id: VariantId


class MoveLine(msgspec.Struct, frozen=True):
    """What of a line has not gone out yet comes another way, or from another place."""

    line_id: LineItemId
    method: Method
    location_id: LocationId


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of an order, all of them or none. `expected_version` is what the editor has seen; another one is refused."""

    order_id: OrderId
    reason: str
    expected_version: int | None = None
    adds: tuple[AddLine, ...] = ()
    quantities: tuple[LineQuantity, ...] = ()
    prices: tuple[LinePrice, ...] = ()
    swaps: tuple[Swap, ...] = ()
    moves: tuple[MoveLine, ...] = ()
    ship_to: ShipTo | None = None
    gift_message: str | None = None


class Edited(msgspec.Struct, frozen=True):
    """The order as it now stands, what it came to before, and what went back of what was paid."""

    order: Order
    total_before: int
    refunds: tuple[Refund, ...]


@dataclass(eq=False)
class VersionChanged(Refused):
    """Somebody else has changed it meanwhile: look again."""

    code, status = "orders.version_changed", 409
    version: int


@dataclass(eq=False)
class NothingToChange(Refused):
    """That changes nothing."""

    code, status = "orders.nothing_to_change", 422


@dataclass(eq=False)
class BelowFulfilled(Refused):
    """So much of the line has gone out already; what is out comes back as a return."""

    code, status = "orders.below_fulfilled", 409
    line_id: LineItemId
    fulfilled: int


@dataclass(eq=False)
class NothingOpen(Refused):
    """Nothing of this line is still to go out."""

    code, status = "orders.nothing_open", 409
    line_id: LineItemId


@dataclass(eq=False)
class BadUnitPrice(Refused):
    code, status = "orders.bad_unit_price", 422
    unit_price: int


@dataclass(eq=False)
class NotEditable(Refused):
    """It was agreed and is settled in another system, which alone can change its prices and its goods."""

    code, status = "orders.not_editable", 409


@dataclass(eq=False)
class Ended(Refused):
    """It was canceled; who wants something after all orders anew."""

    code, status = "orders.ended", 409


@dataclass(eq=False)
class OnHold(Refused):
    """Something has to be seen to first; nothing of it goes out until then."""

    code, status = "orders.on_hold", 409
    kinds: tuple[HoldKind, ...]


@dataclass(eq=False)
class BeingWorkedOn(Refused):
    """Somebody is picking it already."""

    code, status = "orders.being_worked_on", 409


@dataclass(eq=False)
class NotHeldBack(Refused):
    """Nothing of this kind holds the order back."""

    code, status = "orders.not_held_back", 409
    kind: HoldKind


@dataclass(eq=False)
class BadNote(Refused):
    code, status = "orders.bad_note", 422
    length_max: int = NOTE_LENGTH_MAX


@dataclass(eq=False)
class BadTags(Refused):
    """Tags are short words of letters, digits and hyphens, and not too many."""

    code, status = "orders.bad_tags", 422
    tags_max: int = TAGS_MAX
    length_max: int = TAG_LENGTH_MAX

"""Changing what was agreed over HTTP: edits with a preview, canceling, holds, notes, tags."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
from litestar import delete, get, post, put

from portico.business.api import Directories
from portico.orders import api, views
from portico.orders.http.showing import may_see
from portico.orders.types import (
    AddLine,
    Edit,
    Edited,
    HandOverLine,
    Hold,
    HoldKind,
    LinePrice,
    LineQuantity,
    MoveLine,
    Note,
    OrderId,
    ShipTo,
    Swap,
)
from portico.orders.views import OrderView
from portico.payments.types import Own
from portico.payments.views import RefundView, refund_views
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

REASON_LENGTH_MAX = 500
CHANGES_MAX = 200


class OrderEdit(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of an order, all of them or none. With `preview` nothing is changed, and the answer says what would be."""

    reason: str
    expected_version: int | None = None
    preview: bool = False
    add: list[AddLine] = []
    quantities: list[LineQuantity] = []
    prices: list[LinePrice] = []
    swap: list[Swap] = []
    move: list[MoveLine] = []
    ship_to: ShipTo | None = None
    gift_message: str | None = None
    refund_to: Own | None = None


class Cancellation(msgspec.Struct, frozen=True, kw_only=True):
    """`lines` are what is canceled of each; without them, everything that has not gone out."""

    reason: str = ""
    lines: list[HandOverLine] | None = None
    expected_version: int | None = None
    preview: bool = False
    refund_to: Own | None = None


class EditedView(msgspec.Struct, frozen=True):
    """The order as it is now (or, in a preview, as it would be), what it came to before, and what goes back."""

    order: OrderView
    total_before: int
    refunds: tuple[RefundView, ...]
    preview: bool


class NewHold(msgspec.Struct, frozen=True):
    kind: HoldKind = HoldKind.MANUAL
    reason: str = ""


class NewNote(msgspec.Struct, frozen=True):
    text: str


class Tags(msgspec.Struct, frozen=True):
    tags: list[str]


class Background(msgspec.Struct, frozen=True):
    """What only those who work on an order see of it."""

    holds: tuple[Hold, ...]
    notes: tuple[Note, ...]


class HappeningView(msgspec.Struct, frozen=True):
    """`what` is the tender, the hold or the way it is about; `why` a reason or a provider's code; `type` a fact's, or `note`."""

    at: datetime
    type: str
    actor: str
    channel: str
    amount: int | None
    currency: str
    what: str
    why: str
    state: str
    quantity: int
    text: str


class Timeline(msgspec.Struct, frozen=True):
    items: tuple[HappeningView, ...]


@post("/v1/orders/{order_id:str}/edits", status_code=200)
async def edit_order(door: Door, order_id: OrderId, data: OrderEdit) -> Answered[EditedView]:
    """Add, take away, swap or move goods, change a price or where it goes. Needs `orders.edit`, for prices `orders.override_price`."""
    door.principal.require("orders.edit", at=door.principal.location_id)
    if data.prices:
        door.principal.require("orders.override_price", at=door.principal.location_id)
    _check(data.reason, data.refund_to, needed=True)
    changes = len(data.add) + len(data.quantities) + len(data.prices) + len(data.swap) + len(data.move)
    if changes > CHANGES_MAX:
        raise Invalid(errors=[{"field": "edits", "message": f"<= {CHANGES_MAX}"}])
    if data.gift_message is not None and len(data.gift_message) > REASON_LENGTH_MAX:
        raise Invalid(errors=[{"field": "gift_message", "message": f"<= {REASON_LENGTH_MAX}"}])
    directory = await door.shared(Directories)()
    edit = Edit(
        order_id=order_id, reason=data.reason, expected_version=data.expected_version, adds=tuple(data.add),
        quantities=tuple(data.quantities), prices=tuple(data.prices), swaps=tuple(data.swap), moves=tuple(data.move),
        ship_to=data.ship_to, gift_message=data.gift_message,
    )  # fmt: skip

    async def change(tx: Tx) -> Edited:
        return await api.edit(tx, edit=edit, directory=directory, by=door.hand, instead=data.refund_to)

    return await _changing(door, change, preview=data.preview)


@post("/v1/orders/{order_id:str}/cancel", status_code=200)
async def cancel_order(door: Door, order_id: OrderId, data: Cancellation) -> Answered[EditedView]:
    """Cancel what has not gone out, all or some of it. Needs `orders.cancel`; whose order it is may, while nobody works on it."""
    _check(data.reason, data.refund_to, needed=False)
    directory = await door.shared(Directories)()
    own = door.principal.kind in (Kind.CUSTOMER, Kind.GUEST)
    if not own:
        door.principal.require("orders.cancel", at=door.principal.location_id)

    async def change(tx: Tx) -> Edited:
        if own:
            may_see(door, await api.order(tx, order_id=order_id), str(order_id))
        return await api.cancel(
            tx, order_id=order_id, lines=data.lines, reason=data.reason, directory=directory, by=door.hand,
            expected_version=data.expected_version, instead=data.refund_to, unless_begun=own,
        )  # fmt: skip

    return await _changing(door, change, preview=data.preview)


def _check(reason: str, refund_to: Own | None, *, needed: bool) -> None:
    if len(reason) > REASON_LENGTH_MAX or (needed and not reason.strip()):
        raise Invalid(errors=[{"field": "reason", "message": f"1..{REASON_LENGTH_MAX}"}])
    if refund_to not in (None, Own.STORE_CREDIT, Own.GIFT_CARD):
        raise Invalid(errors=[{"field": "refund_to", "message": "store_credit, gift_card"}])


async def _changing(door: Door, change: Callable[[Tx], Awaitable[Edited]], *, preview: bool) -> Answered[EditedView]:
    """Change and show; in a preview everything is done, shown, and undone."""
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> EditedView:
        edited = await (tx.tried(lambda: change(tx)) if preview else change(tx))
        (view,) = await views.show(
            tx, orders=[edited.order], directory=directory, languages=[door.language],
            public_url=door.platform.public_url,
        )  # fmt: skip
        return EditedView(view, edited.total_before, refund_views(edited.refunds, told=not preview), preview)

    return await door.write(ask, remember=not preview)


@get("/v1/orders/{order_id:str}/background")
async def show_background(door: Door, order_id: OrderId) -> Answered[Background]:
    """Holds and notes of an order. Needs `orders.read`."""
    door.principal.require("orders.read")

    async def ask(tx: Tx) -> Background:
        found = await api.order(tx, order_id=order_id)
        door.shows("order", [found.head.customer_id])
        return Background(
            tuple(await api.holds(tx, ids=[order_id])), tuple(await api.notes(tx, ids=[order_id]))
        )  # fmt: skip

    return await door.read(ask)


@get("/v1/orders/{order_id:str}/timeline")
async def show_timeline(door: Door, order_id: OrderId) -> Answered[Timeline]:
    """The whole story of an order, newest first. Needs `orders.read`."""
    door.principal.require("orders.read")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> Timeline:
        told = await api.timeline(tx, order_id=order_id)
        door.shows("order", [one.customer_id for one in await api.heads(tx, ids=[order_id])])
        return Timeline(
            tuple(
                HappeningView(
                    one.at, one.type, one.actor_name, channel.name if (channel := directory.channel(one.channel_id)) else "",
                    one.told.amount, one.told.currency, one.told.handler or one.told.kind or one.told.method,
                    one.told.reason or one.told.error, one.told.state or one.told.status, one.quantity, one.text,
                )
                for one in told
            )
        )  # fmt: skip

    return await door.read(ask)


@post("/v1/orders/{order_id:str}/holds", status_code=201)
async def hold_order(door: Door, order_id: OrderId, data: NewHold) -> Answered[Background]:
    """Nothing of the order goes out until the hold is lifted. Needs `orders.hold`."""
    door.principal.require("orders.hold", at=door.principal.location_id)
    _check(data.reason, None, needed=True)
    return await _background(
        door,
        order_id,
        lambda tx: api.hold(tx, order_id=order_id, kind=data.kind, reason=data.reason, by=door.hand),
        201,
    )


@delete("/v1/orders/{order_id:str}/holds/{kind:str}", status_code=200)
async def lift_hold(door: Door, order_id: OrderId, kind: HoldKind) -> Answered[Background]:
    """Let the order go on, where nothing else holds it. Needs `orders.hold`."""
    door.principal.require("orders.hold", at=door.principal.location_id)
    return await _background(door, order_id, lambda tx: api.lift(tx, order_id=order_id, kind=kind, by=door.hand), 200)


@post("/v1/orders/{order_id:str}/notes", status_code=201)
async def write_note(door: Door, order_id: OrderId, data: NewNote) -> Answered[Background]:
    """A note that the buyer does not see. Needs `orders.note`."""
    door.principal.require("orders.note", at=door.principal.location_id)
    return await _background(
        door, order_id, lambda tx: api.note(tx, order_id=order_id, text=data.text, by=door.hand), 201
    )


@put("/v1/orders/{order_id:str}/tags", status_code=200)
async def tag_order(door: Door, order_id: OrderId, data: Tags) -> Answered[Background]:
    """These tags and no others. Needs `orders.note`."""
    door.principal.require("orders.note", at=door.principal.location_id)
    return await _background(door, order_id, lambda tx: api.tag(tx, order_id=order_id, tags=data.tags), 200)


async def _background(
    door: Door, order_id: OrderId, change: Callable[[Tx], Awaitable[object]], status: int
) -> Answered[Background]:
    async def ask(tx: Tx) -> Background:
        await change(tx)
        return Background(
            tuple(await api.holds(tx, ids=[order_id])), tuple(await api.notes(tx, ids=[order_id]))
        )  # fmt: skip

    return await door.write(ask, status=status)


routes: list[Any] = [
    edit_order, cancel_order, show_background, show_timeline, hold_order, lift_hold, write_note, tag_order,
]  # fmt: skip

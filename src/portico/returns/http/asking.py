"""Taking goods back, or asking to, over HTTP."""

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.customers.types import CustomerId
from portico.orders import api as orders
from portico.orders.types import OrderId
from portico.payments import instruments
from portico.payments.instruments import Instrument
from portico.payments.types import Own
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.returns import api
from portico.returns.http.showing import (
    ReturnView,
    asks_for_her_own,
    label_of,
    may_see_order,
    refund_target,
    return_view,
)
from portico.returns.types import (
    Instead,
    NewLine,
    NewReturn,
    Return,
    Way,
)


class ReturnAsk(msgspec.Struct, frozen=True, kw_only=True):
    """Goods to take back. With `preview` nothing is changed, and the answer says what would be.

    Over the counter (`counter`) at a `location_id`, each line with its grade, all is done at once; by `post`, as a `claim` and, for
    whose order it is, `counter` without a location (it will be brought to a store) it is asked for. A preview of what is asked for
    says what goes back once all of it has come. Without `order_id` the lines name variants. `refund_to`: `store_credit` or `gift_card`, where it is not to go back
    to what it was paid with.
    """

    lines: list[NewLine]
    way: Way = Way.COUNTER
    order_id: OrderId | None = None
    location_id: LocationId | None = None
    customer_id: CustomerId | None = None
    note: str = ""
    override_reason: str = ""
    exchange: list[Instead] = []
    instruments: list[Instrument] = []
    refund_to: Own | None = None
    preview: bool = False


@post("/v1/returns", status_code=201)
async def make_return(door: Door, data: ReturnAsk) -> Answered[ReturnView]:
    """Take goods back, or ask to. Over the counter it needs `returns.take` at that location; without a receipt
    `returns.without_receipt`; against the policy `returns.override` and a reason. Whose order it is may ask to send or bring it, and claim."""
    asker = door.principal
    place = data.location_id.uuid if data.location_id else None
    own = asks_for_her_own(door)
    will_bring = own and data.way is Way.COUNTER and data.location_id is None
    if own and (
        (data.way is Way.COUNTER and not will_bring) or data.override_reason or data.order_id is None or data.refund_to
    ):
        asker.require("returns.take", at=place)
    if not own:
        asker.require("returns.take", at=place)
    if data.order_id is None:
        asker.require("returns.without_receipt", at=place)
    tenders = instruments.read(door, data.instruments) if data.instruments else ()
    await instruments.guard(door, data.instruments)
    directory = await door.shared(Directories)()
    new = NewReturn(
        lines=tuple(data.lines), way=data.way, order_id=data.order_id, location_id=data.location_id,
        customer_id=data.customer_id, note=data.note, override_reason=data.override_reason, exchange=tuple(data.exchange),
        tenders=tenders, instead=refund_target(data.refund_to),
    )  # fmt: skip
    may_override = asker.may("returns.override", at=place)

    async def make(tx: Tx) -> Return:
        if own and data.order_id:
            may_see_order(door, await orders.order(tx, order_id=data.order_id), str(data.order_id))
        if data.way is Way.COUNTER and not will_bring:
            return await api.take(tx, new=new, directory=directory, by=door.hand, may_override=may_override)
        if data.preview:
            return await api.foresee(tx, new=new, by=door.hand, may_override=may_override)
        return await api.request(tx, new=new, by=door.hand, may_override=may_override)

    async def ask(tx: Tx) -> ReturnView:
        found = await (tx.tried(lambda: make(tx)) if data.preview else make(tx))
        return return_view(found, await label_of(tx, found.head.order_id), preview=data.preview)

    return await door.write(ask, status=201, remember=not data.preview)


routes = [make_return]

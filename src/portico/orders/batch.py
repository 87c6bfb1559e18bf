"""Many orders at once, each known by its sender's own reference: sent again, what is there already is answered, not placed."""

from collections.abc import Callable, Sequence

import msgspec

from portico.business.api import Directory
from portico.orders import store
from portico.orders.placing import place
from portico.orders.types import AlreadyPlaced, Order, OrderId, PlaceOrder
from portico.platform.db import Tx
from portico.platform.refusals import Refused


class Placed(msgspec.Struct, frozen=True):
    """An order of a batch: its id and label, and whether it was placed now or was there before."""

    order_id: OrderId
    label: str
    new: bool


Prepare = Callable[[], "PlaceOrder | Refused"]


async def place_known(tx: Tx, *, asks: Sequence[tuple[str, Prepare]], directory: Directory) -> list[Placed | Refused]:
    """Place what is not there yet, by reference; one answer each, in order. One whose reference is known is answered before it is
    looked at: its price, its stock, its moment may be others by now."""
    refs = [ref for ref, _ in asks]
    known = {
        one.external_ref: Placed(one.id, one.label, False) for one in await tx.all(store.EXTERNAL, external_refs=refs)
    }
    answers: list[Placed | Refused | None] = [known.get(ref) for ref in refs]
    ready: dict[int, PlaceOrder] = {}
    for i, (_, prepare) in enumerate(asks):
        if answers[i] is None:
            prepared = prepare()
            if isinstance(prepared, Refused):
                answers[i] = prepared
            else:
                ready[i] = prepared
    placed = await place(tx, asks=list(ready.values()), directory=directory) if ready else []
    labels: dict[OrderId, str] = {}
    for i, one in zip(ready, placed, strict=True):
        if isinstance(one, Order):
            labels[one.head.id] = one.head.label
            answers[i] = Placed(one.head.id, one.head.label, True)
        elif isinstance(one, AlreadyPlaced) and one.order_id in labels:  # twice in this very batch
            answers[i] = Placed(one.order_id, labels[one.order_id], False)
        else:
            answers[i] = one
    if not all(isinstance(one, Placed) for one in answers):  # somebody who sent the same may have been faster
        now_known = {one.external_ref: one for one in await tx.all(store.EXTERNAL, external_refs=refs)}
        for i, ref in enumerate(refs):
            if isinstance(answers[i], Refused) and ref in now_known:
                answers[i] = Placed(now_known[ref].id, now_known[ref].label, False)
    return [one for one in answers if one is not None]

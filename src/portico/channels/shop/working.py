"""How far the work on an order is, as its buyer sees it: her code, parcels on their way, and "I'm here"."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, post

from portico.business.types import LocationId
from portico.channels.shop import forms
from portico.channels.shop.page import see
from portico.channels.shop.visit import Visit, visit
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import Arrival, Package, Progress, TrackingEvent, Way, WorkWhole
from portico.orders import api
from portico.orders.types import OrderId
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Invalid

ON_WAY_MINUTES = 15


class Told(msgspec.Struct, frozen=True):
    what: str
    when: str
    place: str


class SentParcel(msgspec.Struct, frozen=True):
    code: str
    url: str
    events: tuple[Told, ...]


class WorkBlock(msgspec.Struct, frozen=True):
    """`code` is shown to the buyer alone; `fetch` is the place she says to that she comes."""

    title: str
    state: str
    tone: str
    code: str
    parcels: tuple[SentParcel, ...]
    fetch: str
    coming: str  # nothing, on_the_way, here
    said: str


class Known(msgspec.Struct, frozen=True):
    """What is known of an order's work."""

    works: tuple[WorkWhole, ...]
    parcels: tuple[Package, ...]
    events: tuple[TrackingEvent, ...]
    arrivals: tuple[Arrival, ...]


async def known(tx: Tx, order_id: OrderId) -> Known:
    works = await fulfillment.find(tx, holders=[order_id])
    parcels = await fulfillment.parcels(tx, fulfillment_ids=[one.work.id for one in works]) if works else []
    events = await fulfillment.tracking(tx, ids=[one.id for one in parcels]) if parcels else []
    arrivals = await fulfillment.arrivals(tx, holders=[order_id]) if works else []
    return Known(tuple(works), tuple(parcels), tuple(events), tuple(arrivals))


def ready_at(found: Known) -> set[LocationId]:
    """Where something waits for her: picked, and put where it is handed over."""
    return {one.work.place for one in found.works if one.work.state is Progress.READY}


def blocks(here: Visit, found: Known, *, hers: bool) -> tuple[WorkBlock, ...]:
    """What is worth a word: whatever is being worked on, is on its way, or waits."""
    shown = [one for one in found.works if one.work.state not in (Progress.CANCELED, Progress.HANDED_OVER)]
    return tuple(_block(here, one, found, hers=hers) for one in shown)


def _block(here: Visit, one: WorkWhole, found: Known, *, hers: bool) -> WorkBlock:
    work = one.work
    fetched = work.way in (Way.COLLECT, Way.DRIVE_UP) or (
        work.way is Way.SHIP_TO_STORE and work.state in (Progress.ARRIVED, Progress.READY)
    )
    ready = work.state is Progress.READY
    place = here.directory.locations.get(work.place)
    arrival = next((each for each in found.arrivals if each.location_id == work.place), None)
    waits = fetched and work.state in (Progress.OPEN, Progress.PICKING, Progress.READY, Progress.ARRIVED)
    said = ""
    if waits and arrival:
        said = here.say(f"shop.work.said.{arrival.state}", bay=arrival.bay or "-")
    return WorkBlock(
        title=place.name if fetched and place else here.say(f"shop.work.way.{work.way}"),
        state=here.say(f"shop.work.state.{work.state}"),
        tone="good" if ready or work.state is Progress.DELIVERED else "accent",
        code=f"{work.code[:3]} {work.code[3:]}" if hers and waits and ready else "",
        parcels=_parcels(here, [each for each in found.parcels if each.fulfillment_id == work.id], found.events),
        fetch=str(work.place) if waits and ready else "",
        coming=arrival.state if arrival else "",
        said=said,
    )


def _parcels(
    here: Visit, parcels: Sequence[Package], events: Sequence[TrackingEvent]
) -> tuple[SentParcel, ...]:  # fmt: skip
    return tuple(
        SentParcel(
            one.tracking_code,
            one.tracking_url if one.tracking_url.startswith("https://") else "",
            tuple(
                Told(
                    here.say(f"shop.work.told.{each.status}"),
                    here.words.moment(each.occurred_at, here.zone),
                    each.place,
                )
                for each in events
                if each.parcel_id == one.id
            ),
        )
        for one in parcels
        if one.tracking_code
    )


@post("/orders/{token:str}/arrivals", include_in_schema=False)
async def come(door: Door, token: str) -> Response[Any]:
    """She is on her way, or here. Whoever holds the link may say so: it is she, or whom she sends."""
    await visit(door)
    fields = await forms.read(door)
    try:
        location_id = LocationId.parse(fields.get("location", ""))
    except ValueError:
        raise Invalid(errors=[{"field": "location", "message": "loc_"}]) from None
    is_here = fields.get("say") == "here"
    async with door.database.transaction() as tx:
        found = await api.by_link(tx, token=forms.clean(token))
        await fulfillment.come(
            tx, holder=found.head.id, location_id=location_id, by=door.hand, here=is_here, bay=fields.get("bay", ""),
            minutes=None if is_here else ON_WAY_MINUTES,
        )  # fmt: skip
    return see(f"/orders/{found.head.link_token}")


routes: list[Any] = [come]

"""Times to book: advice, tables, events. She chooses what, then when; her account tells what is booked."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Response, get, post

from portico.bookings import api
from portico.bookings.types import Ask, BadBooking, NoSuchSlot, Resource, Slot, SlotFull, TooManyBookings
from portico.channels.shop import forms
from portico.channels.shop.page import page, see, sentence
from portico.channels.shop.visit import Visit, visit
from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import NotFound, Refused

LOOK_AHEAD = timedelta(days=14)
SLOTS_SHOWN_MAX = 200


class What(msgspec.Struct, frozen=True):
    href: str
    name: str
    place: str
    chosen: bool


class TimeOfDay(msgspec.Struct, frozen=True):
    value: str
    label: str


class Day(msgspec.Struct, frozen=True):
    label: str
    count: str
    times: tuple[TimeOfDay, ...]


class TimesView(msgspec.Struct, frozen=True, kw_only=True):
    whats: tuple[What, ...]
    chosen: str
    days: tuple[Day, ...]
    error: str
    signed_in: bool


@get("/times", include_in_schema=False)
async def times(door: Door) -> Response[Any]:
    """What can be booked, and when it is free in the next two weeks."""
    here = await visit(door)
    return await _shown(here, door.request.query_params.get("what", ""))


async def _bookable(here: Visit, tx: Tx) -> list[Resource]:
    stores = [one.id for one in here.directory.stores(here.market.id)]
    found = await api.resources(tx, location_ids=stores, kinds=sorted(api.SELF_SERVICE))
    return [one for one in found if one.active]


def _named(known: list[Resource], text: str) -> Resource | None:
    return next((one for one in known if str(one.id) == text), None)


async def _shown(here: Visit, text: str, *, error: str = "", status: int = 200) -> Response[Any]:
    async with here.door.database.read() as tx:
        known = await _bookable(here, tx)
        chosen = _named(known, text) if text else (known[0] if len(known) == 1 else None)
        if text and chosen is None:
            raise NotFound(what="resource", id=text[:60])
        free = await _free(tx, chosen) if chosen else []
    view = TimesView(
        whats=tuple(_what(here, one, one is chosen) for one in known),
        chosen=str(chosen.id) if chosen else "",
        days=_days(here, chosen, free) if chosen else (),
        error=error,
        signed_in=here.customer,
    )
    return await page(here, "times.html", title=here.say("shop.times.title"), status=status, noindex=True, view=view)


async def _free(tx: Tx, one: Resource) -> list[Slot]:
    found = await api.slots(tx, resources=[one], starts_at=tx.now, ends_before=tx.now + LOOK_AHEAD)
    return found[:SLOTS_SHOWN_MAX]


def _what(here: Visit, one: Resource, chosen: bool) -> What:
    place = here.directory.locations.get(one.location_id) if one.location_id else None
    return What(f"/times?what={one.id}", one.name, place.name if place else "", chosen)


def _days(here: Visit, one: Resource, free: list[Slot]) -> tuple[Day, ...]:
    """By the clocks of its place."""
    days: dict[str, list[TimeOfDay]] = {}
    for slot in free:
        label = here.words.hours(slot.starts_at, slot.ends_before, one.time_zone)
        day = here.words.day(slot.starts_at, one.time_zone, alone=True)
        days.setdefault(day, []).append(TimeOfDay(slot.starts_at.isoformat(), label))
    return tuple(
        Day(label, here.say("shop.times.free", count=len(times)), tuple(times)) for label, times in days.items()
    )


@post("/times", include_in_schema=False)
async def book(door: Door) -> Response[Any]:
    """Book one time for herself; whoever is not signed in is asked to be, and comes back to what she was looking at."""
    here, typed = await visit(door), await forms.read(door)
    what = typed.get("what", "")
    asker = door.principal
    if not here.customer or asker.id is None:
        return see(f"/sign-in?next=/times?what={what}" if what else "/sign-in?next=/times")
    if not typed.get("time"):
        return await _shown(here, what, error=here.say("shop.times.missing"), status=422)
    try:
        await _book(here, what, typed.get("time", ""), CustomerId(asker.id.bytes))
    except (SlotFull, NoSuchSlot, BadBooking) as gone:
        return await _shown(here, what, error=here.say("shop.times.taken"), status=gone.status)
    except TooManyBookings as many:
        return await _shown(here, what, error=sentence(many, here.language), status=many.status)
    return see("/account")


async def _book(here: Visit, what: str, text: str, holder: CustomerId) -> None:
    """Refuses NotFound, TooManyBookings, and what booking refuses."""
    async with here.door.database.transaction() as tx:
        resource = _named(await _bookable(here, tx), what)
        if resource is None:
            raise NotFound(what="resource", id=what[:60])
        slot = next((one for one in await _free(tx, resource) if one.starts_at == forms.moment(text)), None)
        if slot is None:
            raise BadBooking(field="starts_at")
        await api.refuse_too_many(tx, holder=holder)
        ask = Ask(
            resource_id=resource.id, starts_at=slot.starts_at, ends_before=slot.ends_before, quantity=1,
            holder=holder, by=here.door.hand,
        )  # fmt: skip
        (answer,) = await api.book(tx, asks=[ask])
        if isinstance(answer, Refused):
            raise answer


routes: list[Any] = [times, book]

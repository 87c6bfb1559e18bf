"""REST routes of what is booked, and for whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import QueryParameter

from portico.bookings import api
from portico.bookings.rules import calendar
from portico.bookings.types import (
    Ask,
    Booking,
    BookingId,
    BookingState,
    Resource,
    ResourceId,
)
from portico.platform.auth.types import Kind
from portico.platform.clock import Seconds
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.ids import Id, any_id
from portico.platform.refusals import Invalid, NotFound, Refused


class NewBooking(msgspec.Struct, frozen=True):
    """`starts_at` and `ends_before` as RFC 3339, or without an offset by the clocks of the resource. `holder` is the id of
    what it is for: a checkout, an order, a customer. Without `hold_seconds` it is for good."""

    resource_id: ResourceId
    starts_at: str
    ends_before: str
    holder: str
    quantity: int = 1
    hold_seconds: Seconds | None = None
    waitlist: bool = False
    note: str = ""


class NewTime(msgspec.Struct, frozen=True):
    starts_at: str
    ends_before: str
    resource_id: ResourceId | None = None
    quantity: int | None = None


class Longer(msgspec.Struct, frozen=True):
    seconds: Seconds = 900


class Agenda(msgspec.Struct, frozen=True):
    items: tuple[Booking, ...]


def _moment(text: str, resource: Resource, field: str) -> datetime:
    try:
        return calendar.moment(text, zone=resource.time_zone, field=field)
    except (ValueError, OverflowError):
        raise Invalid(errors=[{"field": field, "message": text[:40]}]) from None


def _present(door: Door, permission: str) -> None:
    """Refuses whoever has neither the permission anywhere nor an account of her own, before anything is looked up."""
    if door.principal.kind is not Kind.CUSTOMER:
        door.principal.require(permission)


def _allow(door: Door, resource: Resource, holder: Id | None, permission: str) -> None:
    """Whoever has the permission at the place; and a customer for herself, of what customers book by themselves.

    Refuses Forbidden, SignInNeeded.
    """
    asker, place = door.principal, resource.location_id
    if not (resource.kind in api.SELF_SERVICE and _hers(door, holder)):
        asker.require(permission, at=place.uuid if place else None)


def _hers(door: Door, holder: Id | None) -> bool:
    asker = door.principal
    return asker.kind is Kind.CUSTOMER and asker.id is not None and holder is not None and holder.uuid == asker.id


async def _resource(tx: Tx, resource_id: ResourceId) -> Resource:
    found = await api.resources(tx, ids=[resource_id])
    if not found:
        raise NotFound(what="resource", id=str(resource_id))
    return found[0]


def _people(found: Sequence[Booking]) -> list[Id]:
    """Customers among those who hold bookings; an order's goods hold some too."""
    holders = (any_id(one.holder) for one in found)
    return [one for one in holders if one is not None and one.prefix == "cus"]


def _holder(text: str) -> Id:
    found = any_id(text)
    if found is None:
        raise Invalid(errors=[{"field": "holder", "message": text[:60]}])
    return found


async def book_and_show(tx: Tx, asks: Sequence[tuple[Ask, int | None]]) -> list[Booking | Refused]:
    """The hot command behind `POST /v1/bookings`: holds last from when they are written."""
    timed = [
        ask if seconds is None else msgspec.structs.replace(ask, expires_at=tx.now + timedelta(seconds=seconds))
        for ask, seconds in asks
    ]
    return await api.book(tx, asks=timed)


@post("/v1/bookings", status_code=201)
async def book(door: Door, data: NewBooking) -> Answered[Booking]:
    """Book for a period of whole buckets. Needs `bookings.book` at the resource's location; customers book appointments, tables
    and events for themselves."""
    _present(door, "bookings.book")
    holder = _holder(data.holder)
    async with door.database.read() as tx:
        resource = await _resource(tx, data.resource_id)
        _allow(door, resource, holder, "bookings.book")
        if _hers(door, holder):
            await api.refuse_too_many(tx, holder=holder)
    ask = Ask(
        resource_id=resource.id,
        starts_at=_moment(data.starts_at, resource, "starts_at"),
        ends_before=_moment(data.ends_before, resource, "ends_before"),
        quantity=data.quantity,
        holder=holder,
        by=door.hand,
        waitlist=data.waitlist,
        note=data.note,
    )
    return await door.hot(book_and_show, (ask, data.hold_seconds), status=201)


async def _booking(door: Door, tx: Tx, booking_id: BookingId, permission: str) -> Booking:
    """Refuses NotFound, also a customer who asks for somebody else's, and Forbidden."""
    found = await api.bookings(tx, ids=[booking_id])
    if not found or (door.principal.kind is Kind.CUSTOMER and not _hers(door, any_id(found[0].holder))):
        raise NotFound(what="booking", id=str(booking_id))
    _allow(door, await _resource(tx, found[0].resource_id), any_id(found[0].holder), permission)
    return found[0]


@get("/v1/bookings/{booking_id:str}")
async def show_booking(door: Door, booking_id: BookingId) -> Answered[Booking]:
    """One. Needs `bookings.read` at the resource's location, or to be hers."""
    _present(door, "bookings.read")

    async def ask(tx: Tx) -> Booking:
        found = await _booking(door, tx, booking_id, "bookings.read")
        door.shows("booking", _people([found]))
        return found

    return await door.read(ask)


@post("/v1/bookings/{booking_id:str}/confirm", status_code=200)
async def confirm_booking(door: Door, booking_id: BookingId) -> Answered[Booking]:
    """Take for good what is held. Needs `bookings.book` there, or to be hers."""
    _present(door, "bookings.book")

    async def ask(tx: Tx) -> Booking:
        await _booking(door, tx, booking_id, "bookings.book")
        return await api.confirm(tx, booking_id=booking_id, by=door.hand)

    return await door.write(ask)


@post("/v1/bookings/{booking_id:str}/extend", status_code=200)
async def extend_booking(door: Door, booking_id: BookingId, data: Longer) -> Answered[Booking]:
    """Hold for so long from now. Needs `bookings.book` there, or to be hers."""
    _present(door, "bookings.book")

    async def ask(tx: Tx) -> Booking:
        await _booking(door, tx, booking_id, "bookings.book")
        return await api.extend(tx, booking_id=booking_id, seconds=data.seconds, by=door.hand)

    return await door.write(ask)


@post("/v1/bookings/{booking_id:str}/cancel", status_code=200)
async def cancel_booking(door: Door, booking_id: BookingId) -> Answered[Booking]:
    """Give its time back; who waits has it next. Needs `bookings.book` there, or to be hers."""
    _present(door, "bookings.book")

    async def ask(tx: Tx) -> Booking:
        await _booking(door, tx, booking_id, "bookings.book")
        return await api.cancel(tx, booking_id=booking_id, by=door.hand)

    return await door.write(ask)


@post("/v1/bookings/{booking_id:str}/move", status_code=200)
async def move_booking(door: Door, booking_id: BookingId, data: NewTime) -> Answered[Booking]:
    """To another time or resource; where that is full it stays where it is. Needs `bookings.book` at both, or to be hers."""
    _present(door, "bookings.book")
    async with door.database.read() as tx:
        before = await _booking(door, tx, booking_id, "bookings.book")
        holder = _holder(before.holder)
        resource = await _resource(tx, data.resource_id or before.resource_id)
        _allow(door, resource, holder, "bookings.book")
    ask = Ask(
        resource_id=resource.id,
        starts_at=_moment(data.starts_at, resource, "starts_at"),
        ends_before=_moment(data.ends_before, resource, "ends_before"),
        quantity=before.quantity if data.quantity is None else data.quantity,
        holder=holder,
        by=door.hand,
        expires_at=before.expires_at if before.state is BookingState.HELD else None,
        moves=booking_id,
        note=before.note,
    )

    async def move(tx: Tx) -> Booking:
        (answer,) = await api.book(tx, asks=[ask])
        if isinstance(answer, Refused):
            raise answer
        return answer

    return await door.write(move)


@get("/v1/resources/{resource_id:str}/agenda")
async def show_agenda(
    door: Door, resource_id: ResourceId, since: Annotated[datetime, QueryParameter(name="from")], until: datetime
) -> Answered[Agenda]:
    """What is booked of a resource and who waits, in order of time. Needs `bookings.read` there."""
    door.principal.require("bookings.read")
    if since.tzinfo is None or until.tzinfo is None:
        raise Invalid(errors=[{"field": "from" if since.tzinfo is None else "until", "message": "RFC 3339"}])
    async with door.database.read() as tx:
        place = (await _resource(tx, resource_id)).location_id
    door.principal.require("bookings.read", at=place.uuid if place else None)

    async def ask(tx: Tx) -> Agenda:
        found = await api.agenda(tx, resource_id=resource_id, starts_at=since, ends_before=until)
        door.shows("agenda", _people(found))
        return Agenda(tuple(found))

    return await door.read(ask)


routes: list[Any] = [book, show_booking, confirm_booking, extend_booking, cancel_booking, move_booking, show_agenda]

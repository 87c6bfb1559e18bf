"""Signing in and out, whoever one is, and the live stream."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.response import Stream

from portico.business import api as business
from portico.business.api import Directories
from portico.business.types import LocationId, Staff, TillId
from portico.business.views import LocationView, location_view
from portico.carts import api as carts
from portico.channels.entry import codes
from portico.channels.entry import topics as live_topics
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.identity import api as identity
from portico.identity.types import Basis, NewMerge
from portico.platform import clock, i18n, money
from portico.platform.auth import api as auth
from portico.platform.auth.types import ANONYMOUS, Kind, Principal, WrongCredentials
from portico.platform.db import Tx
from portico.platform.events import Recorded
from portico.platform.http import Answered, Door, json_bytes
from portico.platform.http.door import COOKIE_LANGUAGE, COOKIE_SHOPPER, COOKIE_STAFF
from portico.platform.ids import Id
from portico.platform.live import TOPICS_MAX
from portico.platform.refusals import Forbidden, Invalid, Refused, SignInNeeded

HEARTBEAT_SECONDS = 15
YEAR_SECONDS = 365 * 24 * 3600


class Password(msgspec.Struct, frozen=True):
    email: str
    password: str


class Pin(msgspec.Struct, frozen=True):
    till_code: str
    staff_number: str
    pin: str


class Address(msgspec.Struct, frozen=True):
    address: str


class Code(msgspec.Struct, frozen=True):
    address: str
    code: str


class Language(msgspec.Struct, frozen=True):
    language: str


class CodeSent(msgspec.Struct, frozen=True):
    expires_at: datetime


class StaffView(msgspec.Struct, frozen=True):
    id: UUID
    number: str
    name: str
    roles: tuple[str, ...]
    location_ids: tuple[UUID, ...]


class MyTill(msgspec.Struct, frozen=True):
    id: TillId
    code: str
    name: str
    location: LocationView
    currency: str
    exponent: int


class MyChannel(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    kind: str
    name: str


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, as far as we know. `permissions_at` names those of the permissions that hold at some locations only, and where."""

    kind: Kind
    language: str
    permissions: tuple[str, ...]
    permissions_at: dict[str, tuple[LocationId, ...]]
    customer: CustomerBrief | None
    staff: StaffView | None
    till: MyTill | None
    channel: MyChannel


async def me(door: Door, tx: Tx, principal: Principal) -> Me:
    directory = await door.shared(Directories)()
    customer, employee, till = None, None, None
    if principal.kind is Kind.CUSTOMER and principal.id:
        customer_id = CustomerId(principal.id.bytes)
        customer = (await customers.briefs(tx, ids=[customer_id])).get(customer_id)
    if principal.kind is Kind.STAFF and principal.id:
        people = await business.staff(tx, ids=[principal.id])
        roles = await auth.roles_of(tx, kind=Kind.STAFF, id=principal.id)
        places = {grant.location_id for grant in principal.grants if grant.location_id}
        if people:
            employee = StaffView(
                people[0].id.uuid, people[0].number, people[0].name, tuple(roles), tuple(sorted(places))
            )
    if found := directory.till(principal.till_id):
        location = directory.location(found.location_id)
        market = directory.market_by_id(location.market_id)
        till = MyTill(
            found.id, found.code, found.name, location_view(location, market_code=market.code, at=clock.now()),
            market.currency, money.exponent(market.currency),
        )  # fmt: skip
    way = door.doorway
    return Me(
        kind=principal.kind,
        language=door.language,
        permissions=tuple(sorted({grant.permission for grant in principal.grants})),
        permissions_at=_only_at(principal),
        customer=customer,
        staff=employee,
        till=till,
        channel=MyChannel(way.id, way.code, way.kind, way.name),
    )


def _only_at(principal: Principal) -> dict[str, tuple[LocationId, ...]]:
    everywhere = {grant.permission for grant in principal.grants if grant.location_id is None}
    places: dict[str, set[UUID]] = {}
    for grant in principal.grants:
        if grant.location_id and grant.permission not in everywhere:
            places.setdefault(grant.permission, set()).add(grant.location_id)
    return {name: tuple(LocationId.of(one) for one in sorted(found)) for name, found in sorted(places.items())}


@get("/v1/me")
async def show_me(door: Door) -> Answered[Me]:
    """Who the cookies or the token say one is."""
    return await door.read(lambda tx: me(door, tx, door.principal))


async def _signed_in(
    door: Door, tx: Tx, *, kind: Kind, subject_id: Id | UUID, name: str, cookie: str, **places: UUID | None
) -> Principal:
    """Open a session and have the answer set its cookie."""
    uuid = subject_id.uuid if isinstance(subject_id, Id) else subject_id
    opened = await auth.open_session(tx, kind=kind, subject_id=uuid, name=name, language=door.language, **places)
    door.set_cookie(cookie, opened.token, seconds=int(auth.SESSION_LASTS[kind] / timedelta(seconds=1)))
    return await auth.recognise_session(tx, token=opened.token) or ANONYMOUS


async def _checked(door: Door, person: Staff | None, kind: str, secret: str) -> None:
    """Raises what `check_secret` answers, once the count of failures is committed."""
    async with door.database.transaction() as tx:
        refused = await auth.check_secret(tx, subject_id=person.id.uuid if person else None, kind=kind, secret=secret)
    if refused:
        raise refused


@post("/v1/auth/staff/password", status_code=200)
async def sign_in_by_password(door: Door, data: Password) -> Answered[Me]:
    """Sign staff in at desk or office."""
    async with door.database.read() as tx:
        people = await business.staff(tx, email=data.email.strip()[:200])
    person = people[0] if people else None
    await _checked(door, person, "password", data.password[:200])
    if person is None:
        raise WrongCredentials()

    async def ask(tx: Tx) -> Me:
        who = await _signed_in(door, tx, kind=Kind.STAFF, subject_id=person.id, name=person.name, cookie=COOKIE_STAFF)
        return await me(door, tx, who)

    return await door.write(ask, remember=False)


@post("/v1/auth/staff/pin", status_code=200)
async def sign_in_by_pin(door: Door, data: Pin) -> Answered[Me]:
    """Sign staff in at a till; the session belongs to that till and its location."""
    directory = await door.shared(Directories)()
    till = directory.till_by_code(data.till_code)
    async with door.database.read() as tx:
        people = await business.staff(tx, number=data.staff_number.strip()[:20])
    person = people[0] if people else None
    await _checked(door, person, "pin", data.pin[:20])
    if person is None:
        raise WrongCredentials()

    async def ask(tx: Tx) -> Me:
        who = await _signed_in(
            door, tx, kind=Kind.STAFF, subject_id=person.id, name=person.name, cookie=COOKIE_STAFF,
            location_id=till.location_id.uuid, till_id=till.id.uuid,
        )  # fmt: skip
        if not who.may("till.use", at=till.location_id.uuid):
            raise Forbidden(permission="till.use")
        return await me(door, tx, who)

    return await door.write(ask, remember=False)


@post("/v1/auth/customer/code", status_code=202)
async def send_code(door: Door, data: Address) -> Answered[CodeSent]:
    """Send a one-time code to an e-mail address, or to the e-mail of the customer with this phone number.

    The answer is the same whether or not anybody has the address.
    """
    address = data.address.strip()[:200]

    async def ask(tx: Tx) -> CodeSent:
        return CodeSent(await codes.send(door, tx, address=address))

    return await door.write(ask, status=202, remember=False)


@post("/v1/auth/customer/verify", status_code=200)
async def verify_code(door: Door, data: Code) -> Answered[Me]:
    """Sign a customer in by the code she was sent; what she put in her basket as a guest becomes hers."""
    address = data.address.strip()[:200]
    if refused := await codes.check(door, address=address, code=data.code[:20]):
        raise refused

    async def ask(tx: Tx) -> Me:
        who = await sign_customer_in(door, tx, address=address)
        return await me(door, tx, who)

    return await door.write(ask, remember=False)


@post("/v1/me/records", status_code=200)
async def prove_record(door: Door, data: Code) -> Answered[Me]:
    """A customer who is signed in shows that she also reads what is sent to `address`: what she has there is hers from now on.
    An address that nobody had tells nothing new. Her own and the other record are joined, and she sees both."""
    if door.principal.kind is not Kind.CUSTOMER or door.principal.id is None:
        raise SignInNeeded()
    own, address = CustomerId(door.principal.id.bytes), data.address.strip()[:200]
    if refused := await codes.check(door, address=address, code=data.code[:20]):
        raise refused

    async def ask(tx: Tx) -> Me:
        await customers.verify_contact(tx, address=address, by=door.hand)
        other = await customers.by_address(tx, address=address)
        if other is not None and other != own:
            new = NewMerge(record_a=own, record_b=other, basis=Basis.EXACT, proven=True)
            (answer,) = await identity.merge(tx, merges=[new], by=door.hand)
            if isinstance(answer, Refused):
                raise answer
        return await me(door, tx, door.principal)

    return await door.write(ask, remember=False)


async def sign_customer_in(door: Door, tx: Tx, *, address: str) -> Principal:
    """Open the session of whoever has proven to read `address`, and give her the guest's carts."""
    customer_id = await customers.sign_up(tx, address=address, language=door.language, by=door.hand)
    brief = (await customers.briefs(tx, ids=[customer_id]))[customer_id]
    who = await _signed_in(
        door, tx, kind=Kind.CUSTOMER, subject_id=customer_id, name=brief.name or brief.number, cookie=COOKIE_SHOPPER
    )
    if door.principal.kind is Kind.GUEST and door.principal.id:
        await carts.adopt_guest(tx, guest_id=door.principal.id, customer_id=customer_id, by=door.hand)
    return who


@post("/v1/auth/guest", status_code=200)
async def sign_in_as_guest(door: Door) -> Answered[Me]:
    """Have this browser known again, so that it can keep a basket. Whoever is known already stays who she is."""
    who = await door.known()
    return await door.read(lambda tx: me(door, tx, who))


@post("/v1/auth/logout", status_code=204)
async def sign_out(door: Door) -> None:
    async with door.database.transaction() as tx:
        if door.principal.session_id:
            await auth.end_session(tx, session_id=door.principal.session_id)
    door.set_cookie(COOKIE_STAFF if door.principal.kind is Kind.STAFF else COOKIE_SHOPPER, None)


@post("/v1/me/language", status_code=204)
async def set_language(door: Door, data: Language) -> None:
    if data.language not in i18n.LANGUAGES:
        raise Invalid(errors=[{"field": "language", "message": ", ".join(i18n.LANGUAGES)}])
    door.set_cookie(COOKIE_LANGUAGE, data.language, seconds=YEAR_SECONDS)


@get("/v1/live", include_in_schema=True)
async def live(door: Door, topics: str) -> Stream:
    """Server-sent events: facts of the topics as they become true. `ready` first; then refetch what is shown.

    Topics that are not the asker's are left out: one tab of many must not end the stream they share.
    """
    wanted = frozenset(one for one in topics.split(",") if one)
    if not 0 < len(wanted) <= TOPICS_MAX:
        raise Invalid(errors=[{"field": "topics", "message": f"1..{TOPICS_MAX}"}])
    async with door.database.read() as tx:
        heard = frozenset([one for one in wanted if await live_topics.may_hear(tx, door.principal, one)])
    if not heard:
        door.principal.require("live.read")  # nothing of all this is the asker's
    return Stream(
        _events(door, heard),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _events(door: Door, wanted: frozenset[str]) -> AsyncIterator[bytes]:
    staff = door.principal.may("inventory.read")
    async with door.platform.live.subscribed(wanted) as subscription:
        yield b"event: ready\ndata: {}\n\n"
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    fact = await subscription.queue.get()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if fact is None:  # this listener was too slow: have it start over
                yield b"event: ready\ndata: {}\n\n"
                continue
            data = json_bytes(_told(fact, wanted, staff=staff))
            yield b"event: fact\nid: %d\ndata: %b\n\n" % (fact.id, data)


def _told(fact: Recorded, wanted: frozenset[str], *, staff: bool) -> dict[str, Any]:
    """What a listener is told of a fact. Of what others do to an item she looks at, a shopper learns that it was done."""
    told = {
        "id": fact.event_id, "type": fact.type, "topics": [one for one in fact.topics if staff or one in wanted],
        "occurred_at": fact.occurred_at, "recorded_at": fact.recorded_at,
    }  # fmt: skip
    if staff or fact.subject in wanted:
        told |= {
            "subject": fact.subject, "version": fact.version, "actor": fact.actor.partition(":")[0],
            "channel": fact.channel_id,
        }  # fmt: skip
    return told


routes: list[Any] = [
    show_me, prove_record, sign_in_by_password, sign_in_by_pin, send_code, verify_code, sign_in_as_guest, sign_out, set_language, live,
]  # fmt: skip

"""What we hold of her: a copy of it all, being forgotten, and the story of what happened in every channel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post

from portico.channels.shop import forms
from portico.channels.shop.page import page, see
from portico.channels.shop.visit import Visit, visit
from portico.customers.types import CustomerId
from portico.insights import api as insights
from portico.insights.types import Entry
from portico.orders import api as orders
from portico.orders.types import OrderId
from portico.platform.auth import api as auth
from portico.platform.http import Door
from portico.platform.http.door import COOKIE_SHOPPER
from portico.platform.personal import Hindrance, House
from portico.platform.refusals import NotFound
from portico.privacy import api
from portico.privacy.proving import fetched, prove_again
from portico.privacy.types import OPEN, Erasure, ErasureState, Export, ExportId, ExportState, ProveAgain

TONES = {ExportState.MADE: "good", ExportState.ASKED: "accent", ExportState.FAILED: "bad", ExportState.GONE: ""}


class Copy(msgspec.Struct, frozen=True):
    when: str
    state: str
    tone: str
    href: str  # empty: nothing to fetch
    until: str


class Wish(msgspec.Struct, frozen=True):
    when: str
    state: str
    decision: str
    withdraw: str  # the path by which she takes it back; empty: too late
    waits: tuple[str, ...] = ()  # for what
    may_give_up: bool = False


class Mine(msgspec.Struct, frozen=True):
    copies: tuple[Copy, ...]
    wish: Wish | None
    hindrances: tuple[str, ...]
    may_give_up: bool  # some of them
    asking: bool  # whether to ask once more before forgetting


def _own(door: Door) -> CustomerId | None:
    return CustomerId(door.principal.id.bytes) if door.principal.id else None


async def _again(door: Door) -> Response[Any]:
    """Her session ends, and she comes back here once she has typed a new code."""
    async with door.database.transaction() as tx:
        if door.principal.session_id:
            await auth.end_session(tx, session_id=door.principal.session_id)
    door.set_cookie(COOKIE_SHOPPER, None)
    return see("/sign-in?next=/account/data")


@get("/account/data", include_in_schema=False)
async def data(door: Door) -> Response[Any]:
    here, own = await visit(door), _own(door)
    if not here.customer or own is None:
        return see("/sign-in?next=/account/data")
    return await _show(here, own, asking="forget" in door.request.query_params)


async def _show(here: Visit, own: CustomerId, *, asking: bool) -> Response[str]:
    async with here.door.database.read() as tx:
        copies = await api.exports(tx, customer_ids=[own])
        wishes = await api.erasures_of(tx, customer_ids=[own])
        house = here.door.shared(House)
        hindered = await api.hindrances(tx, house=house, customer_id=own) if asking else []
        waits = await api.hindering(tx, house=house, one=wishes[0]) if wishes and wishes[0].state in OPEN else []
    view = Mine(
        copies=tuple(_copy(here, one) for one in copies),
        wish=_wish(here, wishes[0], waits) if wishes else None,
        hindrances=tuple(_hindered(here, one) for one in hindered),
        may_give_up=any(one.may_be_given_up for one in hindered),
        asking=asking,
    )
    return await page(here, "mine.html", title=here.say("shop.mine.title"), noindex=True, view=view)


def _hindered(here: Visit, one: Hindrance) -> str:
    label = one.label
    if one.code == "value_left":
        label = here.say(f"shop.mine.value.{one.label}")
    elif one.code == "booking_to_come":
        label = here.words.moment(datetime.fromisoformat(one.label), here.zone)
    return here.say(f"shop.mine.hindrance.{one.code}", label=label)


def _copy(here: Visit, one: Export) -> Copy:
    made = one.state is ExportState.MADE
    return Copy(
        here.words.moment(one.asked_at, here.zone), here.say(f"shop.mine.copy.{one.state}"), TONES[one.state],
        f"/account/data/copies/{one.id}" if made else "",
        here.words.moment(one.expires_at, here.zone) if made and one.expires_at else "",
    )  # fmt: skip


def _wish(here: Visit, one: Erasure, waits: Sequence[Hindrance]) -> Wish:
    return Wish(
        here.words.moment(one.requested_at, here.zone), here.say(f"shop.mine.wish.{one.state}"), one.decision,
        f"/account/data/forget/{one.id}/withdraw" if one.state in OPEN else "",
        tuple(_hindered(here, each) for each in waits), any(each.may_be_given_up for each in waits),
    )  # fmt: skip


@post("/account/data/copies", include_in_schema=False)
async def ask_copy(door: Door) -> Response[Any]:
    here, own = await visit(door), _own(door)
    if here.customer and own is not None:
        async with door.database.transaction() as tx:
            await api.ask_export(tx, customer_id=own, language=here.language, by=door.hand)
    return see("/account/data")


@get("/account/data/copies/{copy:str}", include_in_schema=False)
async def fetch_copy(door: Door, copy: str) -> Response[Any]:
    """The file; she has to have signed in a short while ago. A copy of somebody else's is not found."""
    here, own = await visit(door), _own(door)
    if not here.customer or own is None:
        return see("/sign-in?next=/account/data")
    try:
        export_id = ExportId.parse(copy)
    except ValueError:
        raise NotFound(what="export", id=copy[:60]) from None
    async with door.database.read() as tx:
        if (await api.export(tx, id=export_id)).customer_id != own:
            raise NotFound(what="export", id=copy[:60])
    try:
        return await fetched(door, export_id)
    except ProveAgain:
        return await _again(door)


@post("/account/data/forget", include_in_schema=False)
async def ask_to_be_forgotten(door: Door) -> Response[Any]:
    """Asked once more first; then it is a request, or, where that is how it is done here, done."""
    here, own = await visit(door), _own(door)
    if not here.customer or own is None:
        return see("/sign-in?next=/account/data")
    try:
        await prove_again(door)
    except ProveAgain:
        return await _again(door)
    fields = await forms.read(door)
    if fields.get("sure") != "yes":
        return see("/account/data?forget")
    async with door.database.transaction() as tx:
        made = await api.ask_erasure(
            tx, house=door.shared(House), customer_id=own, reason=fields.get("reason", ""), by=door.hand,
            gives_up=fields.get("gives_up") == "yes",
        )  # fmt: skip
    if made.state is ErasureState.DONE:
        door.set_cookie(COOKIE_SHOPPER, None)
        return see("/")
    return see("/account/data")


@post("/account/data/forget/{wish:str}/withdraw", include_in_schema=False)
async def take_back(door: Door, wish: str) -> Response[Any]:
    here, own = await visit(door), _own(door)
    if here.customer and own is not None:
        async with door.database.transaction() as tx:
            hers = [one for one in await api.erasures_of(tx, customer_ids=[own]) if str(one.id) == wish]
            if not hers:
                raise NotFound(what="erasure", id=wish[:60])
            await api.withdraw(tx, id=hers[0].id, by=door.hand)
    return see("/account/data")


# ---------------------------------------------------------------------------------------------------------- the story


class Touch(msgspec.Struct, frozen=True):
    when: str
    text: str
    channel: str
    place: str
    href: str


class Story(msgspec.Struct, frozen=True):
    touches: tuple[Touch, ...]
    older: str


@get("/account/story", include_in_schema=False)
async def story(door: Door) -> Response[Any]:
    """All that happened with her, by whichever door, newest first. Who works here has no name."""
    here, own = await visit(door), _own(door)
    if not here.customer or own is None:
        return see("/sign-in?next=/account/story")
    reader = insights.reader(door.principal, whose=[own], language=here.language)
    asked = insights.Asked(cursor=door.request.query_params.get("from") or None)
    async with door.database.read() as tx:
        found = await insights.timeline(tx, people=[own], reader=reader, directory=here.directory, asked=asked)
        ids = [OrderId.parse(one.link.id) for one in found.items if one.link and one.link.kind == OrderId.prefix]
        heads = await orders.heads(tx, ids=ids, rows_max=len(ids)) if ids else []
    paths = {str(one.id): f"/orders/{one.link_token}" for one in heads}
    view = Story(
        tuple(_touch(here, one, paths) for one in found.items),
        f"/account/story?from={found.next_cursor}" if found.next_cursor else "",
    )
    return await page(here, "story.html", title=here.say("shop.story.title"), noindex=True, view=view)


def _touch(here: Visit, one: Entry, paths: dict[str, str]) -> Touch:
    return Touch(
        here.words.moment(one.at, here.zone), one.text,
        here.channel_of_kind(one.channel.kind, one.channel.name) if one.channel else "", one.place,
        paths.get(one.link.id, "") if one.link else "",
    )  # fmt: skip


routes: list[Any] = [data, ask_copy, fetch_copy, ask_to_be_forgotten, take_back, story]

"""Returns on their order's page: code, state, label, and what she may still do with them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from markupsafe import Markup

from portico.channels.shop import forms
from portico.channels.shop.basket import qr
from portico.channels.shop.page import page, see
from portico.channels.shop.visit import Visit, visit
from portico.channels.shop.whose import hers
from portico.fulfillment.types import Label
from portico.orders.types import Order
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import NotFound
from portico.returns import api
from portico.returns.types import Event, Return, ReturnId, State, Way

WANTS_CODE = frozenset({State.REQUESTED, State.APPROVED, State.IN_TRANSIT})
TONES = {State.COMPLETED: "good", State.REJECTED: "bad", State.CANCELED: ""}


class Happened(msgspec.Struct, frozen=True):
    what: str
    when: str


class ReturnBlock(msgspec.Struct, frozen=True):
    """A return as its buyer sees it. `label_url` is empty where there is no label to print; `label` says how far it is."""

    id: str
    code: str
    qr: Markup
    state: str
    tone: str
    what: str
    lines: tuple[str, ...]
    steps: tuple[Happened, ...]
    label_url: str
    label: str
    said: str
    may_send: bool
    may_withdraw: bool
    is_new: bool


class LabelPage(msgspec.Struct, frozen=True):
    code: str


async def known(tx: Tx, found: Order) -> list[Return]:
    """An order's returns, the one that was asked for last first."""
    made = await api.listed(tx, order_id=found.head.id)
    return sorted(made, key=lambda one: one.head.requested_at, reverse=True)


def blocks(here: Visit, found: Order, made: Sequence[Return], *, new: str = "") -> tuple[ReturnBlock, ...]:
    """`new`: the code of the one that was asked for just now."""
    return tuple(_block(here, found, one, is_new=one.head.code == new) for one in made)


def _block(here: Visit, found: Order, one: Return, *, is_new: bool) -> ReturnBlock:
    head, words = one.head, msgspec.structs.replace(here.words, currency=one.head.currency)
    by_id = {line.id: line for line in found.lines}
    may = api.buyer_may(head.state, head.way)
    lines = [
        f"{line.title} × {words.quantity(each.quantity, scale=line.scale, unit=line.unit)}"
        for each in one.lines
        if each.line_id and (line := by_id.get(each.line_id))
    ]
    url, said = _label(here, one)
    brought = head.way is not Way.CLAIM and head.state in WANTS_CODE
    return ReturnBlock(
        id=str(head.id), code=head.code, qr=qr(head.code) if brought else Markup(),
        state=here.say(f"shop.returned.state.{head.state}"), tone=TONES.get(head.state, "accent"),
        what=_what(here, one), lines=tuple(lines), steps=_steps(here, one), label_url=url, label=said,
        said=here.say("shop.returned.refused_because", reason=reason) if (reason := _refused(one)) else "",
        may_send=Event.SEND in may, may_withdraw=Event.CANCEL in may, is_new=is_new,
    )  # fmt: skip


def _what(here: Visit, one: Return) -> str:
    """What is to be done next, or what came of it."""
    head, words = one.head, msgspec.structs.replace(here.words, currency=one.head.currency)
    if head.state is State.COMPLETED:
        if not head.value:
            return here.say("shop.returned.what.not_accepted")
        key = "shop.returned.what.refunded_less" if head.fee else "shop.returned.what.refunded"
        return here.say(key, amount=words.money(head.refunded), fee=words.money(head.fee))
    if head.state is State.APPROVED:
        return here.say(f"shop.returned.what.approved_{head.way}")
    if head.state is State.REQUESTED and head.way is Way.CLAIM:
        return here.say("shop.returned.what.claimed")
    return here.say(f"shop.returned.what.{head.state}")


def _refused(one: Return) -> str:
    return next((step.reason for step in reversed(one.steps) if step.event == Event.REJECT), "")


def _steps(here: Visit, one: Return) -> tuple[Happened, ...]:
    zone, words = here.zone, here.words
    asked = Happened(here.say("shop.returned.step.request"), words.moment(one.head.requested_at, zone))
    rest = [
        Happened(here.say(f"shop.returned.step.{each.event}"), words.moment(each.at, zone))
        for each in one.steps
        if not (each.event == Event.APPROVE and each.at == one.head.requested_at)
    ]
    return (asked, *rest)


def _label(here: Visit, one: Return) -> tuple[str, str]:
    if one.label is None or one.head.state not in (State.APPROVED, State.IN_TRANSIT):
        return "", ""
    if one.label.label is Label.FAILED:
        return "", here.say("shop.returned.label_failed")
    if one.label.label is not Label.BOUGHT:
        return "", here.say("shop.returned.label_pending")
    return f"/returns/{one.head.link_token}/label", ""


@post("/orders/{token:str}/returns/{return_id:str}/cancel", include_in_schema=False)
async def withdraw(door: Door, token: str, return_id: str) -> Response[Any]:
    """She keeps it after all."""
    return await _step(door, token, return_id, Event.CANCEL)


@post("/orders/{token:str}/returns/{return_id:str}/send", include_in_schema=False)
async def send(door: Door, token: str, return_id: str) -> Response[Any]:
    """She has taken it to the post."""
    return await _step(door, token, return_id, Event.SEND)


async def _step(door: Door, token: str, return_id: str, event: Event) -> Response[Any]:
    here = await visit(door)
    found = await hers(here, token)
    async with door.database.transaction() as tx:
        one = await api.find(tx, name=str(_id(return_id)))
        if one.head.order_id != found.head.id:
            raise NotFound(what="return", id="")
        await api.step_own(tx, return_id=one.head.id, event=event, by=door.hand)
    return see(f"/orders/{found.head.link_token}#{one.head.code}")


def _id(text: str) -> ReturnId:
    try:
        return ReturnId.parse(text)
    except ValueError:
        raise NotFound(what="return", id="") from None


@get("/returns/{token:str}/label", include_in_schema=False)
async def label(door: Door, token: str) -> Response[Any]:
    """Whoever holds the link, which her letter has, may print it. While it is being made a page waits for it."""
    async with door.database.read() as tx:
        found = await api.by_link(tx, token=forms.clean(token))
        file = await api.labels.file(tx, found=found)
    if file is None:
        here = await visit(door)
        title = here.say("shop.returned.label_title")
        return await page(here, "label.html", title=title, noindex=True, view=LabelPage(found.head.code))
    headers = {
        "cache-control": "private, no-store", "x-robots-tag": "noindex",
        "content-disposition": f'inline; filename="{found.head.code}.pdf"',
    }  # fmt: skip
    return Response(file.label, media_type=file.label_type, headers=headers)


routes: list[Any] = [withdraw, send, label]

"""Canceling an order on its page: by whose it is, while nobody has begun to pick it. What goes back is shown first."""

from typing import Any

import msgspec
from litestar import Response, get, post

from portico.channels.shop.page import page, see, sentence
from portico.channels.shop.visit import Visit, visit
from portico.channels.shop.whose import hers
from portico.orders import api
from portico.orders.types import Edited, Order, State
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Refused


class GoingLine(msgspec.Struct, frozen=True):
    title: str
    quantity: str


class Back(msgspec.Struct, frozen=True):
    """What goes back, and `code`, a new gift card's: told this once."""

    text: str
    code: str


class CancelPage(msgspec.Struct, frozen=True):
    token: str
    label: str
    done: bool
    error: str
    lines: tuple[GoingLine, ...]
    backs: tuple[Back, ...]


@get("/orders/{token:str}/cancel", include_in_schema=False)
async def confirm(door: Door, token: str) -> Response[Any]:
    """What would be canceled and what would go back; nothing is written."""
    here = await visit(door)
    found = await hers(here, token)
    try:
        async with door.database.transaction() as tx:
            edited = await tx.tried(lambda: _cancel(here, tx, found))
    except Refused as refused:
        return await _refused(here, found, refused)
    return await _shown(here, found, edited)


@post("/orders/{token:str}/cancel", include_in_schema=False)
async def cancel(door: Door, token: str) -> Response[Any]:
    here = await visit(door)
    found = await hers(here, token)
    try:
        async with door.database.transaction() as tx:
            edited = await _cancel(here, tx, found)
    except Refused as refused:
        return await _refused(here, found, refused)
    if any(one.card_code for one in edited.refunds):
        return await _shown(here, found, edited, done=True)  # not by an address: a code is told once
    return see(f"/orders/{found.head.link_token}?canceled=1")


async def _cancel(here: Visit, tx: Tx, found: Order) -> Edited:
    return await api.cancel(
        tx,
        order_id=found.head.id,
        lines=None,
        reason="",
        directory=here.directory,
        by=here.door.hand,
        unless_begun=True,
    )


def may(found: Order, *, begun: bool) -> bool:
    """Whether the page offers it; whether it is granted is judged when it is asked for."""
    still = any(one.ordered - one.canceled > one.fulfilled for one in found.lines)
    return still and not begun and found.head.state not in (State.CANCELED, State.RETURNED)


async def _shown(here: Visit, found: Order, edited: Edited, *, done: bool = False) -> Response[str]:
    words = msgspec.structs.replace(here.words, currency=found.head.currency)
    lines = tuple(
        GoingLine(one.title, words.quantity(left, scale=one.scale, unit=one.unit))
        for one in found.lines
        if (left := one.ordered - one.canceled - one.fulfilled) > 0
    )
    backs = tuple(
        Back(
            here.say(
                "shop.cancel.back", amount=words.money(one.amount), to=here.say(f"shop.cancel.to.{_kind(one.to)}")
            ),
            one.card_code if done else "",
        )
        for one in edited.refunds
    )
    return await _page(here, found, CancelPage(found.head.link_token, found.head.label, done, "", lines, backs), 200)


def _kind(to: str) -> str:
    return to if to in ("cash", "terminal", "gift_card", "store_credit", "points") else "provider"


async def _refused(here: Visit, found: Order, refused: Refused) -> Response[str]:
    told = CancelPage(found.head.link_token, found.head.label, False, sentence(refused, here.language), (), ())
    return await _page(here, found, told, refused.status)


async def _page(here: Visit, found: Order, view: CancelPage, status: int) -> Response[str]:
    title = here.say("shop.cancel.title", label=found.head.label)
    return await page(here, "cancel.html", title=title, status=status, noindex=True, view=view)


routes: list[Any] = [confirm, cancel]

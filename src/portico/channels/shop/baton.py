"""A scanned hand-over link, opened in a browser: the basket it stands for is taken over once its holder says so."""

from typing import Any

import msgspec
from litestar import Response, get, post

from portico.carts import api as carts
from portico.carts.access import owner_of
from portico.channels.shop.forms import clean
from portico.channels.shop.page import page, see, sentence
from portico.channels.shop.visit import COOKIE_MARKET, Visit, visit
from portico.platform.auth.types import Kind
from portico.platform.http import Door
from portico.platform.refusals import Refused

YEAR_SECONDS = 365 * 24 * 3600


class BatonView(msgspec.Struct, frozen=True):
    """`problem` is why it was not handed over; `staff`: the link belongs to a till, not to this page."""

    token: str
    problem: str
    staff: bool
    signed_in: bool


@get("/b/{token:str}", include_in_schema=False)
async def baton(door: Door, token: str) -> Response[str]:
    """Looking takes nothing over: links are opened by previews and by mistake."""
    staff = door.principal.kind is Kind.STAFF
    return await _page(await visit(door), clean(token), staff=staff)


@post("/b/{token:str}", include_in_schema=False)
async def take_over(door: Door, token: str) -> Response[Any]:
    here, token = await visit(door), clean(token)
    claimer = owner_of(await door.known())
    try:
        async with door.database.transaction() as tx:
            taken = await carts.claim(tx, secret=door.platform.secret, by=door.hand, claimer=claimer, token=token)
    except Refused as refused:
        door.cookies.clear()
        return await _page(here, token, problem=sentence(refused, here.language), status=refused.status)
    market = here.directory.market_by_id(taken.head.market_id)
    if market.id != here.market.id:  # the basket brings its market along
        door.set_cookie(COOKIE_MARKET, market.code, seconds=YEAR_SECONDS)
    return see("/basket")


async def _page(here: Visit, token: str, *, problem: str = "", staff: bool = False, status: int = 200) -> Response[str]:
    view = BatonView(token, problem, staff, here.customer)
    title = here.say("shop.baton.title")
    return await page(here, "baton.html", title=title, status=status, noindex=True, view=view)


routes: list[Any] = [baton, take_over]

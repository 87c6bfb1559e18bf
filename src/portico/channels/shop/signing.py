"""Signing in by a one-time code, and signing out."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from litestar import Response, get, post

from portico.channels.entry import codes
from portico.channels.entry.http import sign_customer_in
from portico.channels.shop import forms
from portico.channels.shop.page import page, see, sentence
from portico.channels.shop.visit import Visit, visit
from portico.platform.auth import api as auth
from portico.platform.http import Door
from portico.platform.http.door import COOKIE_SHOPPER
from portico.platform.refusals import Refused

COOKIE_ADDRESS = "portico_address"  # to whom the code was sent: kept here, since addresses of pages end up in logs
ADDRESS_LENGTH_MAX = 200


class SignIn(msgspec.Struct, frozen=True):
    address: str
    next: str
    error: str


class Code(msgspec.Struct, frozen=True):
    address: str
    next: str
    error: str


@get("/sign-in", include_in_schema=False)
async def sign_in(door: Door) -> Response[Any]:
    here, next_path = await visit(door), _next(door)
    return see(next_path) if here.customer else await _ask_address(here, "", next_path)


def _next(door: Door) -> str:
    return forms.local(door.request.query_params.get("next"), "/account")


async def _ask_address(
    here: Visit, address: str, next_path: str, *, error: str = "", status: int = 200
) -> Response[str]:
    view = SignIn(address, next_path, error)
    return await page(
        here, "sign_in.html", title=here.say("shop.sign_in.title"), status=status, noindex=True, view=view
    )


@post("/sign-in", include_in_schema=False)
async def send_code(door: Door) -> Response[Any]:
    """Send a code. What is said next is the same whether or not anybody has this address."""
    here, fields = await visit(door), await forms.read(door)
    address, next_path = fields.get("address", "")[:ADDRESS_LENGTH_MAX], forms.local(fields.get("next"), "/account")
    if not address:
        return await _ask_address(here, "", next_path, error=here.say("shop.sign_in.address_missing"), status=422)
    try:
        async with door.database.transaction() as tx:
            await codes.send(door, tx, address=address)
    except Refused as refused:
        error = sentence(refused, here.language)
        return await _ask_address(here, address, next_path, error=error, status=refused.status)
    door.set_cookie(COOKIE_ADDRESS, quote(address, safe="@+."), seconds=int(auth.CODE_LASTS / timedelta(seconds=1)))
    return see(f"/sign-in/code?next={quote(next_path, safe='')}")


def _address(door: Door) -> str:
    return forms.clean(unquote(door.request.cookies.get(COOKIE_ADDRESS, "")))[:ADDRESS_LENGTH_MAX]


@get("/sign-in/code", include_in_schema=False)
async def ask_code(door: Door) -> Response[Any]:
    here, address = await visit(door), _address(door)
    return await _ask_code(here, address, _next(door)) if address else see("/sign-in")


async def _ask_code(here: Visit, address: str, next_path: str, *, error: str = "", status: int = 200) -> Response[str]:
    view = Code(address, next_path, error)
    return await page(here, "code.html", title=here.say("shop.code.title"), status=status, noindex=True, view=view)


@post("/sign-in/code", include_in_schema=False)
async def check_code(door: Door) -> Response[Any]:
    """The code is right: she is in, with all she had put into her basket before."""
    here, fields = await visit(door), await forms.read(door)
    address, next_path = _address(door), forms.local(fields.get("next"), "/account")
    code = "".join(fields.get("code", "").split())[:20]
    if not address:
        return see("/sign-in")
    if not code:
        return await _ask_code(here, address, next_path, error=here.say("shop.code.missing"), status=422)
    try:
        wrong: Refused | None = await codes.check(door, address=address, code=code)
    except Refused as refused:
        wrong = refused
    if wrong:
        error = sentence(wrong, here.language)
        return await _ask_code(here, address, next_path, error=error, status=422)
    async with door.database.transaction() as tx:
        await sign_customer_in(door, tx, address=address)
    door.set_cookie(COOKIE_ADDRESS, None)
    return see(next_path)


@post("/sign-out", include_in_schema=False)
async def sign_out(door: Door) -> Response[Any]:
    await visit(door)
    async with door.database.transaction() as tx:
        if door.principal.session_id:
            await auth.end_session(tx, session_id=door.principal.session_id)
    door.set_cookie(COOKIE_SHOPPER, None)
    return see("/")


routes: list[Any] = [sign_in, send_code, ask_code, check_code, sign_out]

"""What a shopper sets once: language, market, her store. Each a small form, kept in a cookie for a year."""

from typing import Any

from litestar import Response, post
from litestar.datastructures import Cookie

from portico.channels.shop import forms, stores
from portico.channels.shop.page import see
from portico.channels.shop.visit import COOKIE_MARKET, COOKIE_STORE, visit
from portico.platform import i18n
from portico.platform.http import Door
from portico.platform.http.door import COOKIE_LANGUAGE

YEAR_SECONDS = 365 * 24 * 3600


@post("/language", include_in_schema=False)
async def choose_language(door: Door) -> Response[Any]:
    fields = await forms.read(door)
    if fields.get("language") in i18n.LANGUAGES:
        door.set_cookie(COOKIE_LANGUAGE, fields["language"], seconds=YEAR_SECONDS)
    return see(forms.local(fields.get("next")))


@post("/market", include_in_schema=False)
async def choose_market(door: Door) -> Response[Any]:
    """Another market has other prices, stores and its own basket."""
    here, fields = await visit(door), await forms.read(door)
    if any(one.code == fields.get("market") for one in here.directory.markets.values()):
        door.set_cookie(COOKIE_MARKET, fields["market"], seconds=YEAR_SECONDS)
    return see(forms.local(fields.get("next")))


@post("/store", include_in_schema=False)
async def choose_store(door: Door) -> Response[Any]:
    """Her store. The script of the page reads and writes this cookie too, so it is not hidden from scripts."""
    here, fields = await visit(door), await forms.read(door)
    answer = see(forms.local(fields.get("next")))
    if fields.get("location") in [str(one.id) for one in stores.places(here)]:
        https = door.platform.public_url.startswith("https:")
        answer.set_cookie(
            Cookie(COOKIE_STORE, value=fields["location"], max_age=YEAR_SECONDS, samesite="lax", secure=https)
        )
    return answer


routes: list[Any] = [choose_language, choose_market, choose_store]

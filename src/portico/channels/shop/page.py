"""Pages: one frame, one environment of templates per language, and problems told as pages."""

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Litestar, MediaType, Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from markupsafe import Markup

from portico.catalog import api as catalog
from portico.channels.faces import assets
from portico.channels.shop import icons
from portico.channels.shop.visit import COOKIE_THEME, Visit, my_cart, visit
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.http.answers import problem
from portico.platform.refusals import Refused

log = structlog.get_logger()

LANGUAGE_NAMES = {"en": "English", "es": "Español", "it": "Italiano", "ru": "Русский"}
CATEGORIES_IN_FRAME = 8


class Choice(msgspec.Struct, frozen=True):
    """An option of a select, a filter, a link among others of its kind."""

    value: str
    label: str
    chosen: bool


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds every page."""

    title: str
    description: str
    canonical: str
    alternates: tuple[Choice, ...]
    noindex: bool
    image: str
    path: str
    theme: str
    accent: str
    brand: str
    tagline: str
    logo: Markup
    tags: Markup
    languages: tuple[Choice, ...]
    markets: tuple[Choice, ...]
    market_code: str
    place: str
    categories: tuple[Choice, ...]
    query: str
    cart_id: str
    basket_count: int
    signed_in: bool


@cache
def environment(language: str) -> Environment:
    """The templates, with the language's words in them. An undefined name is an error, never an empty place."""
    made = Environment(
        loader=PackageLoader("portico.channels.shop"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(t=partial(i18n.text, language), icon=icons.icon, language=language)
    return made


async def page(
    here: Visit,
    template: str,
    *,
    title: str,
    status: int = 200,
    description: str = "",
    noindex: bool = False,
    image: str = "",
    query: str = "",
    policy: str | None = None,
    view: Any = None,
) -> Response[str]:
    """A whole page: `template` with `view`, in the frame. `policy`: what it may load beside what is ours."""
    async with here.door.database.read() as tx:
        frame = await _frame(here, tx, title, description, noindex, image, query)
    return _html(environment(here.language).get_template(template).render(frame=frame, view=view), status, policy)


def fragment(here: Visit, template: str, view: Any) -> Response[str]:
    """A region of a page alone, for the script that swaps it in."""
    return _html(environment(here.language).get_template(template).render(view=view), 200)


def _html(text: str, status: int, policy: str | None = None) -> Response[str]:
    headers = {"cache-control": "no-cache, private"}
    if policy is not None:
        headers["content-security-policy"] = policy
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)


def see(path: str) -> Response[bytes]:
    """Where to look next, after a form was taken: a reload repeats nothing."""
    return Response(b"", status_code=303, headers={"location": quote(path, safe="/?&=%#~:@!$'()*+,;")})


async def _frame(here: Visit, tx: Tx, title: str, description: str, noindex: bool, image: str, query: str) -> Frame:
    request, brand, base = here.door.request, here.directory.brand, here.door.platform.public_url
    path = request.url.path
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    tops = [one for one in await catalog.categories(tx, language=here.language) if one.parent_slug is None]
    cart = await my_cart(here, tx)
    scales = await catalog.variants(tx, ids=[one.variant_id for one in cart.lines]) if cart and cart.lines else {}
    category = request.query_params.get("category") if path == "/search" else None
    tagline = brand.taglines.get(here.language) or brand.taglines.get("en", "")
    theme = request.cookies.get(COOKIE_THEME, "")
    return Frame(
        title=f"{title} · {brand.name}" if title else f"{brand.name} · {tagline}".rstrip(" ·"),
        description=description or tagline,
        canonical=base + path,
        alternates=tuple(Choice(one, f"{base}{path}?lang={one}", one == here.language) for one in i18n.LANGUAGES),
        noindex=noindex,
        image=(image if image.startswith("http") else base + image) if image else "",
        path=path + (f"?{urlencode(asked)}" if asked else ""),
        theme=theme if theme in ("light", "dark") else "",
        accent=brand.accent,
        brand=brand.name,
        tagline=tagline,
        logo=Markup(brand.logo_svg) or icons.icon("portico"),
        tags=Markup(assets.tags("src/shop/main.ts")),
        languages=tuple(Choice(code, name, code == here.language) for code, name in LANGUAGE_NAMES.items()),
        markets=tuple(
            Choice(one.code, f"{one.name} ({one.currency})", one.id == here.market.id)
            for one in here.directory.markets.values()
        ),
        market_code=here.market.code,
        place=f"{here.language.upper()} · {here.market.currency}",
        categories=tuple(
            Choice(one.slug, one.title, one.slug == category) for one in tops if one.item_count
        )[:CATEGORIES_IN_FRAME],
        query=query,
        cart_id=str(cart.head.id) if cart else "",
        basket_count=sum(one.quantity if not scales[one.variant_id].scale else 1 for one in cart.lines) if cart else 0,
        signed_in=here.customer,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- problems


class Problem(msgspec.Struct, frozen=True):
    title: str
    text: str


def sentence(refused: Refused, language: str) -> str:
    """A refusal as it is told to a person."""
    return str(msgspec.json.decode(problem(refused, language=language).body)["detail"])


def wants_page(request: "Request[Any, Any, Any]") -> bool:
    """Whether a problem of this request is read by a person in a browser, not by a program."""
    return "text/html" in request.headers.get("accept", "") and not request.scope["path"].startswith("/v1/")


def problem_page(request: "Request[Any, Any, Any]", *, status: int, detail: str) -> "Response[Any]":
    """A problem as a page in the shop's frame, where the API would answer with a problem document."""
    door: Door = request.scope["state"]["door"]
    return _Later(lambda: _problem_page(door, status, detail))


async def _problem_page(door: Door, status: int, detail: str) -> Response[str]:
    kind = {404: "not_found", 403: "forbidden", 503: "unavailable"}.get(status, "bug" if status >= 500 else "refused")
    view = Problem(i18n.text(door.language, f"shop.problem.{kind}"), detail)
    try:
        return await page(await visit(door), "problem.html", title=view.title, status=status, noindex=True, view=view)
    except Exception as trouble:  # whatever keeps the frame from being drawn: the words still reach her
        log.error("problem_page_failed", error=f"{type(trouble).__name__}: {trouble}")
        return _html(environment(door.language).get_template("bare.html").render(view=view), status)


class _Later(Response[Any]):
    """A response made when it is sent: exception handlers cannot wait for the database, and a page must."""

    def __init__(self, make: Callable[[], Awaitable[Response[str]]]) -> None:
        super().__init__(b"")
        self._make = make

    def to_asgi_response(
        self, app: "Litestar | None", request: "Request[Any, Any, Any]", **options: Any
    ) -> ASGIResponse:
        return _SentLater(self._make, request)


class _SentLater(ASGIResponse):
    def __init__(self, make: Callable[[], Awaitable[Response[str]]], request: "Request[Any, Any, Any]") -> None:
        super().__init__()
        self._make, self._request = make, request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        made = await self._make()
        await made.to_asgi_response(app=None, request=self._request)(scope, receive, send)

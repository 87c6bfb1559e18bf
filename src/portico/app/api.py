"""The web application: every room's routes behind one entrance."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Litestar, Request, Response, get
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, OpenAPIType, Schema, SecurityScheme
from litestar.plugins import OpenAPISchemaPlugin
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from portico.app import docs_page, problems
from portico.approvals import http as approvals
from portico.bookings import http as bookings
from portico.business import http as business
from portico.business.api import Directories
from portico.carts import http as carts
from portico.catalog import http as catalog
from portico.channels import faces
from portico.channels.desk import http as desk
from portico.channels.entry import http as entry
from portico.channels.pos import http as pos
from portico.channels.shop import http as shop
from portico.checkout import http as checkout
from portico.companies import http as companies
from portico.customers import http as customers
from portico.documents import http as documents
from portico.fulfillment import http as fulfillment
from portico.identity import http as identity
from portico.insights import http as insights
from portico.integrations.carriers import http as carriers
from portico.integrations.shops import http as files
from portico.inventory import http as inventory
from portico.loyalty import http as loyalty
from portico.offers import http as offers
from portico.orders import http as orders
from portico.payments import http as payments
from portico.platform import i18n
from portico.platform.db import Query
from portico.platform.http import Door, Doorway, Platform
from portico.platform.http.answers import problem, response
from portico.platform.http.entrance import Entrance
from portico.platform.ids import Id, decode_hook
from portico.platform.refusals import Invalid, NotFound, Refused
from portico.pricing import http as pricing
from portico.privacy import http as privacy
from portico.returns import http as returns
from portico.segments import http as segments

log = structlog.get_logger()

ALIVE = Query(int, "select 1")

API_ROUTES = [
    *entry.routes, *business.routes, *inventory.routes, *bookings.routes, *fulfillment.routes, *pricing.routes, *offers.routes, *customers.routes, *privacy.routes, *identity.routes, *segments.routes, *companies.routes, *insights.routes, *desk.routes, *carts.routes, *checkout.routes, *approvals.routes,
    *orders.routes, *payments.routes, *loyalty.routes, *returns.routes, *documents.routes, *files.routes, *carriers.routes,
]  # fmt: skip


def build(platform: Platform, *, more: Sequence[Any] = ()) -> Entrance:
    """The ASGI application of one process; `more` are routes beside the house's own, as the demo has."""
    directories = platform.shared[Directories]

    async def doorways() -> dict[str, Doorway]:
        found = await directories()
        return {one.code: Doorway(one.id.uuid, one.code, one.kind, one.name) for one in found.channels.values()}

    app = Litestar(
        route_handlers=[
            *API_ROUTES,
            *catalog.routes,
            *faces.routes,
            *pos.routes,
            *shop.routes,
            *_operations(platform),
            *more,
        ],
        dependencies={"door": Provide(_door, sync_to_thread=False)},
        exception_handlers={Refused: _refused, HTTPException: _http_error, Exception: _bug},
        request_max_body_size=platform.settings.body_bytes_max,
        type_decoders=[(_is_id, decode_hook)],
        type_encoders={Id: str},
        plugins=[IdSchemas()],
        openapi_config=openapi_config(),
        logging_config=None,
        debug=False,
    )
    _allow_every_method(app)
    return Entrance(app, platform=platform, doorways=doorways)


def _allow_every_method(app: Litestar) -> None:
    """Where a path was given its methods one by one, Litestar answers OPTIONS with those of the first alone."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and len(route.methods) > 2:
            stale, parameters = route.route_handler_map["OPTIONS"]
            fresh = route.create_options_handler(route.path)
            fresh.owner = stale.owner
            fresh.on_registration(app)
            route.route_handler_map["OPTIONS"] = (fresh, parameters)


@cache
def document() -> str:
    """The OpenAPI document as text: two spaces, keys in a fixed order, so that a difference is a difference."""
    app = Litestar(
        route_handlers=API_ROUTES,
        dependencies={"door": Provide(_door, sync_to_thread=False)},
        type_decoders=[(_is_id, decode_hook)],
        plugins=[IdSchemas()],
        openapi_config=openapi_config(),
    )
    raw = msgspec.json.encode(problems.describe(app.openapi_schema.to_schema()), order="sorted")
    return msgspec.json.format(raw, indent=2).decode()


def openapi_config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Portico",
        version="1",
        description="One basket, one price, one stock, one order, whatever the door.",
        path="/openapi",
        render_plugins=[JsonRenderPlugin()],
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http", scheme="bearer", description="An API token; its scopes are permissions."
                ),
                "staff": SecurityScheme(type="apiKey", security_scheme_in="cookie", name="portico_staff"),
                "shopper": SecurityScheme(type="apiKey", security_scheme_in="cookie", name="portico_shopper"),
            }
        ),
    )


def _door(request: Request[Any, Any, Any]) -> Door:
    return request.scope["state"]["door"]  # type: ignore[no-any-return]


def _is_id(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Id)


class IdSchemas(OpenAPISchemaPlugin):
    """Ids are strings with a prefix."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        return _is_id(value)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        kind = field_definition.annotation
        if kind is Id:  # of anything at all
            return Schema(type=OpenAPIType.STRING, pattern="^[a-z]+_[0-9a-f]{32}$")
        return Schema(
            type=OpenAPIType.STRING, pattern=f"^{kind.prefix}_[0-9a-f]{{32}}$", examples=[f"{kind.prefix}_{'0' * 32}"]
        )


def _language(request: Request[Any, Any, Any]) -> str:
    door = request.scope["state"].get("door")
    return door.language if door else i18n.negotiate(request.headers.get("accept-language"))


def _refused(request: Request[Any, Any, Any], refused: Refused) -> Response[Any]:
    if shop.wants_page(request):
        return shop.problem_page(request, status=refused.status, detail=shop.sentence(refused, _language(request)))
    return response(problem(refused, language=_language(request)))


def _http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What Litestar itself turns away, in the same form as our own refusals."""
    if isinstance(error, ValidationException):
        extra = error.extra if isinstance(error.extra, list) else []
        found = [_complaint(one) for one in extra]
        return _refused(request, Invalid(errors=found or [{"field": "", "message": error.detail}]))
    if error.status_code == 400:  # a body that is no JSON, a parameter that is none
        return _refused(request, Invalid(errors=[{"field": "", "message": error.detail}]))
    if error.status_code == 404:
        return _refused(request, NotFound(what="page", id=request.scope["path"][:200]))
    document = {
        "type": "about:blank", "title": error.detail, "status": error.status_code, "detail": error.detail,
        "code": f"http.{error.status_code}",
    }  # fmt: skip
    return Response(
        document, status_code=error.status_code, media_type="application/problem+json", headers=error.headers
    )


def _complaint(one: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a field. Of a body that is not there Litestar says only what its argument is called, in quotes."""
    message = str(one.get("message", ""))
    if message == "'data'":
        return {"field": "", "message": "A body is expected."}
    return {"field": str(one.get("key", "")), "message": message}


def _bug(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Anything else is a bug, or the database is away: logged with the request's id, told without details.

    A value that PostgreSQL cannot hold (a NUL in a text, a number beyond 64 bits) is neither: the request is wrong.
    """
    if isinstance(error, asyncpg.DataError | RecursionError):  # the latter: JSON nested beyond reason
        return _refused(request, Invalid(errors=[{"field": "", "message": str(error).partition("\n")[0][:200]}]))
    away = isinstance(
        error, OSError | asyncpg.InterfaceError | asyncpg.OperatorInterventionError | asyncpg.PostgresConnectionError
    )
    away = away or isinstance(error, TimeoutError | asyncpg.TooManyConnectionsError)
    log.error("request_failed", path=request.scope["path"], error=f"{type(error).__name__}: {error}", exc_info=not away)
    status, code = (503, "unavailable") if away else (500, "bug")
    document = {
        "type": f"urn:portico:problem:{code}", "title": i18n.text("en", f"problem.{code}.title"), "status": status,
        "detail": i18n.text(_language(request), f"problem.{code}"), "code": code,
    }  # fmt: skip
    headers = {"retry-after": "2"} if away else {}
    if shop.wants_page(request):
        return shop.problem_page(request, status=status, detail=i18n.text(_language(request), f"problem.{code}"))
    return Response(document, status_code=status, media_type="application/problem+json", headers=headers)


def _operations(platform: Platform) -> list[Any]:
    """What load balancers and operators ask."""

    @get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        """The process runs."""
        return {"status": "ok"}

    @get("/readyz", include_in_schema=False)
    async def readyz() -> Response[dict[str, str]]:
        """The process can serve: its database answers."""
        try:
            async with platform.database.read() as tx:
                await tx.one(ALIVE)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as trouble:
            return Response({"status": "unavailable", "why": type(trouble).__name__}, status_code=503)
        return Response({"status": "ready"})

    @get("/metrics", include_in_schema=False)
    async def metrics() -> Response[bytes]:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response[str]:
        return Response(document(), media_type="application/json")

    @get("/docs", include_in_schema=False)
    async def docs() -> Response[str]:
        return Response(docs_page.page(document()), media_type="text/html")

    return [healthz, readyz, metrics, openapi, docs]

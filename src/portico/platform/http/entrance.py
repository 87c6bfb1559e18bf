"""The entrance: every request passes here once. It gives it an id, finds out who asks and by which channel, refuses
what comes from elsewhere, and sees the answer out with its headers, cookies, log line and metrics."""

import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import structlog
from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from portico.platform import i18n, telemetry
from portico.platform.auth import api as auth
from portico.platform.auth.types import ANONYMOUS, Kind, Principal
from portico.platform.events import Hand
from portico.platform.http.answers import problem
from portico.platform.http.door import COOKIE_LANGUAGE, COOKIE_SHOPPER, COOKIE_STAFF, Door, Doorway, Platform
from portico.platform.http.limits import Limit
from portico.platform.http.policies import policy
from portico.platform.idempotency import Answer
from portico.platform.refusals import Forbidden, Overloaded, TooMany

log = structlog.get_logger()

STAFF_KINDS = frozenset({"pos", "desk", "office"})
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Where a secret can be guessed: an asker may try only so often.
GUARDED = ("/v1/auth/", "/v1/batons/claim", "/sign-in", "/b/", "/v1/newsletter", "/newsletter")
# Asked by machines about the process itself, whether or not its database answers.
WITHOUT_DOOR = frozenset({"/healthz", "/readyz", "/metrics"})
PRINCIPAL_KEPT_SECONDS, PRINCIPALS_MAX = 5.0, 20_000
CHANNEL_PATHS = {"pos": "pos", "desk": "desk", "office": "office"}
KEPT_HEADERS = {"content-type": "application/json"}

_NOWHERE = UUID(int=0)
_BEARER = re.compile(
    r"^(/b/|/orders/|/v1/orders/by-link/|/pos/receipts/|/documents/|/preferences/|/unsubscribe/|/newsletter/).+"
)
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]

Doorways = Callable[[], Awaitable[dict[str, Doorway]]]


class Entrance:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, *, platform: Platform, doorways: Doorways) -> None:
        self._app, self._platform, self._doorways = app, platform, doorways
        settings = platform.settings
        self._all, self._sign_ins = Limit(settings.requests_per_minute), Limit(settings.sign_ins_per_minute)
        self._known: OrderedDict[str, tuple[float, Principal]] = OrderedDict()
        self._https = platform.public_url.startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request: Request[Any, Any, Any] = Request(scope, receive=receive, send=send)
        request_id = request.headers.get("x-request-id", "")
        if not _REQUEST_ID.match(request_id):
            request_id = secrets.token_hex(8)
        telemetry.request_id.set(request_id)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        language = self._language(request)
        door: Door | None = None
        status = 500

        async def see_out(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._headers(message, request_id, door)]
            await send(message)

        try:
            refusal = self._refuse(request)
            if refusal is not None:
                await _send(see_out, problem(refusal, language=language))
                return
            if scope["path"] not in WITHOUT_DOOR:
                try:
                    door = await self._open(request, request_id, language)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as trouble:
                    log.error("no_database", error=f"{type(trouble).__name__}: {trouble}")
                    await _send(see_out, problem(Overloaded(), language=language))
                    return
                if door.keep_as is not None and (kept := self._platform.kept.get(door.keep_as)) is not None:
                    await _send(see_out, Answer(200, kept, KEPT_HEADERS))
                    return
                scope["state"]["door"] = door
            with telemetry.span("http", method=scope["method"], path=_public(scope["path"])):
                await self._app(scope, receive, see_out)
        finally:
            seconds = time.perf_counter() - began
            route = scope.get("path_template") or "-"
            telemetry.requests.record(
                seconds,
                {"http.request.method": scope["method"], "http.route": route, "http.response.status_code": status},
            )
            if self._platform.settings.log_level == "debug":
                log.debug(
                    "request",
                    method=scope["method"],
                    path=_public(scope["path"]),
                    status=status,
                    ms=round(seconds * 1000, 1),
                )
            structlog.contextvars.clear_contextvars()

    def _refuse(self, request: "Request[Any, Any, Any]") -> Forbidden | TooMany | None:
        """What is turned away before anyone asks who it is."""
        asker = self.address(request)
        if not self._all.passes(asker):
            return TooMany(what="requests")
        path = request.scope["path"]
        guarded = path.startswith(GUARDED)
        if request.method in UNSAFE:
            if guarded and not self._sign_ins.passes(asker):
                return TooMany(what="sign_ins")
            if _is_cross_site(request):
                return Forbidden(permission="same-site")
        return None

    def address(self, request: "Request[Any, Any, Any]") -> str:
        """The asker's address: the peer's, or what the nearest trusted proxy says it was."""
        peer = request.client.host if request.client else ""
        hops = self._platform.settings.trusted_proxies
        if hops:
            forwarded = [one.strip() for one in request.headers.get("x-forwarded-for", "").split(",") if one.strip()]
            if len(forwarded) >= hops:
                return forwarded[-hops]
        return peer

    @staticmethod
    def _language(request: "Request[Any, Any, Any]") -> str:
        # A face says what its reader has chosen there; a plain page is asked for with what the browser prefers.
        chosen = request.query_params.get("lang") or request.cookies.get(COOKIE_LANGUAGE)
        if chosen in i18n.LANGUAGES and "portico-channel" not in request.headers:
            return str(chosen)
        return i18n.negotiate(request.headers.get("accept-language"))

    async def _open(self, request: "Request[Any, Any, Any]", request_id: str, language: str) -> Door:
        doorways = await self._doorways()
        # An EventSource cannot send headers of its own: its address says the channel.
        code = (
            request.headers.get("portico-channel")
            or request.query_params.get("channel")
            or CHANNEL_PATHS.get(request.scope["path"].split("/")[1], "")
        )
        doorway = doorways.get(code)
        token = request.headers.get("authorization", "")
        if token.lower().startswith("bearer "):
            principal = await self._recognise(token[7:].strip(), client=True)
            doorway = doorway or doorways.get("api")
        else:
            staff_first = doorway is not None and doorway.kind in STAFF_KINDS
            cookies = (
                (COOKIE_STAFF,) if staff_first else (COOKIE_SHOPPER,) if doorway else (COOKIE_SHOPPER, COOKIE_STAFF)
            )
            principal = ANONYMOUS
            for name in cookies:
                if cookie := request.cookies.get(name):
                    principal = await self._recognise(cookie, client=False)
                if principal is not ANONYMOUS:
                    break
        doorway = doorway or doorways.get("web") or Doorway(_NOWHERE, "", "web", "")
        hand = Hand(
            actor=principal.key,
            actor_name=principal.name,
            channel_id=doorway.id,
            location_id=principal.location_id,
            till_id=principal.till_id,
            request_id=request_id,
        )
        return Door(
            platform=self._platform, request=request, principal=principal, doorway=doorway, language=language, hand=hand,
            keep_as=_keep_as(request, principal, doorway, language), address=self.address(request),
        )  # fmt: skip

    async def _recognise(self, token: str, *, client: bool) -> Principal:
        """Who holds this token; remembered for a few seconds, forgotten at once when a session ends in this process."""
        now = time.monotonic()
        known = self._known.get(token)
        if known and known[0] > now:
            return known[1]
        async with self._platform.database.read() as tx:
            find = auth.recognise_token if client else auth.recognise_session
            principal = await find(tx, token=token) or ANONYMOUS
        self._known[token] = (now + PRINCIPAL_KEPT_SECONDS, principal)
        if len(self._known) > PRINCIPALS_MAX:
            self._known.popitem(last=False)
        return principal

    def _headers(self, message: Message, request_id: str, door: Door | None) -> list[tuple[bytes, bytes]]:
        headers = [(b"x-request-id", request_id.encode()), *_SECURITY_HEADERS]
        sent = {name.lower(): value for name, value in message["headers"]}  # type: ignore[typeddict-item]
        if sent.get(b"content-type", b"").startswith(b"text/html") and b"content-security-policy" not in sent:
            headers.append((b"content-security-policy", policy().encode()))
        if b"cache-control" not in sent:
            headers.append(
                (b"cache-control", b"no-store" if b"text/html" not in sent.get(b"content-type", b"") else b"no-cache")
            )
        if self._https:
            headers.append((b"strict-transport-security", b"max-age=31536000"))
        for name, value, seconds in door.cookies if door else ():
            headers.append((b"set-cookie", self._cookie(name, value, seconds).encode()))
            if door and (old := door.request.cookies.get(name)):
                self._known.pop(old, None)
        return headers

    def _cookie(self, name: str, value: str | None, seconds: int) -> str:
        flags = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if self._https else "")
        return f"{name}={value}; Max-Age={seconds}{flags}" if value else f"{name}=; Max-Age=0{flags}"


def _public(path: str) -> str:
    """The path as it may be logged: links that open something by themselves are secrets."""
    return _BEARER.sub(r"\1…", path)


def _keep_as(
    request: "Request[Any, Any, Any]", principal: Principal, doorway: Doorway, language: str
) -> Hashable | None:
    """Whose reading may answer this one: who asks the same in the same way. Shoppers are told the same as one another, a
    client the same as before. Staff are told what is true now; so is whoever asks for it (`Cache-Control: no-cache`).
    """
    if request.method != "GET" or principal.kind in (Kind.STAFF, Kind.SYSTEM) or "cache-control" in request.headers:
        return None
    asker = principal.key if principal.kind is Kind.CLIENT else ""
    return asker, doorway.id, language, request.scope["path"], request.scope["query_string"]


def _is_cross_site(request: "Request[Any, Any, Any]") -> bool:
    """A browser acting for another site with our cookies. What sends neither header is no browser, and holds no
    cookies it was not given; what brings its own token needs no protection."""
    if request.headers.get("authorization"):
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


from uuid import UUID  # noqa: E402

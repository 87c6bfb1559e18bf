"""REST routes of payments: what providers tell, a till's cash and the close of its day, how refunds are shared."""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

import msgspec
from litestar import get, post, put
from litestar.params import QueryParameter

from portico.business.api import Directories
from portico.business.types import TillId
from portico.payments import api, comparing, performing
from portico.payments.ports import Providers
from portico.payments.types import (
    CashMove,
    InProgress,
    Lost,
    Own,
    Payment,
    PaymentId,
    RefundMode,
    RefundPolicy,
    State,
    TillClose,
    TillReport,
    Unreached,
)
from portico.payments.views import BooksView, ComparedDays, books_view, day_view
from portico.platform import clock
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound

HANDLERS_MAX = 20
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)


class Drawer(msgspec.Struct, frozen=True):
    """What a drawer should hold now."""

    till_id: TillId
    currency: str
    expected: int


class Counted(msgspec.Struct, frozen=True):
    """What was counted in the drawer, blind: what should be there is told with the answer."""

    counted: int
    currency: str | None = None


class NewPolicy(msgspec.Struct, frozen=True):
    """`version` is the one that it was made from."""

    mode: RefundMode
    handlers: list[str] = []
    version: int | None = None


class MarketPolicy(msgspec.Struct, frozen=True):
    market: str
    mode: RefundMode
    handlers: tuple[str, ...]
    version: int


class RefundPolicies(msgspec.Struct, frozen=True):
    """`tenders` are all that there are here."""

    items: tuple[MarketPolicy, ...]
    tenders: tuple[str, ...]


class Closes(msgspec.Struct, frozen=True):
    items: tuple[TillClose, ...]


class Received(msgspec.Struct, frozen=True):
    """`again`: it was told before, and changed nothing."""

    again: bool


class PaymentBrief(msgspec.Struct, frozen=True):
    """A payment in a list; `reference` names the order or checkout that it is for."""

    id: PaymentId
    reference: str
    handler: str
    state: State
    currency: str
    amount: int
    authorized: int
    captured: int
    refunding: int
    refunded: int
    occurred_at: datetime
    due_at: datetime | None


class Payments(msgspec.Struct, frozen=True):
    items: tuple[PaymentBrief, ...]
    next_cursor: PaymentId | None


class Reconciliation(msgspec.Struct, frozen=True):
    provider: str
    since: datetime
    before: datetime
    books: tuple[BooksView, ...]
    agree: bool


def _brief(one: Payment) -> PaymentBrief:
    return PaymentBrief(
        one.id, str(one.subject), one.handler, one.state, one.currency, one.amount, one.authorized, one.captured,
        one.refunding, one.refunded, one.occurred_at, one.due_at,
    )  # fmt: skip


@get("/v1/payments")
async def list_payments(
    door: Door,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    handler: str | None = None,
    cursor: PaymentId | None = None,
    limit: int = 25,
) -> Answered[Payments]:
    """Payments, newest first: what is not known yet, what failed, what is still owed on invoices. Needs `payments.read`."""
    door.principal.require("payments.read")

    async def ask(tx: Tx) -> Payments:
        page = await api.listed(tx, state=in_state, handler=handler, after=cursor, rows_max=max(1, limit))
        return Payments(tuple(_brief(one) for one in page.items), page.after)

    return await door.read(ask)


@get("/v1/payments/reconciliation/{provider:str}")
async def show_reconciliation(door: Door, provider: str, since: datetime, before: datetime) -> Answered[Reconciliation]:
    """Our books beside a provider's, of `[since, before)`. Needs `payments.read`."""
    door.principal.require("payments.read")
    found = door.shared(Providers).get(provider)
    if found is None:
        raise NotFound(what="provider", id=provider[:40])
    if since.tzinfo is None or before.tzinfo is None or since >= before:
        raise Invalid(errors=[{"field": "since", "message": "RFC 3339, < before"}])
    try:
        books = await api.reconcile(door.database, found, since=since, before=before)
    except (Lost, Unreached):
        raise InProgress() from None
    views = tuple(books_view(one) for one in books)
    agree = all(one.agree for one in books)

    async def ask(tx: Tx) -> Reconciliation:
        return Reconciliation(provider, since, before, views, agree)

    return await door.read(ask)


class ProviderPage(msgspec.Struct, frozen=True):
    items: tuple[str, ...]


@get("/v1/payments/providers")
async def list_providers(door: Door) -> Answered[ProviderPage]:
    """Whose books ours can be compared with. Needs `payments.read`."""
    door.principal.require("payments.read")

    async def ask(tx: Tx) -> ProviderPage:
        return ProviderPage(door.shared(Providers).codes)

    return await door.read(ask)


@get("/v1/payments/reconciliation/{provider:str}/days")
async def show_days(door: Door, provider: str, first: date, days: int = 7, zone: str = "UTC") -> Answered[ComparedDays]:
    """Our books beside a provider's, day by day and newest first: the sums, and each movement that differs, with why. `days` of
    them from `first` on, by the clocks of `zone`. The provider is asked anew each time. Needs `payments.read`."""
    door.principal.require("payments.read")
    found = door.shared(Providers).get(provider)
    if found is None:
        raise NotFound(what="provider", id=provider[:40])
    if not 1 <= days <= comparing.DAYS_MAX:
        raise Invalid(errors=[{"field": "days", "message": f"1..{comparing.DAYS_MAX}"}])
    if not FIRST_DAY <= first <= LAST_DAY:
        raise Invalid(errors=[{"field": "first", "message": f"{FIRST_DAY}..{LAST_DAY}"}])
    if zone not in available_timezones():
        raise Invalid(errors=[{"field": "zone", "message": "IANA"}])
    compared = await comparing.compare(door.database, found, first=first, days=days, zone=zone)
    answer = ComparedDays(provider, zone, clock.now(), tuple(day_view(one) for one in compared))

    async def ask(tx: Tx) -> ComparedDays:
        return answer

    return await door.read(ask)


def _till(door: Door, directory: Any, till_id: TillId, permission: str) -> tuple[Hand, str]:
    """By whose hand a till's cash moves, and in which currency. Refuses NotFound, Forbidden."""
    till = directory.tills.get(till_id)
    if till is None:
        raise NotFound(what="till", id=str(till_id))
    door.principal.require(permission, at=till.location_id.uuid)
    market = directory.market_by_id(directory.location(till.location_id).market_id)
    by = msgspec.structs.replace(door.hand, location_id=till.location_id.uuid, till_id=till_id.uuid)
    return by, market.currency


@post("/v1/tills/{till_id:str}/cash", status_code=201)
async def move_cash(door: Door, till_id: TillId, data: CashMove) -> Answered[Drawer]:
    """Put cash into a drawer or take it out without a sale: change, a drop into the safe, petty cash. Needs `payments.cash` there."""
    by, currency = _till(door, await door.shared(Directories)(), till_id, "payments.cash")
    if data.currency != currency:
        raise Invalid(errors=[{"field": "currency", "message": currency}])

    async def ask(tx: Tx) -> Drawer:
        return Drawer(till_id, currency, await api.move_cash(tx, till_id=till_id.uuid, move=data, by=by))

    return await door.write(ask, status=201)


@get("/v1/tills/{till_id:str}/report")
async def show_report(door: Door, till_id: TillId) -> Answered[TillReport]:
    """What passed through a till since its last close; asking changes nothing. Needs `payments.close` there."""
    _, currency = _till(door, await door.shared(Directories)(), till_id, "payments.close")
    return await door.read(lambda tx: api.report(tx, till_id=till_id.uuid, currency=currency))


@post("/v1/tills/{till_id:str}/closes", status_code=201)
async def close_till(door: Door, till_id: TillId, data: Counted) -> Answered[TillClose]:
    """Close a till's day with what was counted. Needs `payments.close` there."""
    by, currency = _till(door, await door.shared(Directories)(), till_id, "payments.close")
    if data.currency not in (None, currency):
        raise Invalid(errors=[{"field": "currency", "message": currency}])
    return await door.write(
        lambda tx: api.close_till(tx, till_id=till_id.uuid, currency=currency, counted=data.counted, by=by), status=201
    )


@get("/v1/tills/{till_id:str}/closes")
async def list_closes(door: Door, till_id: TillId) -> Answered[Closes]:
    """The newest closes of a till, newest first. Needs `payments.close` there."""
    _till(door, await door.shared(Directories)(), till_id, "payments.close")

    async def ask(tx: Tx) -> Closes:
        return Closes(tuple(await api.closes(tx, till_ids=[till_id.uuid])))

    return await door.read(ask)


@get("/v1/refund-policies")
async def list_policies(door: Door) -> Answered[RefundPolicies]:
    """How what goes back is shared among tenders, for every market. Needs `payments.manage`."""
    door.principal.require("payments.manage")
    markets = (await door.shared(Directories)()).markets
    tenders = (*Own, *door.shared(Providers).codes)

    async def ask(tx: Tx) -> RefundPolicies:
        found = await api.policies(tx, market_ids=list(markets))
        return RefundPolicies(
            tuple(MarketPolicy(markets[id].code, one.mode, one.handlers, one.version) for id, one in found.items()),
            tuple(str(one) for one in tenders),
        )

    return await door.read(ask)


@get("/v1/refund-policies/{market:str}")
async def show_policy(door: Door, market: str) -> Answered[RefundPolicy]:
    """How what goes back is shared among tenders. Needs `payments.manage`."""
    door.principal.require("payments.manage")
    found = (await door.shared(Directories)()).market(market)
    return await door.read(lambda tx: api.policy(tx, market_id=found.id))


@put("/v1/refund-policies/{market:str}", status_code=200)
async def put_policy(door: Door, market: str, data: NewPolicy) -> Answered[RefundPolicy]:
    """Where `version` is given and somebody else has changed it since, it is refused. Needs `payments.manage`."""
    door.principal.require("payments.manage")
    found = (await door.shared(Directories)()).market(market)
    if len(data.handlers) > HANDLERS_MAX or len(set(data.handlers)) < len(data.handlers):
        raise Invalid(errors=[{"field": "handlers", "message": f"<= {HANDLERS_MAX}"}])
    policy = RefundPolicy(found.id, data.mode, tuple(data.handlers))
    return await door.write(lambda tx: api.put_policy(tx, policy=policy, expected=data.version))


@post("/v1/payments/webhooks/{provider:str}", status_code=200)
async def hear(door: Door, provider: str) -> Answered[Received]:
    """What a provider tells of its own accord, its signature proven on the bytes as they came. It is a hint to ask the provider,
    no more: told twice, late or out of order, it changes nothing that is not so."""
    found = door.shared(Providers).get(provider)
    if found is None:
        raise NotFound(what="provider", id=provider[:40])
    event = found.heard(await door.request.body(), {key.lower(): value for key, value in door.request.headers.items()})
    by = Hand(actor=f"provider:{provider}", actor_name=provider)
    async with door.database.transaction() as tx:
        fresh = await api.heard(tx, provider=provider, event_id=event.id, type=event.type)
        open_ = await api.open_operations(tx, handler=provider, key=event.key, ref=event.ref)
    for operation_id in open_:
        await performing.perform(door.database, door.shared(Providers), operation_id=operation_id, by=by)

    async def ask(tx: Tx) -> Received:
        return Received(again=not fresh)

    return await door.read(ask)


routes: list[Any] = [
    list_payments,
    list_providers,
    show_reconciliation,
    show_days,
    move_cash,
    show_report,
    close_till,
    list_closes,
    list_policies,
    show_policy,
    put_policy,
    hear,
]

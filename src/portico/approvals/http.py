"""REST routes of approvals, and of a company as its own people see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post

from portico.approvals import api
from portico.approvals.types import Request, RequestId, State
from portico.business.api import Directories
from portico.carts.access import may_touch
from portico.carts.views import CartView
from portico.checkout import api as checkouts
from portico.checkout.types import CheckoutId
from portico.companies import api as companies
from portico.companies.types import ApprovalReason, Buyer, CompanyBrief, CompanyId, NotABuyer, Owed, Role
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.orders import api as orders
from portico.orders import views as order_views
from portico.orders.types import OrderId, ShipTo, Term
from portico.orders.views import OrderView
from portico.platform import money
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound, SignInNeeded

ORDERS_SHOWN_MAX = 50


class NewRequest(msgspec.Struct, frozen=True):
    """`on_account`: the company pays by invoice; else as the checkout says, later."""

    on_account: bool = True
    note: str = ""


class ApproveAt(msgspec.Struct, frozen=True):
    """`expected_total` is what the approver was shown; another total is refused."""

    expected_total: int


class Refusal(msgspec.Struct, frozen=True):
    reason: str


class RequestBrief(msgspec.Struct, frozen=True, kw_only=True):
    """`total` is what it came to when it was asked for; `may_decide`: whether whoever asks may approve or refuse it."""

    id: RequestId
    company: CompanyBrief
    buyer_name: str
    mine: bool
    state: State
    currency: str
    exponent: int
    total: int
    reasons: tuple[ApprovalReason, ...]
    note: str
    po_number: str
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str
    order_id: OrderId | None
    may_decide: bool


class RequestPage(msgspec.Struct, frozen=True):
    items: tuple[RequestBrief, ...]
    next_cursor: str | None


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """`basket` is at today's prices, `now` what it comes to; what was asked for is `request.total`."""

    request: RequestBrief
    basket: CartView
    now: int
    on_account: bool
    term: Term
    ship_to: ShipTo | None


class Spending(msgspec.Struct, frozen=True):
    """In one currency: what she may spend by herself, what she has this month; what the company owes, and may."""

    currency: str
    exponent: int
    per_order: int | None
    per_month: int | None
    spent: int
    owed: int
    limit: int
    left: int


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Her company as she sees it."""

    company: CompanyBrief
    role: Role
    terms_days: int
    waiting: int
    spending: tuple[Spending, ...]


class MyOrders(msgspec.Struct, frozen=True):
    items: tuple[OrderView, ...]


def _signed_in(door: Door) -> CustomerId:
    if door.principal.kind is not Kind.CUSTOMER or door.principal.id is None:
        raise SignInNeeded()
    return CustomerId(door.principal.id.bytes)


async def _briefs(tx: Tx, found: Sequence[Request], *, records: Sequence[CustomerId] = ()) -> tuple[RequestBrief, ...]:
    known = await companies.briefs(tx, ids=sorted({one.company_id for one in found}))
    people = await customers.briefs(
        tx, ids=list({id for one in found for id in (one.customer_id, one.decided_by) if id})
    )
    may = {one.id: await api.may_decide(tx, request=one, records=records) if records else False for one in found}
    return tuple(
        RequestBrief(
            id=one.id, company=known[one.company_id], mine=one.customer_id in records, currency=one.currency,
            buyer_name=people[one.customer_id].name if one.customer_id in people else "",
            state=(state := api.standing(one, at=tx.now)), exponent=money.exponent(one.currency), total=one.total,
            reasons=one.reasons, note=one.note, po_number=one.wanted.po_number, requested_at=one.requested_at,
            expires_at=one.expires_at, decided_at=one.decided_at,
            decided_by=people[one.decided_by].name if one.decided_by in people else "",
            reason=one.reason, order_id=one.order_id, may_decide=may[one.id] and state is State.REQUESTED,
        )
        for one in found
    )  # fmt: skip


def _before(cursor: str | None) -> RequestId | None:
    try:
        return RequestId.parse(cursor) if cursor else None
    except ValueError:
        raise Invalid(errors=[{"field": "cursor", "message": "next_cursor"}]) from None


def _page(items: tuple[RequestBrief, ...], rows: int) -> RequestPage:
    return RequestPage(items[:rows], str(items[rows - 1].id) if len(items) > rows else None)


async def _role(tx: Tx, door: Door, company_id: CompanyId) -> tuple[tuple[CustomerId, ...], Buyer]:
    records = await identity.own_records(tx, id=_signed_in(door))
    try:
        return records, await companies.buyer(tx, company_id=company_id, customer_ids=records)
    except NotABuyer:
        raise NotFound(what="company", id=str(company_id)) from None


@post("/v1/checkouts/{checkout_id:str}/approval", status_code=201)
async def ask_approval(door: Door, checkout_id: CheckoutId, data: NewRequest) -> Answered[RequestBrief]:
    """Ask for what a checkout would buy and its buyer may not by herself. Her approvers are written to; the basket is empty after that."""
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> RequestBrief:
        _, cart = await checkouts.checkout(tx, checkout_id=checkout_id)
        may_touch(door.principal, cart, permission="checkout.write", asked=checkout_id)
        made = await api.ask(
            tx, checkout_id=checkout_id, on_account=data.on_account, note=data.note, language=door.language,
            directory=directory, url=door.platform.public_url, by=door.hand,
        )  # fmt: skip
        return (await _briefs(tx, [made], records=[made.customer_id]))[0]

    return await door.write(ask, status=201)


@get("/v1/me/approvals")
async def list_my_approvals(
    door: Door, waiting: bool = False, cursor: str | None = None, limit: int = 25
) -> Answered[RequestPage]:
    """What she has asked for, and what is asked of her as an approver; the newest first."""
    customer_id, before, rows = _signed_in(door), _before(cursor), max(1, min(limit, api.PAGE_MAX))

    async def ask(tx: Tx) -> RequestPage:
        records = await identity.own_records(tx, id=customer_id)
        mine = await companies.of_customers(tx, customer_ids=records)
        found = await api.requests(
            tx, company_ids=[one.id for one, buyer in mine if buyer.role.approves], customer_ids=records,
            waiting=waiting, before=before, rows_max=rows + 1,
        )  # fmt: skip
        return _page(await _briefs(tx, found, records=records), rows)

    return await door.read(ask)


@get("/v1/me/approvals/{request_id:str}")
async def show_my_approval(door: Door, request_id: RequestId) -> Answered[RequestView]:
    """One with its basket at today's prices, and why it needs somebody's approval."""
    customer_id = _signed_in(door)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> RequestView:
        found, records = await api.seen_by(tx, id=request_id, customer_id=customer_id)
        basket = await api.basket(tx, request=found, directory=directory, language=door.language, by=door.hand)
        (brief,) = await _briefs(tx, [found], records=records)
        return RequestView(
            request=brief, basket=basket, now=next((one.amount for one in basket.totals if one.type == "total"), 0),
            on_account=found.wanted.on_account, term=found.wanted.term, ship_to=found.wanted.ship_to,
        )  # fmt: skip

    return await door.read(ask)


@post("/v1/me/approvals/{request_id:str}/approve", status_code=201)
async def approve(door: Door, request_id: RequestId, data: ApproveAt) -> Answered[OrderView]:
    """Place what was asked for, at what the approver was shown."""
    customer_id = _signed_in(door)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> OrderView:
        placed = await api.approve(
            tx, id=request_id, customer_id=customer_id, expected_total=data.expected_total, directory=directory,
            by=door.hand,
        )  # fmt: skip
        return await _order(tx, door, directory, placed)

    return await door.write(ask, status=201)


async def _order(tx: Tx, door: Door, directory: Any, placed: Any) -> OrderView:
    (view,) = await order_views.show(
        tx, orders=[placed], directory=directory, languages=[door.language], public_url=door.platform.public_url
    )
    return view


@post("/v1/me/approvals/{request_id:str}/refuse", status_code=200)
async def refuse(door: Door, request_id: RequestId, data: Refusal) -> Answered[RequestBrief]:
    """Say no, and why: its buyer is told."""
    customer_id = _signed_in(door)

    async def ask(tx: Tx) -> RequestBrief:
        made = await api.refuse(tx, id=request_id, customer_id=customer_id, reason=data.reason, by=door.hand)
        return (await _briefs(tx, [made], records=await identity.own_records(tx, id=customer_id)))[0]

    return await door.write(ask)


@post("/v1/me/approvals/{request_id:str}/withdraw", status_code=200)
async def withdraw(door: Door, request_id: RequestId) -> Answered[RequestBrief]:
    """She does not want it any more."""
    customer_id = _signed_in(door)

    async def ask(tx: Tx) -> RequestBrief:
        made = await api.withdraw(tx, id=request_id, customer_id=customer_id, by=door.hand)
        return (await _briefs(tx, [made], records=await identity.own_records(tx, id=customer_id)))[0]

    return await door.write(ask)


@get("/v1/me/companies/{company_id:str}/account")
async def show_account(door: Door, company_id: CompanyId) -> Answered[Account]:
    """Her limits at a company and what she has spent this month; what the company owes and may; how much waits for approval."""
    _signed_in(door)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> Account:
        records, buyer = await _role(tx, door, company_id)
        company = await companies.company(tx, id=company_id)
        spent = await orders.spent_by(tx, company_id=company_id, customer_ids=records, directory=directory)
        every = frozenset(one.currency for one in directory.markets.values())
        found = (await companies.owed(tx, companies=[company], currencies=every))[company_id]
        owed = {one: Owed(company_id, one, 0, company.credit(one)) for one in every} | {
            one.currency: one for one in found
        }
        named = {one.currency for one in found} | {one.currency for one in buyer.limits}
        currencies = sorted(named | {currency for currency, amount in spent.items() if amount})
        waiting = await api.requests(
            tx, company_ids=[company_id] if buyer.role.approves else [], customer_ids=records, waiting=True,
            rows_max=api.PAGE_MAX,
        )  # fmt: skip
        return Account(
            company=(await companies.briefs(tx, ids=[company_id]))[company_id], role=buyer.role,
            terms_days=company.terms_days, waiting=sum(one.company_id == company_id for one in waiting),
            spending=tuple(
                Spending(
                    one, money.exponent(one), buyer.limit(one).per_order, buyer.limit(one).per_month, spent.get(one, 0),
                    owed[one].owed, owed[one].limit, owed[one].left,
                )
                for one in currencies
            ),
        )  # fmt: skip

    return await door.read(ask)


@get("/v1/me/companies/{company_id:str}/orders")
async def list_company_orders(door: Door, company_id: CompanyId) -> Answered[MyOrders]:
    """The company's newest orders: for its admins and approvers all of them, for a buyer hers."""
    _signed_in(door)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> MyOrders:
        records, buyer = await _role(tx, door, company_id)
        heads = await orders.heads(
            tx, company_id=company_id, customer_ids=None if buyer.role.approves else records, rows_max=ORDERS_SHOWN_MAX
        )
        found = await orders.orders(tx, order_ids=[one.id for one in heads])
        shown = await order_views.show(
            tx, orders=[found[one.id] for one in heads], directory=directory, languages=[door.language] * len(heads),
            public_url=door.platform.public_url,
        )  # fmt: skip
        return MyOrders(tuple(shown))

    return await door.read(ask)


@get("/v1/companies/{company_id:str}/approvals")
async def list_approvals(
    door: Door, company_id: CompanyId, waiting: bool = False, cursor: str | None = None, limit: int = 25
) -> Answered[RequestPage]:
    """What buyers of a company have asked for, the newest first. Needs `companies.read`."""
    door.principal.require("companies.read", at=door.principal.location_id)
    before, rows = _before(cursor), max(1, min(limit, api.PAGE_MAX))

    async def ask(tx: Tx) -> RequestPage:
        found = await api.requests(tx, company_ids=[company_id], waiting=waiting, before=before, rows_max=rows + 1)
        door.shows("company", [one.customer_id for one in found])
        return _page(await _briefs(tx, found), rows)

    return await door.read(ask)


routes: list[Any] = [
    ask_approval, list_my_approvals, show_my_approval, approve, refuse, withdraw, show_account, list_company_orders,
    list_approvals,
]  # fmt: skip

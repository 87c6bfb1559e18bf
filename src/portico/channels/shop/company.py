"""Buying for a company: which one a basket is for, what she may spend there, what waits for approval, who else buys."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post

from portico.approvals import api as approvals
from portico.approvals.types import BadNote, Request, RequestId, State
from portico.carts import api as carts
from portico.carts import views as cart_views
from portico.carts.types import Cart, CartId, Edit, Head, Line, Owner
from portico.carts.views import Brought, CartView
from portico.channels.shop import basket, details, forms
from portico.channels.shop.page import Choice, page, see, sentence
from portico.channels.shop.totals import TotalRow
from portico.channels.shop.visit import Visit, my_cart, visit
from portico.channels.shop.words import read_quantity
from portico.companies import api as companies
from portico.companies.types import (
    ApprovalReason,
    BadCompany,
    Buyer,
    Company,
    CompanyId,
    Delivery,
    InvitationId,
    Limit,
    NotABuyer,
    Role,
)
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.orders import api as orders
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import NotFound, Refused

REQUESTS_SHOWN, ORDERS_SHOWN = 20, 20
TONES = {State.REQUESTED: "warn", State.APPROVED: "good", State.REFUSED: "bad"}
NO_END = ""
LIMITS = "limits."


class BuyingFor(msgspec.Struct, frozen=True):
    """For whom a basket may be bought, and for whom it is."""

    options: tuple[Choice, ...]
    chosen: bool
    po_number: str
    po_needed: bool


class OnAccount(msgspec.Struct, frozen=True):
    """Paying on a company's account, as the checkout offers it."""

    title: str
    text: str
    chosen: bool


class Figure(msgspec.Struct, frozen=True):
    name: str
    value: str


class RequestRow(msgspec.Struct, frozen=True):
    href: str
    title: str
    when: str
    total: str
    status: str
    tone: str


class OrderRow(msgspec.Struct, frozen=True):
    label: str
    when: str
    who: str
    total: str
    po_number: str
    href: str


class ColleagueRow(msgspec.Struct, frozen=True):
    id: str
    name: str
    role: str
    role_name: str
    limits: str
    per_order: str
    per_month: str
    herself: bool


class InvitationRow(msgspec.Struct, frozen=True):
    id: str
    title: str
    until: str


class Firm(msgspec.Struct, frozen=True, kw_only=True):
    """A company that she buys for, as its page shows it."""

    id: str
    name: str
    role: str
    admin: bool
    blocked: bool
    figures: tuple[Figure, ...]
    requests: tuple[RequestRow, ...]
    orders: tuple[OrderRow, ...]
    colleagues: tuple[ColleagueRow, ...]
    invited: tuple[InvitationRow, ...]
    currency: str


class Firms(msgspec.Struct, frozen=True, kw_only=True):
    """`wrong`: the colleague about whom `problem` is."""

    invitations: tuple[InvitationRow, ...]
    firms: tuple[Firm, ...]
    problem: str
    wrong: str
    roles: tuple[Choice, ...]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request for approval with its basket at today's prices."""

    id: str
    status: str
    tone: str
    who: str
    when: str
    why: tuple[str, ...]
    note: str
    po_number: str
    lines: tuple[tuple[str, str, str], ...]
    totals: tuple[TotalRow, ...]
    now: str
    changed: str
    expected_total: int
    may_decide: bool
    may_withdraw: bool
    again: bool
    reason: str
    order: str
    order_href: str  # to whom it is hers
    problem: str
    no_reason: str


def _own(here: Visit) -> CustomerId | None:
    asker = here.door.principal
    return CustomerId(asker.id.bytes) if here.customer and asker.id else None


async def _mine(here: Visit, tx: Tx) -> list[tuple[Company, Buyer]]:
    who = _own(here)
    return await companies.of_customers(tx, customer_ids=await identity.own_records(tx, id=who)) if who else []


async def buying_for(here: Visit, tx: Tx, view: CartView) -> BuyingFor | None:
    """Nothing for whoever buys for no company: the basket is as it always was. Whoever did, and has one for it still, buys for herself."""
    mine = await _mine(here, tx)
    if not mine and not view.company:
        return None
    chosen = next((one for one, _ in mine if view.company and one.id == view.company.id), None)
    options = [Choice("", here.say("shop.company.herself"), chosen is None)]
    options += [Choice(str(one.id), one.name, one is chosen) for one, _ in mine]
    return BuyingFor(
        tuple(options),
        view.company is not None,
        view.po_number if chosen else "",
        chosen is not None and chosen.policy.po_needed,
    )


async def _bought_for(here: Visit, tx: Tx, cart: Cart) -> Company | None:
    """The company that a basket is for, while she buys for it."""
    if cart.head.company_id is None:
        return None
    return next((one for one, _ in await _mine(here, tx) if one.id == cart.head.company_id), None)


async def on_account(here: Visit, tx: Tx, cart: Cart, *, chosen: str) -> OnAccount | None:
    """What the checkout offers where the basket is a company's that may owe something."""
    company = await _bought_for(here, tx, cart)
    if company is None:
        return None
    owed = await companies.owed_in(tx, company=company, currency=here.market.currency)
    if not owed.limit:
        return None
    left = here.words.money(owed.left)
    return OnAccount(
        here.say("shop.company.on_account", company=company.name),
        here.say("shop.company.on_account_text", amount=left, days=company.terms_days),
        chosen in ("", "account"),
    )


async def places(here: Visit, tx: Tx, cart: Cart) -> tuple[Delivery, ...]:
    """Where the company that a basket is for has goods sent, in this market's country."""
    company = await _bought_for(here, tx, cart)
    if company is None:
        return ()
    known = (*company.deliveries, Delivery(company.name, company.billing))
    return tuple(one for one in known if one.address.address_country == here.market.country and one.address.postal_code)


def at(found: Sequence[Delivery], postal: str) -> dict[str, str]:
    """The address of the first of them that has a postal code, as the form asks for it."""
    there = (one.address for one in found if one.address.postal_code == postal)
    return next(({name: getattr(one, name) for name in details.ADDRESS} for one in there), {})


@post("/basket/company", include_in_schema=False)
async def choose(door: Door) -> Response[Any]:
    """For whom the basket is bought. Another company than hers is not found."""
    here, typed = await visit(door), await forms.read(door)
    who = _own(here)
    async with door.database.transaction() as tx:
        cart = await my_cart(here, tx)
        if cart is None or who is None:
            return see("/basket")
        id = _company_id(typed.get("company", ""))
        try:
            if id:
                await companies.may_buy(tx, company_id=id, customer_id=who, market_id=here.market.id, proven_only=True)
            await carts.set_company(
                tx, cart_id=cart.head.id, company_id=id, po_number=typed.get("po_number", ""), by=door.hand
            )
        except Refused as refused:
            return await basket.again(here, problem=sentence(refused, here.language), status=refused.status)
    return see("/basket")


def _company_id(text: str) -> CompanyId | None:
    try:
        return CompanyId.parse(text) if text else None
    except ValueError:
        raise NotFound(what="company", id=text[:60]) from None


# --------------------------------------------------------------------------------------------- her company's page


@get("/account/company", include_in_schema=False)
async def show(door: Door) -> Response[Any]:
    return await _show(await visit(door))


async def _show(here: Visit, *, problem: str = "", wrong: str = "", status: int = 200) -> Response[Any]:
    who = _own(here)
    if who is None:
        return see("/sign-in?next=/account/company")
    async with here.door.database.read() as tx:
        invited = await companies.invitations_to(tx, customer_id=who)
        names = await companies.briefs(tx, ids=[one.company_id for one in invited])
        firms = [await _firm(here, tx, company, buyer) for company, buyer in await _mine(here, tx)]
    view = Firms(
        invitations=tuple(
            InvitationRow(
                str(one.id), here.say("shop.company.invited", company=names[one.company_id].name),
                here.words.moment(one.expires_at, here.zone),
            )
            for one in invited
        ),
        firms=tuple(firms), problem=problem, wrong=wrong,
        roles=tuple(Choice(one, here.say(f"shop.company.role.{one}"), one is Role.BUYER) for one in Role),
    )  # fmt: skip
    return await page(
        here, "company.html", title=here.say("shop.company.title"), status=status, noindex=True, view=view
    )


async def _firm(here: Visit, tx: Tx, company: Company, buyer: Buyer) -> Firm:
    records = await identity.own_records(tx, id=buyer.customer_id)
    approves, admin = buyer.role.approves, buyer.role is Role.ADMIN
    heads = await orders.heads(
        tx, company_id=company.id, customer_ids=None if approves else records, rows_max=ORDERS_SHOWN
    )
    asked = await approvals.requests(
        tx, company_ids=[company.id] if approves else [], customer_ids=records, rows_max=REQUESTS_SHOWN
    )
    found = await companies.buyers(tx, company_id=company.id) if admin else []
    waiting = await companies.invitations(tx, company_id=company.id) if admin else []
    ids = {one.customer_id for one in asked} | {one.customer_id for one in found}
    ids |= {one.customer_id for one in heads if one.customer_id}
    people = {id: one.name for id, one in (await customers.briefs(tx, ids=list(ids))).items()}
    return Firm(
        id=str(company.id), name=company.name, role=here.say(f"shop.company.role.{buyer.role}"), admin=admin,
        blocked=company.state == "blocked", figures=await _figures(here, tx, company, buyer, records),
        requests=tuple(_request(here, tx, one, people) for one in asked if one.company_id == company.id),
        orders=tuple(
            OrderRow(
                one.label, here.words.moment(one.placed_at, here.zone),
                people.get(one.customer_id, "") if one.customer_id else "", _amount(here, one.total, one.currency),
                one.po_number, f"/orders/{one.link_token}" if one.customer_id in records else "",
            )
            for one in heads
        ),
        colleagues=tuple(_colleague(here, one, people, records) for one in found if one.customer_id in people),
        invited=tuple(
            InvitationRow(str(one.id), one.email, here.words.moment(one.expires_at, here.zone)) for one in waiting
        ),
        currency=here.market.currency,
    )  # fmt: skip


def _amount(here: Visit, amount: int, currency: str) -> str:
    return msgspec.structs.replace(here.words, currency=currency).money(amount)


async def _figures(
    here: Visit, tx: Tx, company: Company, buyer: Buyer, records: Sequence[CustomerId]
) -> tuple[Figure, ...]:
    currency = here.market.currency
    spent = await orders.spent_by(tx, company_id=company.id, customer_ids=records, directory=here.directory)
    limit, owed = buyer.limit(currency), await companies.owed_in(tx, company=company, currency=currency)
    no_end = here.say("shop.company.no_limit")

    def figure(name: str, amount: int | None) -> Figure:
        return Figure(here.say(f"shop.company.{name}"), no_end if amount is None else _amount(here, amount, currency))

    return (
        figure("per_order", limit.per_order), figure("per_month", limit.per_month),
        figure("spent", spent.get(currency, 0)), figure("owed", owed.owed), figure("left", owed.left),
    )  # fmt: skip


def _request(here: Visit, tx: Tx, one: Request, people: dict[CustomerId, str]) -> RequestRow:
    state = approvals.standing(one, at=tx.now)
    return RequestRow(
        f"/account/company/approvals/{one.id}", people.get(one.customer_id, ""),
        here.words.moment(one.requested_at, here.zone), _amount(here, one.total, one.currency),
        here.say(f"shop.company.state.{state}"), TONES.get(state, ""),
    )  # fmt: skip


def _colleague(here: Visit, one: Buyer, people: dict[CustomerId, str], records: Sequence[CustomerId]) -> ColleagueRow:
    limit = one.limit(here.market.currency)
    per_order, per_month = (
        NO_END if each is None else here.words.typed(each, money.exponent(here.market.currency))
        for each in (limit.per_order, limit.per_month)
    )
    limits = [
        f"{here.say(f'shop.company.{name}')}: {_amount(here, amount, here.market.currency)}"
        for name, amount in (("per_order", limit.per_order), ("per_month", limit.per_month))
        if amount is not None
    ]
    return ColleagueRow(
        str(one.customer_id), people[one.customer_id], one.role, here.say(f"shop.company.role.{one.role}"),
        " · ".join(limits) or here.say("shop.company.no_limit"), per_order, per_month, one.customer_id in records,
    )  # fmt: skip


@post("/account/company/invitations/{invitation:str}/accept", include_in_schema=False)
async def accept(door: Door, invitation: str) -> Response[Any]:
    here = await visit(door)
    who = _own(here)
    if who is None:
        return see("/sign-in?next=/account/company")
    try:
        async with door.database.transaction() as tx:
            await companies.accept(tx, invitation_id=_parsed(InvitationId, invitation), customer_id=who, by=door.hand)
    except Refused as refused:
        return await _show(here, problem=sentence(refused, here.language), status=refused.status)
    return see("/account/company")


def _parsed(kind: Any, text: str) -> Any:
    try:
        return kind.parse(text)
    except ValueError:
        raise NotFound(what="request", id=text[:60]) from None


def _limits(here: Visit, typed: dict[str, str]) -> tuple[Limit, ...]:
    """What was typed as limits in the currency she sees; nothing typed: no end."""
    currency = here.market.currency
    amounts = [_limit(typed.get(name, ""), name, currency) for name in ("per_order", "per_month")]
    return (Limit(currency, *amounts),) if any(one is not None for one in amounts) else ()


def _limit(text: str, name: str, currency: str) -> int | None:
    """Refuses BadCompany: what cannot be read is not the same as no end."""
    amount = read_quantity(text, money.exponent(currency)) if text.strip() else None
    if text.strip() and amount is None:
        raise BadCompany(field=f"{LIMITS}{name}", why=text[:20])
    return amount


def _problem(here: Visit, refused: Refused) -> str:
    if isinstance(refused, BadCompany) and refused.field.startswith(LIMITS):
        return here.say("shop.company.not_an_amount", text=refused.why)
    return sentence(refused, here.language)


@post("/account/company/{company:str}/colleagues", include_in_schema=False)
async def colleague(door: Door, company: str) -> Response[Any]:
    """An admin invites somebody, sets a colleague's limits, or lets one go."""
    here, typed = await visit(door), await forms.read(door)
    id = _parsed(CompanyId, company)
    currencies = frozenset(one.currency for one in here.directory.markets.values())
    try:
        async with door.database.transaction() as tx:
            mine = {one.id: buyer for one, buyer in await _mine(here, tx)}
            if id not in mine or mine[id].role is not Role.ADMIN:
                raise NotFound(what="company", id=company[:60])
            role = Role(typed.get("role", Role.BUYER)) if typed.get("role", Role.BUYER) in set(Role) else Role.BUYER
            if typed.get("invitation"):
                await companies.take_back(tx, company_id=id, invitation_id=_parsed(InvitationId, typed["invitation"]))
            elif typed.get("email"):
                url = f"{door.platform.public_url}/account/company"
                await companies.invite(
                    tx, company_id=id, email=typed["email"], role=role, limits=_limits(here, typed),
                    currencies=currencies, url=url, by=door.hand,
                )  # fmt: skip
            else:
                await _change(here, tx, id, role, typed, currencies)
    except NotFound:
        raise
    except Refused as refused:
        return await _show(
            here, problem=_problem(here, refused), wrong=typed.get("customer", ""), status=refused.status
        )
    return see("/account/company")


async def _change(
    here: Visit, tx: Tx, id: CompanyId, role: Role, typed: dict[str, str], currencies: frozenset[str]
) -> None:
    who, by = _parsed(CustomerId, typed.get("customer", "")), here.door.hand
    before = await companies.buyer(tx, company_id=id, customer_ids=[who])
    if typed.get("drop"):
        await companies.drop_buyer(tx, company_id=id, customer_id=who, by=by, keeps_admin=True)
        return
    others = tuple(one for one in before.limits if one.currency != here.market.currency)
    await companies.put_buyer(
        tx, company_id=id, customer_id=who, role=role, limits=(*others, *_limits(here, typed)), currencies=currencies,
        by=by, keeps_admin=True,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- approvals


@get("/account/company/approvals/{asked:str}", include_in_schema=False)
async def show_request(door: Door, asked: str) -> Response[Any]:
    here = await visit(door)
    if _own(here) is None:
        return see(f"/sign-in?next=/account/company/approvals/{asked[:60]}")
    return await _request_page(here, _parsed(RequestId, asked))


async def _request_page(
    here: Visit, id: RequestId, *, problem: str = "", no_reason: str = "", status: int = 200
) -> Response[Any]:
    async with here.door.database.read() as tx:
        view = await _asked(here, tx, id, problem, no_reason)
    return await page(
        here, "approval.html", title=here.say("shop.approval.title"), status=status, noindex=True, view=view
    )


async def _asked(here: Visit, tx: Tx, id: RequestId, problem: str, no_reason: str) -> Asked:
    who = _own(here)
    assert who is not None
    records, found = await identity.own_records(tx, id=who), await approvals.request(tx, id=id)
    mine = found.customer_id in records
    if not mine:
        try:
            buyer = await companies.buyer(tx, company_id=found.company_id, customer_ids=records)
        except NotABuyer:
            raise NotFound(what="approval", id=str(id)) from None
        if not buyer.role.approves:
            raise NotFound(what="approval", id=str(id))
    state = approvals.standing(found, at=tx.now)
    view = await cart_views.show(
        tx, cart=basket_of(found), directory=here.directory, language=here.language, by=here.door.hand,
        brought=Brought(found.wanted.methods, orders.country(found.wanted.destination, found.wanted.ship_to)),
    )  # fmt: skip
    now = next((one.amount for one in view.totals if one.type == "total"), 0)
    people = await customers.briefs(tx, ids=[found.customer_id])
    order = await orders.order(tx, order_id=found.order_id) if found.order_id else None
    return Asked(
        id=str(id), status=here.say(f"shop.company.state.{state}"), tone=TONES.get(state, ""),
        who=people[found.customer_id].name if found.customer_id in people else "",
        when=here.words.moment(found.requested_at, here.zone), why=tuple(why(here, one) for one in found.reasons),
        note=found.note, po_number=found.wanted.po_number,
        lines=tuple(
            (one.variant.title, here.words.quantity(one.quantity, scale=one.scale, unit=one.unit),
             here.words.money(one.gross))
            for one in view.lines
        ),
        totals=basket.total_rows(here, view), now=_amount(here, now, found.currency),
        changed=here.say("shop.approval.changed", amount=_amount(here, found.total, found.currency))
        if now != found.total and state is State.REQUESTED
        else "",
        expected_total=now, may_withdraw=mine and state is State.REQUESTED,
        may_decide=state is State.REQUESTED and await approvals.may_decide(tx, request=found, records=records),
        again=mine and state in (State.REFUSED, State.WITHDRAWN, State.LAPSED), reason=found.reason,
        order=order.head.label if order else "",
        order_href=f"/orders/{order.head.link_token}" if order and mine else "", problem=problem, no_reason=no_reason,
    )  # fmt: skip


def why(here: Visit, one: ApprovalReason) -> str:
    """Why somebody has to approve it, in words."""
    limit, amount = _amount(here, one.limit, one.currency), _amount(here, one.amount, one.currency)
    return here.say(f"shop.approval.why.{one.why}", limit=limit, amount=amount)


def basket_of(found: Request) -> Cart:
    """What was wanted, as a basket that is nobody's yet."""
    id = CartId(found.id.bytes)
    lines = tuple(
        Line(one.line_id, id, one.variant_id, one.quantity, one.parent_id, "", "", None, found.requested_at)
        for one in found.wanted.lines
    )
    head = Head(
        id, found.market_id, found.customer_id, None, 1, found.requested_at, found.requested_at, found.wanted.codes,
        found.company_id, found.wanted.po_number,
    )  # fmt: skip
    return Cart(head, lines)


@post("/account/company/approvals/{asked:str}", include_in_schema=False)
async def decide(door: Door, asked: str) -> Response[Any]:
    """Approve at what is shown, refuse with a reason, withdraw, or put what was refused back into the basket."""
    here, typed = await visit(door), await forms.read(door)
    who, id = _own(here), _parsed(RequestId, asked)
    if who is None:
        return see(f"/sign-in?next=/account/company/approvals/{id}")
    try:
        async with door.database.transaction() as tx:
            match typed.get("do", ""):
                case "approve":
                    total = typed.get("expected_total", "")
                    await approvals.approve(
                        tx, id=id, customer_id=who, expected_total=int(total) if total.isdecimal() else -1,
                        directory=here.directory, by=door.hand,
                    )  # fmt: skip
                case "refuse":
                    await approvals.refuse(tx, id=id, customer_id=who, reason=typed.get("reason", ""), by=door.hand)
                case "withdraw":
                    await approvals.withdraw(tx, id=id, customer_id=who, by=door.hand)
                case "again":
                    await _put_back(here, tx, id, who)
                    return see("/basket")
    except NotFound:
        raise
    except BadNote as refused:
        return await _request_page(here, id, no_reason=sentence(refused, here.language), status=refused.status)
    except Refused as refused:
        return await _request_page(here, id, problem=sentence(refused, here.language), status=refused.status)
    return see(f"/account/company/approvals/{id}")


async def _put_back(here: Visit, tx: Tx, id: RequestId, who: CustomerId) -> None:
    """What was asked for is in her basket again."""
    found = await approvals.request(tx, id=id)
    if found.customer_id not in await identity.own_records(tx, id=who):
        raise NotFound(what="approval", id=str(id))
    made = await carts.create(tx, market_id=found.market_id, owner=Owner(customer_id=who), by=here.door.hand)
    for one in found.wanted.lines:
        await carts.edit(
            tx, edit=Edit(cart_id=made.head.id, by=here.door.hand, variant_id=one.variant_id, quantity=one.quantity)
        )


routes: list[Any] = [choose, show, accept, colleague, show_request, decide]

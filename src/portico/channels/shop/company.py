"""Her company's page: what she may spend there, what was bought and what waits, who else buys."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post

from portico.approvals import api as approvals
from portico.approvals.types import Request
from portico.channels.shop import approving, buying_for, forms
from portico.channels.shop.page import Choice, page, see, sentence
from portico.channels.shop.visit import Visit, visit
from portico.channels.shop.words import read_quantity
from portico.companies import api as companies
from portico.companies.types import (
    BadCompany,
    Buyer,
    Company,
    CompanyId,
    InvitationId,
    Limit,
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
NO_END = ""
LIMITS = "limits."


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


@get("/account/company", include_in_schema=False)
async def show(door: Door) -> Response[Any]:
    return await _show(await visit(door))


async def _show(here: Visit, *, problem: str = "", wrong: str = "", status: int = 200) -> Response[Any]:
    who = here.asker.customer_id
    if who is None:
        return see("/sign-in?next=/account/company")
    async with here.door.database.read() as tx:
        invited = await companies.invitations_to(tx, customer_id=who)
        names = await companies.briefs(tx, ids=[one.company_id for one in invited])
        firms = [await _firm(here, tx, company, buyer) for company, buyer in await buying_for.mine(here, tx)]
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


async def _asked(tx: Tx, *, company_ids: Sequence[CompanyId], customer_ids: Sequence[CustomerId]) -> list[Request]:
    """What waits for somebody first, however old it is, then what was decided of late."""
    waiting, newest = [
        await approvals.requests(
            tx, company_ids=company_ids, customer_ids=customer_ids, waiting=only_waiting, rows_max=REQUESTS_SHOWN
        )
        for only_waiting in (True, False)
    ]
    return [*waiting, *(one for one in newest if one not in waiting)][:REQUESTS_SHOWN]


async def _firm(here: Visit, tx: Tx, company: Company, buyer: Buyer) -> Firm:
    records = await identity.own_records(tx, id=buyer.customer_id)
    approves, admin = buyer.role.approves, buyer.role is Role.ADMIN
    heads = await orders.heads(
        tx, company_id=company.id, customer_ids=None if approves else records, rows_max=ORDERS_SHOWN
    )
    asked = await _asked(tx, company_ids=[company.id] if approves else [], customer_ids=records)
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
                people.get(one.customer_id, "") if one.customer_id else "", here.amount(one.total, one.currency),
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


async def _figures(
    here: Visit, tx: Tx, company: Company, buyer: Buyer, records: Sequence[CustomerId]
) -> tuple[Figure, ...]:
    currency = here.market.currency
    spent = await orders.spent_by(tx, company_id=company.id, customer_ids=records, directory=here.directory)
    limit, owed = buyer.limit(currency), await companies.owed_in(tx, company=company, currency=currency)
    no_end = here.say("shop.company.no_limit")

    def figure(name: str, amount: int | None) -> Figure:
        return Figure(here.say(f"shop.company.{name}"), no_end if amount is None else here.amount(amount, currency))

    return (
        figure("per_order", limit.per_order), figure("per_month", limit.per_month),
        figure("spent", spent.get(currency, 0)), figure("owed", owed.owed), figure("left", owed.left),
    )  # fmt: skip


def _request(here: Visit, tx: Tx, one: Request, people: dict[CustomerId, str]) -> RequestRow:
    state = approvals.standing(one, at=tx.now)
    return RequestRow(
        f"/account/company/approvals/{one.id}", people.get(one.customer_id, ""),
        here.words.moment(one.requested_at, here.zone), here.amount(one.total, one.currency),
        here.say(f"shop.company.state.{state}"), approving.TONES.get(state, ""),
    )  # fmt: skip


def _colleague(here: Visit, one: Buyer, people: dict[CustomerId, str], records: Sequence[CustomerId]) -> ColleagueRow:
    limit = one.limit(here.market.currency)
    per_order, per_month = (
        NO_END if each is None else here.words.typed(each, money.exponent(here.market.currency))
        for each in (limit.per_order, limit.per_month)
    )
    limits = [
        f"{here.say(f'shop.company.{name}')}: {here.amount(amount, here.market.currency)}"
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
    who = here.asker.customer_id
    if who is None:
        return see("/sign-in?next=/account/company")
    try:
        async with door.database.transaction() as tx:
            await companies.accept(
                tx, invitation_id=forms.parsed(InvitationId, invitation), customer_id=who, by=door.hand
            )
    except Refused as refused:
        return await _show(here, problem=sentence(refused, here.language), status=refused.status)
    return see("/account/company")


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
    id = forms.parsed(CompanyId, company)
    currencies = frozenset(one.currency for one in here.directory.markets.values())
    try:
        async with door.database.transaction() as tx:
            mine = {one.id: buyer for one, buyer in await buying_for.mine(here, tx)}
            if id not in mine or mine[id].role is not Role.ADMIN:
                raise NotFound(what="company", id=company[:60])
            role = Role(typed.get("role", Role.BUYER)) if typed.get("role", Role.BUYER) in set(Role) else Role.BUYER
            if typed.get("invitation"):
                await companies.take_back(
                    tx, company_id=id, invitation_id=forms.parsed(InvitationId, typed["invitation"])
                )
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
    who, by = forms.parsed(CustomerId, typed.get("customer", "")), here.door.hand
    before = await companies.buyer(tx, company_id=id, customer_ids=[who])
    if typed.get("drop"):
        await companies.drop_buyer(tx, company_id=id, customer_id=who, by=by, keeps_admin=True)
        return
    others = tuple(one for one in before.limits if one.currency != here.market.currency)
    await companies.put_buyer(
        tx, company_id=id, customer_id=who, role=role, limits=(*others, *_limits(here, typed)), currencies=currencies,
        by=by, keeps_admin=True,
    )  # fmt: skip


routes: list[Any] = [show, accept, colleague]

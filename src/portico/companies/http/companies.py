"""Companies, for the office, the desk and the till."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post, put

from portico.business.api import Directories, Directory
from portico.business.types import Address
from portico.companies import api
from portico.companies.http.whose import currencies
from portico.companies.types import (
    Amount,
    Company,
    CompanyId,
    Delivery,
    NewCompany,
    OrderPolicy,
    Owed,
    State,
    TaxNote,
)
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid


class CompanyDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A company as it is entered. `markets` by their codes, none: all. `credits`: how much it may owe, in minor units of each currency.
    `expected` is the version that was looked at, for one that is changed."""

    name: str
    billing: Address
    tax_id: str = ""
    email: str = ""
    phone: str = ""
    language: str = "en"
    markets: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    terms_days: int = 30
    credits: tuple[Amount, ...] = ()
    tax_note: TaxNote = TaxNote.NONE
    policy: OrderPolicy = OrderPolicy()
    state: State = State.ACTIVE
    expected: int = 0


class OwedView(msgspec.Struct, frozen=True):
    """What it owes, how much it may, and how much more."""

    currency: str
    exponent: int
    owed: int
    limit: int
    left: int


class CompanyView(msgspec.Struct, frozen=True, kw_only=True):
    id: CompanyId
    number: str
    name: str
    billing: Address
    tax_id: str
    email: str
    phone: str
    language: str
    markets: tuple[str, ...]
    deliveries: tuple[Delivery, ...]
    terms_days: int
    credits: tuple[Amount, ...]
    owed: tuple[OwedView, ...]
    tax_note: TaxNote
    policy: OrderPolicy
    state: State
    version: int
    created_at: datetime
    changed_at: datetime


class CompanyPage(msgspec.Struct, frozen=True):
    items: tuple[CompanyView, ...]
    next_cursor: str | None


def owed_view(one: Owed) -> OwedView:
    return OwedView(one.currency, money.exponent(one.currency), one.owed, one.limit, one.left)


async def views(tx: Tx, found: list[Company], directory: Directory) -> tuple[CompanyView, ...]:
    owed = await api.owed(tx, companies=found, currencies=currencies(directory))
    return tuple(
        CompanyView(
            id=one.id, number=one.number, name=one.name, billing=one.billing, tax_id=one.tax_id, email=one.email,
            phone=one.phone, language=one.language, deliveries=one.deliveries, terms_days=one.terms_days,
            markets=tuple(directory.markets[id].code for id in one.market_ids if id in directory.markets),
            credits=one.credits, owed=tuple(owed_view(each) for each in owed[one.id]), tax_note=one.tax_note,
            policy=one.policy, state=one.state, version=one.version, created_at=one.created_at, changed_at=one.changed_at,
        )
        for one in found
    )  # fmt: skip


def _new(data: CompanyDraft, directory: Directory) -> NewCompany:
    return NewCompany(
        name=data.name, billing=data.billing, tax_id=data.tax_id, email=data.email, phone=data.phone,
        language=data.language, market_ids=tuple(directory.market(one).id for one in dict.fromkeys(data.markets)),
        deliveries=data.deliveries, terms_days=data.terms_days, credits=data.credits, tax_note=data.tax_note,
        policy=data.policy, state=data.state,
    )  # fmt: skip


def _after(cursor: str | None) -> api.After | None:
    if not cursor:
        return None
    id, _, name = cursor.partition("~")
    try:
        return api.After(name, CompanyId.parse(id))
    except ValueError:
        raise Invalid(errors=[{"field": "cursor", "message": "next_cursor"}]) from None


def _state(blocked: bool | None) -> State | None:
    return None if blocked is None else State.BLOCKED if blocked else State.ACTIVE


@get("/v1/companies")
async def list_companies(
    door: Door, q: str = "", blocked: bool | None = None, cursor: str | None = None, limit: int = 25
) -> Answered[CompanyPage]:
    """Companies by name, with what they owe. `q`: words that a name, a number or a tax id begins with. Needs `companies.read`."""
    door.principal.require("companies.read", at=door.principal.location_id)
    directory, after = await door.shared(Directories)(), _after(cursor)
    rows = max(1, min(limit, api.PAGE_MAX))

    async def ask(tx: Tx) -> CompanyPage:
        found = await api.find(tx, q=q[:100], state=_state(blocked), after=after, rows_max=rows + 1)
        last = found[rows - 1] if len(found) > rows else None
        return CompanyPage(await views(tx, found[:rows], directory), f"{last.id}~{last.name}" if last else None)

    return await door.read(ask)


@post("/v1/companies", status_code=201)
async def create_company(door: Door, data: CompanyDraft) -> Answered[CompanyView]:
    """Enter a company. Needs `companies.manage`."""
    door.principal.require("companies.manage")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CompanyView:
        made = await api.create(tx, new=_new(data, directory), currencies=currencies(directory), by=door.hand)
        return (await views(tx, [made], directory))[0]

    return await door.write(ask, status=201)


@get("/v1/companies/{company_id:str}")
async def show_company(door: Door, company_id: CompanyId) -> Answered[CompanyView]:
    """One company. Needs `companies.read`."""
    door.principal.require("companies.read", at=door.principal.location_id)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CompanyView:
        return (await views(tx, [await api.company(tx, id=company_id)], directory))[0]

    return await door.read(ask)


@put("/v1/companies/{company_id:str}", status_code=200)
async def put_company(door: Door, company_id: CompanyId, data: CompanyDraft) -> Answered[CompanyView]:
    """Change a company, all of it: terms, limits, rules, whether it may buy. Needs `companies.manage`."""
    door.principal.require("companies.manage")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CompanyView:
        made = await api.put(
            tx, id=company_id, new=_new(data, directory), currencies=currencies(directory), expected=data.expected,
            by=door.hand,
        )  # fmt: skip
        return (await views(tx, [made], directory))[0]

    return await door.write(ask)


routes: list[Any] = [list_companies, create_company, show_company, put_company]

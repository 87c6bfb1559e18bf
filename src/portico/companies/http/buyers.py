"""Who buys for a company, as staff say it."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import delete, get, post, put

from portico.business.api import Directories
from portico.companies import api
from portico.companies.http.whose import currencies
from portico.companies.types import (
    Buyer,
    CompanyBrief,
    CompanyId,
    Invitation,
    InvitationId,
    Limit,
    Role,
    State,
)
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.identity import api as identity
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.privacy.types import Why


class BuyerEdit(msgspec.Struct, frozen=True):
    """`limits`: what she may spend without approval, in minor units; a currency that is not there has no end."""

    role: Role = Role.BUYER
    limits: tuple[Limit, ...] = ()


class NewInvitation(msgspec.Struct, frozen=True):
    email: str
    role: Role = Role.BUYER
    limits: tuple[Limit, ...] = ()


class BuyerView(msgspec.Struct, frozen=True, kw_only=True):
    customer: CustomerBrief
    role: Role
    limits: tuple[Limit, ...]
    joined_at: datetime


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """`stopped`: why no letter went out."""

    id: InvitationId
    email: str
    role: Role
    limits: tuple[Limit, ...]
    invited_at: datetime
    expires_at: datetime
    stopped: Why | None = None


class Buyers(msgspec.Struct, frozen=True):
    items: tuple[BuyerView, ...]
    invitations: tuple[InvitationView, ...]


class BuysFor(msgspec.Struct, frozen=True, kw_only=True):
    """A company that somebody buys for, and as what."""

    company: CompanyBrief
    state: State
    role: Role
    limits: tuple[Limit, ...]


class BuysForPage(msgspec.Struct, frozen=True):
    items: tuple[BuysFor, ...]


def invitation_view(one: Invitation, stopped: Why | None = None) -> InvitationView:
    return InvitationView(
        id=one.id, email=one.email, role=one.role, limits=one.limits, invited_at=one.invited_at,
        expires_at=one.expires_at, stopped=stopped,
    )  # fmt: skip


async def buyer_views(tx: Tx, found: list[Buyer]) -> tuple[BuyerView, ...]:
    """Those whose record is there still."""
    briefs = await customers.briefs(tx, ids=[one.customer_id for one in found])
    return tuple(
        BuyerView(customer=briefs[one.customer_id], role=one.role, limits=one.limits, joined_at=one.joined_at)
        for one in found
        if one.customer_id in briefs
    )


async def all_buyers(tx: Tx, door: Door, company_id: CompanyId) -> Buyers:
    await api.company(tx, id=company_id)
    found = await api.buyers(tx, company_id=company_id)
    door.shows("company", [one.customer_id for one in found])
    waiting = await api.invitations(tx, company_id=company_id)
    return Buyers(await buyer_views(tx, found), tuple(invitation_view(one) for one in waiting))


async def buys_for(tx: Tx, records: tuple[CustomerId, ...]) -> BuysForPage:
    return BuysForPage(
        tuple(
            BuysFor(
                company=CompanyBrief(one.id, one.number, one.name, one.policy.po_needed), state=one.state,
                role=buyer.role, limits=buyer.limits,
            )
            for one, buyer in await api.of_customers(tx, customer_ids=records)
        )
    )  # fmt: skip


def join_url(door: Door) -> str:
    return f"{door.platform.public_url}/account/company"


@get("/v1/companies/{company_id:str}/buyers")
async def list_buyers(door: Door, company_id: CompanyId) -> Answered[Buyers]:
    """Who buys for a company, and who is invited to. Needs `companies.read`."""
    door.principal.require("companies.read", at=door.principal.location_id)
    return await door.read(lambda tx: all_buyers(tx, door, company_id))


@put("/v1/companies/{company_id:str}/buyers/{customer_id:str}", status_code=200)
async def put_buyer(door: Door, company_id: CompanyId, customer_id: CustomerId, data: BuyerEdit) -> Answered[Buyers]:
    """Have a customer buy for a company, or change her role and limits. Needs `companies.manage`."""
    door.principal.require("companies.manage")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> Buyers:
        await api.put_buyer(
            tx, company_id=company_id, customer_id=customer_id, role=data.role, limits=data.limits,
            currencies=currencies(directory), by=door.hand,
        )  # fmt: skip
        return await all_buyers(tx, door, company_id)

    return await door.write(ask)


@delete("/v1/companies/{company_id:str}/buyers/{customer_id:str}", status_code=200)
async def drop_buyer(door: Door, company_id: CompanyId, customer_id: CustomerId) -> Answered[Buyers]:
    """She buys for it no more. Needs `companies.manage`."""
    door.principal.require("companies.manage")

    async def ask(tx: Tx) -> Buyers:
        await api.drop_buyer(tx, company_id=company_id, customer_id=customer_id, by=door.hand)
        return await all_buyers(tx, door, company_id)

    return await door.write(ask)


@post("/v1/companies/{company_id:str}/invitations", status_code=201)
async def invite(door: Door, company_id: CompanyId, data: NewInvitation) -> Answered[InvitationView]:
    """Write to somebody that she may buy for a company. Needs `companies.manage`."""
    door.principal.require("companies.manage")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> InvitationView:
        made, stopped = await api.invite(
            tx, company_id=company_id, email=data.email, role=data.role, limits=data.limits,
            currencies=currencies(directory), url=join_url(door), by=door.hand,
        )  # fmt: skip
        return invitation_view(made, stopped)

    return await door.write(ask, status=201)


@delete("/v1/companies/{company_id:str}/invitations/{invitation_id:str}", status_code=204)
async def take_back(door: Door, company_id: CompanyId, invitation_id: InvitationId) -> Answered[None]:
    """An invitation is good no more. Needs `companies.manage`."""
    door.principal.require("companies.manage")
    return await door.write(
        lambda tx: api.take_back(tx, company_id=company_id, invitation_id=invitation_id), status=204
    )


@get("/v1/customers/{customer_id:str}/companies")
async def list_companies_of(door: Door, customer_id: CustomerId) -> Answered[BuysForPage]:
    """For which companies somebody buys, all of her records together. Needs `companies.read`."""
    door.principal.require("companies.read", at=door.principal.location_id)

    async def ask(tx: Tx) -> BuysForPage:
        await customers.customer(tx, id=customer_id)
        door.shows("company", [customer_id])
        return await buys_for(tx, (await identity.members(tx, ids=[customer_id]))[customer_id])

    return await door.read(ask)


routes: list[Any] = [list_buyers, put_buyer, drop_buyer, invite, take_back, list_companies_of]

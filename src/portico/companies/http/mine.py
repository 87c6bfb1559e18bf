"""A buyer's own routes: her companies, her invitations, and for an admin her colleagues."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import delete, get, post, put

from portico.business.api import Directories
from portico.companies import api
from portico.companies.http.buyers import (
    BuyerEdit,
    Buyers,
    BuysForPage,
    InvitationView,
    NewInvitation,
    all_buyers,
    buys_for,
    invitation_view,
    join_url,
)
from portico.companies.http.whose import currencies, role_in, signed_in
from portico.companies.types import CompanyId, InvitationId, Role
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Forbidden


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation to somebody, as she reads it."""

    id: InvitationId
    company_name: str
    role: Role
    expires_at: datetime


class InvitedPage(msgspec.Struct, frozen=True):
    items: tuple[Invited, ...]


async def _admin(tx: Tx, door: Door, company_id: CompanyId) -> None:
    """Refuses NotFound to who does not buy for it, Forbidden to who is no admin of it."""
    if (await role_in(tx, door, company_id)).role is not Role.ADMIN:
        raise Forbidden(permission="companies.admin")


@get("/v1/me/companies")
async def list_my_companies(door: Door) -> Answered[BuysForPage]:
    """For which companies she buys."""
    customer_id = signed_in(door)

    async def ask(tx: Tx) -> BuysForPage:
        return await buys_for(tx, await identity.own_records(tx, id=customer_id))

    return await door.read(ask)


@get("/v1/me/invitations")
async def list_my_invitations(door: Door) -> Answered[InvitedPage]:
    """To which companies she is invited, at an address that she has shown to be hers."""
    customer_id = signed_in(door)

    async def ask(tx: Tx) -> InvitedPage:
        found = await api.invitations_to(tx, customer_id=customer_id)
        names = await api.briefs(tx, ids=[one.company_id for one in found])
        return InvitedPage(
            tuple(
                Invited(id=one.id, company_name=names[one.company_id].name, role=one.role, expires_at=one.expires_at)
                for one in found
            )
        )

    return await door.read(ask)


@post("/v1/me/invitations/{invitation_id:str}/accept", status_code=200)
async def accept(door: Door, invitation_id: InvitationId) -> Answered[BuysForPage]:
    """Join a company that has invited her. Answers with all that she buys for."""
    customer_id = signed_in(door)

    async def ask(tx: Tx) -> BuysForPage:
        await api.accept(tx, invitation_id=invitation_id, customer_id=customer_id, by=door.hand)
        return await buys_for(tx, await identity.own_records(tx, id=customer_id))

    return await door.write(ask)


@get("/v1/me/companies/{company_id:str}/buyers")
async def list_colleagues(door: Door, company_id: CompanyId) -> Answered[Buyers]:
    """Who else buys for her company, and who is invited; for its admins."""

    async def ask(tx: Tx) -> Buyers:
        await _admin(tx, door, company_id)
        return await all_buyers(tx, door, company_id)

    signed_in(door)
    return await door.read(ask)


@put("/v1/me/companies/{company_id:str}/buyers/{customer_id:str}", status_code=200)
async def put_colleague(
    door: Door, company_id: CompanyId, customer_id: CustomerId, data: BuyerEdit
) -> Answered[Buyers]:
    """Another role or other limits for a colleague; for admins of the company. Whoever is no colleague yet is invited."""
    signed_in(door)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> Buyers:
        await _admin(tx, door, company_id)
        await api.buyer(tx, company_id=company_id, customer_ids=[customer_id])
        await api.put_buyer(
            tx, company_id=company_id, customer_id=customer_id, role=data.role, limits=data.limits,
            currencies=currencies(directory), by=door.hand, keeps_admin=True,
        )  # fmt: skip
        return await all_buyers(tx, door, company_id)

    return await door.write(ask)


@delete("/v1/me/companies/{company_id:str}/buyers/{customer_id:str}", status_code=204)
async def drop_colleague(door: Door, company_id: CompanyId, customer_id: CustomerId) -> Answered[None]:
    """A colleague buys for the company no more; for its admins. Anybody may leave herself."""
    signed_in(door)

    async def ask(tx: Tx) -> None:
        if (await role_in(tx, door, company_id)).customer_id != customer_id:
            await _admin(tx, door, company_id)
        await api.drop_buyer(tx, company_id=company_id, customer_id=customer_id, by=door.hand, keeps_admin=True)

    return await door.write(ask, status=204)


@post("/v1/me/companies/{company_id:str}/invitations", status_code=201)
async def invite_colleague(door: Door, company_id: CompanyId, data: NewInvitation) -> Answered[InvitationView]:
    """Invite a colleague; for admins of the company."""
    signed_in(door)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> InvitationView:
        await _admin(tx, door, company_id)
        made, stopped = await api.invite(
            tx, company_id=company_id, email=data.email, role=data.role, limits=data.limits,
            currencies=currencies(directory), url=join_url(door), by=door.hand,
        )  # fmt: skip
        return invitation_view(made, stopped)

    return await door.write(ask, status=201)


@delete("/v1/me/companies/{company_id:str}/invitations/{invitation_id:str}", status_code=204)
async def uninvite_colleague(door: Door, company_id: CompanyId, invitation_id: InvitationId) -> Answered[None]:
    """An invitation is good no more; for admins of the company."""
    signed_in(door)

    async def ask(tx: Tx) -> None:
        await _admin(tx, door, company_id)
        await api.take_back(tx, company_id=company_id, invitation_id=invitation_id)

    return await door.write(ask, status=204)


routes: list[Any] = [
    list_my_companies, list_my_invitations, accept, list_colleagues, put_colleague, drop_colleague, invite_colleague,
    uninvite_colleague,
]  # fmt: skip

"""Households: for staff with who lives there, for her who lives there without the others' names."""

from typing import Any

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer
from litestar import delete, get, post, put
from litestar.openapi.datastructures import ResponseSpec

from portico.business.types import Address
from portico.companies import api
from portico.companies.http.whose import signed_in
from portico.companies.types import HouseholdId, InvitationOver
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.identity import api as identity
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import NotFound

_SALT = "portico.companies.household"
CODE_SECONDS, CODE_LENGTH_MAX = 3600, 300
NONE = {204: ResponseSpec(None, description="She is in no household.")}


class NewHousehold(msgspec.Struct, frozen=True):
    """The household that she lives in: one that there is, by its id, or a new one by name and address."""

    household_id: HouseholdId | None = None
    name: str = ""
    address: Address | None = None


class HouseholdEdit(msgspec.Struct, frozen=True):
    name: str
    address: Address | None
    expected: int


class MyHouseholdEdit(msgspec.Struct, frozen=True):
    name: str
    address: Address
    expected: int = 0


class JoinCode(msgspec.Struct, frozen=True):
    code: str


class MemberView(msgspec.Struct, frozen=True):
    customer: CustomerBrief
    by_herself: bool


class HouseholdView(msgspec.Struct, frozen=True, kw_only=True):
    id: HouseholdId
    name: str
    address: Address | None
    version: int
    members: tuple[MemberView, ...]


class MyHousehold(msgspec.Struct, frozen=True, kw_only=True):
    """As whoever lives there sees it. `code`: whoever lives there too joins with it, within an hour."""

    id: HouseholdId
    name: str
    address: Address | None
    version: int
    members: int
    code: str


async def _view(tx: Tx, door: Door, one: api.Living) -> HouseholdView:
    briefs = await customers.briefs(tx, ids=[each.customer_id for each in one.members])
    door.shows("household", list(briefs))
    return HouseholdView(
        id=one.household.id, name=one.household.name, address=one.household.address, version=one.household.version,
        members=tuple(
            MemberView(briefs[each.customer_id], each.by_herself) for each in one.members if each.customer_id in briefs
        ),
    )  # fmt: skip


def _codes(door: Door) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(door.platform.secret, salt=_SALT)


def _mine(door: Door, one: api.Living) -> MyHousehold:
    return MyHousehold(
        id=one.household.id, name=one.household.name, address=one.household.address, version=one.household.version,
        members=len(one.members), code=str(_codes(door).dumps(str(one.household.id))),
    )  # fmt: skip


async def _everybody(tx: Tx, customer_id: CustomerId) -> tuple[CustomerId, ...]:
    await customers.customer(tx, id=customer_id)
    return (await identity.members(tx, ids=[customer_id]))[customer_id]


@get("/v1/customers/{customer_id:str}/household", responses=NONE)
async def show_household(door: Door, customer_id: CustomerId) -> Answered[HouseholdView]:
    """The household somebody lives in, with who else does. Nothing (204) where she is in none. Needs `customers.read`."""
    door.principal.require("customers.read", at=door.principal.location_id)

    async def ask(tx: Tx) -> HouseholdView | None:
        found = await api.household_of(tx, records=await _everybody(tx, customer_id))
        return await _view(tx, door, found) if found else None

    return await door.read(ask)


@put("/v1/customers/{customer_id:str}/household", status_code=200)
async def join_household(door: Door, customer_id: CustomerId, data: NewHousehold) -> Answered[HouseholdView]:
    """Somebody says that she lives in a household, a new one or one that there is. Needs `customers.write`."""
    door.principal.require("customers.write", at=door.principal.location_id)

    async def ask(tx: Tx) -> HouseholdView:
        if data.household_id:
            made = await api.join(tx, id=data.household_id, customer_id=customer_id, by_herself=False, by=door.hand)
        else:
            made = await api.found_household(
                tx, name=data.name, address=data.address, customer_id=customer_id, by_herself=False, by=door.hand
            )
        return await _view(tx, door, made)

    return await door.write(ask)


@delete("/v1/customers/{customer_id:str}/household", status_code=204)
async def leave_household(door: Door, customer_id: CustomerId) -> Answered[None]:
    """Somebody lives there no more. Needs `customers.write`."""
    door.principal.require("customers.write", at=door.principal.location_id)

    async def ask(tx: Tx) -> None:
        await _leave(tx, door, await _everybody(tx, customer_id))

    return await door.write(ask, status=204)


async def _leave(tx: Tx, door: Door, records: tuple[CustomerId, ...]) -> None:
    found = await api.household_of(tx, records=records)
    if found is None:
        raise NotFound(what="household", id=str(records[0]))
    await api.leave(tx, id=found.household.id, records=records, by=door.hand)


@put("/v1/households/{household_id:str}", status_code=200)
async def put_household(door: Door, household_id: HouseholdId, data: HouseholdEdit) -> Answered[HouseholdView]:
    """Another name or address of a household. Needs `customers.write`."""
    door.principal.require("customers.write", at=door.principal.location_id)

    async def ask(tx: Tx) -> HouseholdView:
        made = await api.put_household(
            tx, id=household_id, name=data.name, address=data.address, expected=data.expected
        )
        return await _view(tx, door, made)

    return await door.write(ask)


@get("/v1/me/household", responses=NONE)
async def show_my_household(door: Door) -> Answered[MyHousehold]:
    """The household she lives in; nothing (204) where she has said of none."""
    customer_id = signed_in(door)

    async def ask(tx: Tx) -> MyHousehold | None:
        found = await api.household_of(tx, records=await identity.own_records(tx, id=customer_id))
        return _mine(door, found) if found else None

    return await door.read(ask)


@put("/v1/me/household", status_code=200)
async def put_my_household(door: Door, data: MyHouseholdEdit) -> Answered[MyHousehold]:
    """Say in which household she lives: a new one (`expected` 0), or another name or address of hers."""
    customer_id = signed_in(door)

    async def ask(tx: Tx) -> MyHousehold:
        found = await api.household_of(tx, records=await identity.own_records(tx, id=customer_id))
        if found:
            made = await api.put_household(
                tx, id=found.household.id, name=data.name, address=data.address, expected=data.expected
            )
        else:
            made = await api.found_household(
                tx, name=data.name, address=data.address, customer_id=customer_id, by_herself=True, by=door.hand
            )
        return _mine(door, made)

    return await door.write(ask, remember=False)


@post("/v1/me/household/join", status_code=200)
async def join_my_household(door: Door, data: JoinCode) -> Answered[MyHousehold]:
    """Say that she lives where somebody lives who has given her the household's code."""
    customer_id = signed_in(door)
    try:
        id = HouseholdId.parse(_codes(door).loads(data.code[:CODE_LENGTH_MAX], max_age=CODE_SECONDS))
    except (BadSignature, ValueError):
        raise InvitationOver() from None

    async def ask(tx: Tx) -> MyHousehold:
        return _mine(door, await api.join(tx, id=id, customer_id=customer_id, by_herself=True, by=door.hand))

    return await door.write(ask, remember=False)


@delete("/v1/me/household", status_code=204)
async def leave_my_household(door: Door) -> Answered[None]:
    """Say that she lives there no more."""
    customer_id = signed_in(door)

    async def ask(tx: Tx) -> None:
        await _leave(tx, door, await identity.own_records(tx, id=customer_id))

    return await door.write(ask, status=204)


routes: list[Any] = [
    show_household, join_household, leave_household, put_household, show_my_household, put_my_household,
    join_my_household, leave_my_household,
]  # fmt: skip

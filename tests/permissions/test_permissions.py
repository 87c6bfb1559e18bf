"""Each operation called as everybody who may not: denied, and nothing written."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from portico.business.roles import SCOPES
from portico.customers import api as customers
from portico.customers.types import NewCustomer
from portico.platform.auth import api as auth
from portico.platform.auth.types import Kind
from portico.platform.db import Database
from portico.platform.http.door import COOKIE_SHOPPER
from tests.conftest import Served
from tests.orders.test_orders_http import api_client, body
from tests.permissions.asking import Operation, known, operations, request
from tests.permissions.matrix import MATRIX, OPEN, OWN, OWN_TOO, PROVEN
from tests.world import World

# Who asks leaves a trace in these, whatever she is told: that she was there, and what a key was answered.
# What comes of asking at all; and what a durable reader writes down of customers who were entered before.
TRACES = (
    "platform.session", "platform.answer", "platform.login_code", "platform.login_address", "identity.profile", "identity.key",
    "segments.record", "segments.person", "segments.purchase", "segments.bought", "segments.worth", "segments.mix",
)  # fmt: skip
DENIED = frozenset({401, 403, 404})
# Nothing of anybody's is in these: an empty list, or what the asker herself has none of.
HARMLESS = frozenset({200, 204})


class Stage(msgspec.Struct):
    """A server with an order in it, and everybody who has nothing to do with that order."""

    url: str
    world: World
    things: dict
    database: Database


@pytest.fixture
async def stage(served: Served, world: World, database: Database) -> AsyncIterator[Stage]:
    async with served() as url, api_client(url, world) as staff:
        order = (await staff.post("/v1/orders", json=body(world))).json()
        while not (await staff.get("/v1/fulfillments")).json()["items"]:  # noqa: ASYNC110 - its work is opened a moment later
            await asyncio.sleep(0.05)
        yield Stage(url, world, known(world, order), database)


def gated() -> list[Operation]:
    return [one for one in operations() if MATRIX[one.name] not in (OPEN, OWN, PROVEN)]


def test_every_operation_says_who_may_call_it() -> None:
    assert MATRIX.keys() == {one.name for one in operations()}
    needed = [one for one in MATRIX.values() if one not in (OPEN, OWN, PROVEN)]
    assert {each for one in needed for each in one.split(" | ")} <= SCOPES
    assert MATRIX.keys() >= OWN_TOO


async def rows(database: Database) -> dict[str, int]:
    """How many rows each table of ours has."""
    async with database.pool.acquire() as connection:
        tables = await connection.fetch(
            "select table_schema || '.' || table_name from information_schema.tables where table_type = 'BASE TABLE'"
            " and table_schema not in ('pg_catalog', 'information_schema', 'public')"
        )
        names = [one for (one,) in tables if one not in TRACES]
        return {name: await connection.fetchval(f"select count(*) from {_quoted(name)}") for name in names}


def _quoted(name: str) -> str:
    schema, _, table = name.partition(".")
    return f'"{schema}"."{table}"'


async def test_staff_need_the_very_permission_and_all_others_do_not_help(stage: Stage) -> None:
    wrong: list[str] = []
    before = await rows(stage.database)
    for permission in sorted({MATRIX[one.name] for one in gated()}):
        async with stage.database.transaction() as tx:
            _, token = await auth.add_token(
                tx, name="all but one", scopes=sorted(SCOPES.difference(permission.split(" | ")))
            )
        before = await rows(stage.database)
        async with httpx.AsyncClient(
            base_url=stage.url, headers={"Authorization": f"Bearer {token}"}, timeout=20
        ) as client:
            for one in gated():
                if MATRIX[one.name] != permission:
                    continue
                answer = await client.request(**request(one, stage.things))
                told = answer.json()
                if (answer.status_code, told.get("permission")) != (403, permission.split(" | ")[0]):
                    wrong.append(f"{one.name}: {answer.status_code} {told.get('code')} {told.get('permission')}")
        if (after := await rows(stage.database)) != before:
            wrong.append(f"{permission}: rows were written: {_more(before, after)}")
    assert not wrong, "\n".join(wrong)


def _more(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


async def cookies_of(stage: Stage, who: str) -> dict[str, str]:
    """A session of somebody: nobody, a guest, a customer who has nothing here."""
    if who == "nobody":
        return {}
    async with stage.database.transaction() as tx:
        if who == "guest":
            opened = await auth.open_session(tx, kind=Kind.GUEST, subject_id=stage.world.by.channel_id, name="")  # type: ignore[arg-type]
        else:
            made = await customers.create(tx, new=NewCustomer(given_name="Nadia"), by=stage.world.by)
            opened = await auth.open_session(tx, kind=Kind.CUSTOMER, subject_id=made.id.uuid, name="Nadia")
    return {COOKIE_SHOPPER: opened.token}


@pytest.mark.parametrize("who", ["nobody", "guest", "customer"])
async def test_a_stranger_is_denied_everything_that_is_not_hers(stage: Stage, who: str) -> None:
    cookies = await cookies_of(stage, who)
    before = await rows(stage.database)
    wrong = []
    async with httpx.AsyncClient(base_url=stage.url, cookies=cookies, timeout=20) as client:
        for one in operations():
            if MATRIX[one.name] in (OPEN, PROVEN):
                continue
            answer = await client.request(**request(one, stage.things))
            fine = answer.status_code in DENIED
            if one.name in OWN_TOO and who != "nobody":
                fine |= answer.status_code in (422, 409) or _of_nobody(answer)
            if MATRIX[one.name] == OWN:
                fine |= answer.status_code == 422
            if not fine:
                wrong.append(f"{one.name}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert _more(before, await rows(stage.database)) == {}


def _of_nobody(answer: httpx.Response) -> bool:
    """A list of her own with nothing in it, or nothing at all."""
    return answer.status_code in HARMLESS and not (answer.content and answer.json().get("items"))


async def test_who_may_is_not_denied(stage: Stage) -> None:
    """The control: with every permission, none of these is refused for lack of one; the test above can fail."""
    async with api_client(stage.url, stage.world) as staff:
        reads = [one for one in gated() if one.method == "GET"]
        denied = [
            one.name for one in reads if (await staff.request(**request(one, stage.things))).status_code in (401, 403)
        ]
    assert len(reads) > 30
    tills = {one.name for one in reads if MATRIX[one.name] == "till.use"}  # a token is no till
    assert set(denied) <= tills

"""A stock file over HTTP: every row applied or told, once, by whom may change those places."""

import asyncio

import httpx
import pytest

from portico.app import verification
from portico.integrations.shops import http as files
from portico.platform.auth import api as auth
from portico.platform.db import Database, Query
from tests.conftest import Served
from tests.integrations.test_stock_file import on_hand
from tests.inventory.test_holds_http import client
from tests.world import ON_HAND, World

FEEDS = Query(int, "select count(*) from inventory.feed")
HANDS = Query(str, "select distinct actor from inventory.movement where reason = 'fed'")


async def send(
    http: httpx.AsyncClient, *rows: str, header: str = "sku,location,quantity", **query: str
) -> httpx.Response:
    text = "\n".join([header, *rows, ""])
    return await http.post("/v1/stock/files", params=query, content=text, headers={"content-type": "text/csv"})


async def feeds(database: Database) -> int:
    async with database.read() as tx:
        return await tx.one(FEEDS)


async def test_a_file_is_applied_and_told_row_by_row(served: Served, world: World, database: Database) -> None:
    async with served() as url, client(url, world.token) as http:
        rows = ("LAMP-1,S1,7", f"CUP-1,S1,{ON_HAND}", "NOBODY-1,S1,3", "MUG-1,S1,many", "MUG-1,NOWHERE,1")
        answer = await send(http, *rows)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["read"], told["changed"], told["unchanged"], told["rejected"]) == (5, 1, 1, 3)
        assert {(one["row"], one["reason"]) for one in told["rejects"]} == {
            (4, "unknown_sku"), (5, "bad_quantity"), (6, "unknown_location"),
        }  # fmt: skip
        assert told["reasons"] == {"unknown_sku": 1, "bad_quantity": 1, "unknown_location": 1}
        again = (await send(http, *rows)).json()
        assert (again["changed"], again["unchanged"], again["rejected"]) == (0, 2, 3)
        delta = (await send(http, "LAMP-1,S1,-2", mode="delta")).json()
        assert delta["changed"] == 1
    assert await on_hand(database, world) == 5
    async with database.read() as tx:
        (hand,) = await tx.all(HANDS)
    assert hand.startswith("client:")
    assert await verification.differences(database) == []


@pytest.mark.parametrize(
    ("content", "query", "status", "code"),
    [
        (b"", {}, 422, "imports.empty_file"),
        (b"sku,location\nLAMP-1,S1\n", {}, 422, "imports.missing_columns"),
        (b"sku,location,quantity\nLAMP-1,S1,1\nLAMP\xff,S1,1\n", {}, 422, "imports.wrong_encoding"),
        (b"PK\x03\x04zip", {}, 422, "imports.not_a_table"),
        (b"sku,location,quantity\nLAMP-1,S1,1\n", {"mode": "both"}, 422, "invalid"),
        (b"sku,location,quantity\nLAMP-1,S1,1\n", {"name": "../../etc/passwd"}, 422, "invalid"),
    ],
)
async def test_what_is_no_stock_file_changes_nothing(
    served: Served, world: World, database: Database, content: bytes, query: dict[str, str], status: int, code: str
) -> None:
    async with served() as url, client(url, world.token) as http:
        answer = await http.post("/v1/stock/files", params=query, content=content)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await on_hand(database, world) == ON_HAND
    assert await feeds(database) == 0


async def test_who_may_change_one_place_changes_that_alone(served: Served, world: World, database: Database) -> None:
    async with database.transaction() as tx:
        _, token = await auth.add_token(tx, name="ERP", scopes=["inventory.adjust"], location_id=world.store.uuid)
        _, reader = await auth.add_token(tx, name="ERP", scopes=["inventory.read"])
    async with served() as url, client(url, token) as http, client(url, reader) as reading:
        async with httpx.AsyncClient(base_url=url) as stranger:
            assert (await send(stranger, "LAMP-1,S1,7")).status_code == 401
        assert (await send(reading, "LAMP-1,S1,7")).status_code == 403
        both = await send(http, "LAMP-1,S1,7", "LAMP-1,S2,7")
        assert (both.status_code, both.json()["code"]) == (403, "auth.forbidden")
        assert (await on_hand(database, world), await feeds(database)) == (ON_HAND, 0)
        assert (await send(http, "LAMP-1,S1,7")).status_code == 200
    assert await on_hand(database, world) == 7


async def test_a_file_that_is_too_long_is_turned_away(served: Served, world: World, database: Database) -> None:
    async with served() as url:
        host, _, port = url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = (
            f"POST /v1/stock/files HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {world.token}\r\n"
            f"content-length: {files.BYTES_MAX + 1}\r\nconnection: close\r\n\r\n"
        )
        writer.write(head.encode() + b"sku,location,quantity\n")
        async with asyncio.timeout(10):
            status = await reader.readline()
        writer.close()
        assert b" 413 " in status
    assert await feeds(database) == 0

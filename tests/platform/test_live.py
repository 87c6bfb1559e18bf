"""The live stream over real HTTP: what arrives, how soon, to whom; between processes; and when a notice is lost."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.bookings.world import at, put
from tests.conftest import free_port
from tests.inventory.test_stockroom_http import in_office
from tests.world import World

from portico.carts import api as carts
from portico.carts.types import CartId, Edit
from portico.orders.types import OrderId
from portico.platform import live
from portico.platform.db import Database, connect

SLOWEST_SECONDS = 0.1  # from the commit to the listener, in one process
POLLED_SECONDS = live.POLL_SECONDS + 0.5


class Stream:
    """A listener: the events of one stream, one by one."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[tuple[str, dict]] = asyncio.Queue()

    async def read(self, lines: AsyncIterator[str]) -> None:
        kind = ""
        async for line in lines:
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                self._events.put_nowait((kind, msgspec.json.decode(value)))

    async def next(self, *, within_seconds: float = 10) -> tuple[str, dict]:
        async with asyncio.timeout(within_seconds):
            return await self._events.get()

    async def silent(self, *, for_seconds: float = 0.8) -> bool:
        try:
            await self.next(within_seconds=for_seconds)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def listening(http: httpx.AsyncClient, *topics: str) -> AsyncIterator[Stream]:
    async with http.stream("GET", "/v1/live", params={"topics": ",".join(topics)}) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = Stream()
        reading = asyncio.create_task(stream.read(answer.aiter_lines()))
        try:
            assert await stream.next() == ("ready", {})
            yield stream
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def cart_of(http: httpx.AsyncClient) -> str:
    return (await http.post("/v1/carts", json={})).json()["id"]


async def add(http: httpx.AsyncClient, world: World, cart: str) -> int:
    """The cart's version after it."""
    answer = await http.post(
        f"/v1/carts/{cart}/lines", json={"variant_id": str(world.variants["MUG-1"]), "quantity": 1}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["version"]


def another(http: httpx.AsyncClient) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=http.base_url, headers={"Portico-Channel": "web"}, timeout=20)


async def until(stream: Stream, version: int) -> dict:
    """The fact that made its subject's version what it is now."""
    while True:
        _, fact = await stream.next()
        if fact.get("version") == version:
            return fact


async def test_a_change_arrives_at_once(http: httpx.AsyncClient, world: World) -> None:
    cart = await cart_of(http)
    waits = []
    async with listening(http, cart) as stream:
        for _ in range(20):
            version = await add(http, world, cart)
            began = time.perf_counter()
            fact = await until(stream, version)
            waits.append(time.perf_counter() - began)
            assert (fact["type"], fact["subject"], fact["actor"]) == ("carts.changed.v1", cart, "guest")
            assert fact["channel"] == str(world.channels["web"].uuid)
    waits.sort()
    print(f"from the answer to the listener: median {waits[10] * 1000:.1f} ms, slowest {waits[-1] * 1000:.1f} ms")
    assert waits[10] < SLOWEST_SECONDS


async def test_only_topics_that_are_ones_own_are_heard(http: httpx.AsyncClient, world: World) -> None:
    async with another(http) as neighbour:
        mine, hers = await cart_of(http), await cart_of(neighbour)
        async with listening(http, mine, hers, "orders", "stock") as stream:
            await add(neighbour, world, hers)
            fact = await until(stream, await add(http, world, mine))
            assert fact["subject"] == mine
            assert await stream.silent()
        refused = await http.get("/v1/live", params={"topics": hers})
        assert refused.status_code in (401, 403) and refused.json()["code"].startswith("auth.")


@pytest.mark.parametrize("topics", ["", ",,", ",".join(f"t{i}" for i in range(live.TOPICS_MAX + 1))])
async def test_too_few_or_too_many_topics_are_refused(http: httpx.AsyncClient, topics: str) -> None:
    answer = await http.get("/v1/live", params={"topics": topics})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_slow_listener_is_told_to_start_over(
    http: httpx.AsyncClient, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More facts at once than its queue holds: it hears `ready` again instead, and then what comes after."""
    monkeypatch.setattr(live, "QUEUE_MAX", 3)
    cart = await cart_of(http)
    async with listening(http, cart) as stream:
        async with database.transaction() as tx:
            for _ in range(10):
                one = Edit(cart_id=CartId.parse(cart), by=world.by, variant_id=world.variants["MUG-1"])
                await carts.edit(tx, edit=one)
        kinds = [(await stream.next())[0]]
        while kinds[-1] == "fact" and len(kinds) < 10:
            kinds.append((await stream.next())[0])
        assert "ready" in kinds and len(kinds) < 10


async def test_whoever_reconnects_is_ready_and_hears_on(http: httpx.AsyncClient, world: World) -> None:
    cart = await cart_of(http)
    async with listening(http, cart) as stream:
        await add(http, world, cart)
        await stream.next()
    missed = await add(http, world, cart)  # nobody listens: what she missed she refetches
    async with listening(http, cart) as stream:
        version = await add(http, world, cart)
        assert (await until(stream, version))["subject"] == cart
    assert version == missed + 1


async def test_two_listeners_hear_the_same(http: httpx.AsyncClient, world: World) -> None:
    """From then on; what happened just before they came may reach the one and not the other."""
    cart = await cart_of(http)
    async with listening(http, cart) as one, listening(http, cart) as other:
        version = await add(http, world, cart)
        heard = [await until(stream, version) for stream in (one, other)]
        assert heard[0] == heard[1] and heard[0]["subject"] == cart


async def test_a_change_without_any_notice_is_found_by_looking(
    http: httpx.AsyncClient, world: World, database_url: str
) -> None:
    """A writer that tells nobody, as one whose NOTIFY was lost: delayed, never lost."""
    cart = await cart_of(http)
    async with connect(database_url, connections_max=2) as silent, listening(http, cart) as stream:
        async with silent.transaction() as tx:
            edit = Edit(cart_id=CartId.parse(cart), by=world.by, variant_id=world.variants["MUG-1"])
            changed = await carts.edit(tx, edit=edit)
        began = time.perf_counter()
        await until(stream, changed.head.version)
        assert time.perf_counter() - began < POLLED_SECONDS


@asynccontextmanager
async def other_process(database_url: str, data: Path) -> AsyncIterator[str]:
    """`portico serve` as a process of its own, on the same database."""
    port = free_port()
    settings = {
        "PORTICO_DATABASE_URL": database_url, "PORTICO_DATA": str(data), "PORTICO_PORT": str(port),
        "PORTICO_REQUESTS_PER_MINUTE": "0", "PORTICO_SIGN_INS_PER_MINUTE": "0",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "portico", "serve", "--no-worker", env={**os.environ, **settings},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient() as http, asyncio.timeout(60):
            while True:
                try:
                    if (await http.get(f"{address}/readyz")).status_code == 200:
                        break
                except httpx.TransportError:
                    assert process.returncode is None
                await asyncio.sleep(0.1)
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 20)


async def test_a_change_in_one_process_is_shown_by_another(
    http: httpx.AsyncClient, world: World, database_url: str, tmp_path: Path
) -> None:
    """By NOTIFY: sooner, in the middle, than looking by itself would find it."""
    cart = await cart_of(http)
    async with other_process(database_url, tmp_path) as address, another(http) as there:
        there.base_url = httpx.URL(address)
        there.cookies.update(http.cookies)
        waits = []
        async with listening(there, cart) as stream:
            for _ in range(9):
                await asyncio.sleep(0.07)  # spread over the period of looking
                version = await add(http, world, cart)
                began = time.perf_counter()
                await until(stream, version)
                waits.append(time.perf_counter() - began)
    waits.sort()
    print(f"from one process to another: median {waits[4] * 1000:.1f} ms, slowest {waits[-1] * 1000:.1f} ms")
    assert waits[4] < live.POLL_SECONDS / 4


async def test_whoever_looks_at_an_item_does_not_learn_who_buys_it(http: httpx.AsyncClient, world: World) -> None:
    item = str(world.variants["MUG-1"])
    async with another(http) as buyer, listening(http, item) as stream:
        buyer.headers["Authorization"] = f"Bearer {world.token}"
        line = {"variant_id": item, "quantity": 1, "location_id": str(world.store), "method": "collect"}
        order = (await buyer.post("/v1/orders", json={"lines": [line], "payment_term": "on_collection"})).json()
        _, fact = await stream.next()
    assert (fact["type"], fact["topics"]) == ("inventory.allocated.v1", [item])
    assert not {"subject", "actor", "channel"} & fact.keys()
    assert order["id"] not in str(fact)


async def test_what_is_booked_is_heard_by_who_may_read_it(
    http: httpx.AsyncClient, url: str, world: World, database: Database
) -> None:
    one = await put(database, world)
    refused = await http.get("/v1/live", params={"topics": str(one.id)})
    assert refused.status_code in (401, 403)
    async with in_office(url) as office, listening(office, str(one.id), "bookings") as stream:
        new = {
            "resource_id": str(one.id), "starts_at": at(10).isoformat(), "ends_before": at(11).isoformat(),
            "holder": str(OrderId.new()),
        }  # fmt: skip
        assert (await office.post("/v1/bookings", json=new)).status_code == 201
        _, fact = await stream.next()
        assert fact["type"].startswith("bookings.booked")

"""kill -9 of application and database under load, answers lost on the way: what was acknowledged is there, once, and paid once.

The client writes down what it was told, and sends again, with the same key, whatever it was not told the end of.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from portico.app import runtime, verification
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.platform import postgres
from portico.platform.db import Database, connect
from portico.platform.postgres.processes import alive, working_in
from tests.conftest import free_port
from tests.payments import stripe_server
from tests.payments.stripe_server import StripeServer, Wire
from tests.world import PIN, SKUS, World, build_world

BUYERS, EACH, PLENTY = 6, 5, 1000
PATIENCE_SECONDS = 120


class Told(msgspec.Struct):
    """What clients were told: order ids by the name of the purchase, in cash and by card."""

    cash: dict[str, str] = {}
    card: dict[str, str] = {}
    sent_again: int = 0


class App:
    """The application in a process of its own, behind a wire that loses answers."""

    def __init__(self, home: Path, dsn: str, stripe: StripeServer) -> None:
        self._port = free_port()
        self.wire = Wire(free_port(), self._port)
        self._environment = {
            **os.environ, "PORTICO_DATA": str(home), "PORTICO_DATABASE_URL": dsn, "PORTICO_STRIPE_KEY": stripe_server.KEY,
            "PORTICO_STRIPE_URL": stripe.url, "PORTICO_REQUESTS_PER_MINUTE": "0", "PORTICO_SIGN_INS_PER_MINUTE": "0",
            "PORTICO_LOG_LEVEL": "error",
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: ASYNC220 - it starts at once
            [sys.executable, "-m", "portico", "serve", "--port", str(self._port)], env=self._environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        async with httpx.AsyncClient() as client:
            for _ in range(900):
                try:
                    if (await client.get(f"http://127.0.0.1:{self._port}/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError("it did not come up")

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Client:
    """Sends until it is told the end. `same_key` False is the control: each try is a new request to the server."""

    def __init__(self, url: str, told: Told, *, same_key: bool) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=20)
        self._told, self._same_key = told, same_key

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    async def send(self, method: str, path: str, name: str, channel: str, body: object) -> dict:
        for number in range(600):
            key = name if self._same_key else f"{name} {number}"
            try:
                answer = await self._http.request(
                    method, path, json=body, headers={"Idempotency-Key": key, "Portico-Channel": channel}
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code < 300:
                return answer.json()
            if answer is not None and answer.status_code < 500 and not _not_final(answer):
                raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
            self._told.sent_again += 1
            await asyncio.sleep(0.2)
        raise AssertionError(f"{path} was never answered")

    async def buy_in_cash(self, world: World, name: str) -> None:
        lines = [{"variant_id": str(world.variants["MUG-1"]), "quantity": 1, "location_id": str(world.store)}]
        order = await self.send(
            "POST", "/v1/orders", name, "pos", {"lines": lines, "cash": {"tendered": SKUS["MUG-1"]}}
        )
        self._told.cash[name] = order["id"]

    async def buy_by_card(self, world: World, stripe: StripeServer, name: str) -> None:
        cart = await self.send("POST", "/v1/carts", f"{name} cart", "web", {})
        line = {"variant_id": str(world.variants["CUP-1"]), "quantity": 1}
        cart = await self.send("POST", f"/v1/carts/{cart['id']}/lines", f"{name} line", "web", line)
        checkout = await self.send("POST", "/v1/checkouts", f"{name} checkout", "web", {"cart_id": cart["id"]})
        path = f"/v1/checkouts/{checkout['id']}"
        choice = {"line_id": cart["lines"][0]["id"], "method": "collect", "location_id": str(world.store)}
        buyer = {"given_name": "L", "family_name": "P", "email": "l@example.com", "phone": ""}
        await self.send(
            "PATCH", path, f"{name} ready", "web", {"fulfillment": [choice], "payment": {"term": "now"}, "buyer": buyer}
        )
        instrument = {"handler": "stripe", "credential": await stripe.card()}
        order = await self.send("POST", f"{path}/complete", f"{name} paid", "web", {"instruments": [instrument]})
        self._told.card[name] = order["id"]


def _not_final(answer: httpx.Response) -> bool:
    return answer.json().get("code") in ("payments.in_progress", "checkout.busy")


@asynccontextmanager
async def embedded(home: Path) -> AsyncIterator[str]:
    """A PostgreSQL of the test's own, which it may kill."""
    server = postgres.running(
        data_dir=home, choice=postgres.Choice(os.environ.get("PORTICO_TEST_PG") or "auto"), join=True
    )
    found = await asyncio.to_thread(server.__enter__)
    try:
        yield found.dsn
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


def kill_database(home: Path) -> None:
    """The postmaster first, so that no part of it can tidy up after another."""
    first = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    for process in sorted(working_in(home / "postgres"), key=lambda each: each.pid != first):
        if alive(process):
            os.kill(process.pid, signal.SIGKILL)


async def stocked(dsn: str) -> World:
    async with connect(dsn, connections_max=2) as database:
        world = await build_world(database)
        async with database.transaction() as tx:
            await inventory.adjust(
                tx,
                adjustments=[
                    Adjustment(
                        variant_id=world.variants[sku], location_id=world.store, quantity=PLENTY, reason=Reason.RECEIVED,
                        reference="", by=world.by, occurred_at=tx.now,
                    )
                    for sku in ("MUG-1", "CUP-1")
                ],
            )  # fmt: skip
    return world


async def buy(url: str, world: World, stripe: StripeServer, told: Told, buyer: int, *, same_key: bool) -> None:
    async with Client(url, told, same_key=same_key) as client:
        if buyer % 2 == 0:
            await client.send(
                "POST", "/v1/auth/staff/pin", "in", "pos",
                {"till_code": "T1", "staff_number": "1000", "pin": PIN},
            )  # fmt: skip
        for number in range(EACH):
            name = f"{buyer} {number}"
            if buyer % 2 == 0:
                await client.buy_in_cash(world, name)
            else:
                await client.buy_by_card(world, stripe, name)


async def counted(database: Database, statement: str) -> int:
    async with database.pool.acquire() as connection:
        return int(await connection.fetchval(statement))


@pytest.fixture
async def stripe() -> AsyncIterator[StripeServer]:
    async with stripe_server.running() as server:
        yield server


async def test_killed_again_and_again_nothing_acknowledged_is_lost_or_doubled(
    tmp_path: Path, stripe: StripeServer
) -> None:
    home, told, draw = tmp_path / "data", Told(), random.Random(1)
    async with embedded(home) as dsn:
        await runtime.prepare(dsn)
        world = await stocked(dsn)
        app = App(tmp_path / "app", dsn, stripe)
        await app.wire.up()
        await app.start()
        app.wire.loses = lambda request: b"POST" in request and draw.random() < 0.1
        stripe.wire.loses = lambda request: b"POST /v1/payment_intents" in request and draw.random() < 0.1
        try:
            buying = [
                asyncio.create_task(buy(app.wire.url, world, stripe, told, i, same_key=True)) for i in range(BUYERS)
            ]
            for bad in ("app", "database", "app"):
                await asyncio.sleep(1.5)
                if bad == "app":
                    app.kill()
                    await app.start()
                else:
                    kill_database(home)
            await asyncio.wait_for(asyncio.gather(*buying), PATIENCE_SECONDS)
        finally:
            app.wire.loses = stripe.wire.loses = lambda request: False
            for task in buying:
                task.cancel()
            app.kill()
            await app.wire.down()
        assert told.sent_again > 0
        async with connect(dsn, connections_max=2) as database:
            assert len(told.cash) + len(told.card) == BUYERS * EACH
            assert await counted(database, 'select count(*) from orders."order"') == BUYERS * EACH
            async with database.pool.acquire() as connection:
                stored = {f"ord_{one.hex}" for (one,) in await connection.fetch('select id from orders."order"')}
            assert stored == {*told.cash.values(), *told.card.values()}
            assert await verification.differences(database) == []
    charged = [
        one["amount"]
        for one in await stripe.all("payment_intents")
        if one["status"] in ("requires_capture", "succeeded")
    ]
    assert charged == [SKUS["CUP-1"]] * len(told.card)


async def test_without_their_keys_orders_are_doubled(tmp_path: Path, stripe: StripeServer) -> None:
    """The control: who sends again as if it were new buys again what was bought, only not told of."""
    told, draw = Told(), random.Random(1)
    async with embedded(tmp_path / "data") as dsn:
        await runtime.prepare(dsn)
        world = await stocked(dsn)
        app = App(tmp_path / "app", dsn, stripe)
        await app.wire.up()
        await app.start()
        try:
            await buy(app.wire.url, world, stripe, Told(), 0, same_key=False)
            app.wire.loses = lambda request: b"POST /v1/orders" in request and draw.random() < 0.5
            for buyer in (2, 4):
                await buy(app.wire.url, world, stripe, told, buyer, same_key=False)
        finally:
            app.kill()
            await app.wire.down()
        async with connect(dsn, connections_max=2) as database:
            assert await counted(database, 'select count(*) from orders."order"') > 3 * EACH

"""The rush: 200 buyers on 50 units, in three forms, as `tests/test_rush.py` has them. Sold must be exactly 50."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from portico.catalog.types import VariantId
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.lab.bench import load, report, serving
from portico.lab.bench.shop import BenchShop
from portico.platform.db import connect
from portico.platform.events import Hand

BUYERS, UNITS, AT_A_TIME = 200, 50, 8
CASH: dict[str, Any] = {"cash": {"tendered": 1_000_000}}
BY = Hand(actor="system:bench", actor_name="Bench")


async def rows(url: str, folder: Path, shop: BenchShop, say: Callable[[str], None]) -> list[report.Row]:
    found = []
    async with serving.server(url, folder) as (port, _):
        for i, (name, form) in enumerate(FORMS.items()):
            item = shop.variants[i]
            await _leave(url, shop, item)
            till = _Till(port, shop, item)
            began = time.perf_counter()
            answers = await form(till)
            took = time.perf_counter() - began
            sold = sum(status == 201 for status, _ in answers)
            odd = [body for status, body in answers if status != 201 and b"inventory.out_of_stock" not in body]
            if odd:
                raise RuntimeError(f"neither sold nor sold out: {odd[0]!r}")
            say(f"rush, {name}: {sold} sold in {took:.2f} s")
            found.append(
                report.Row(f"D {BUYERS} buyers, {UNITS} units, {name}: sold", sold, "orders", UNITS, round(1 - abs(sold - UNITS) / UNITS, 3), 1.0)
            )  # fmt: skip
    return found


async def _leave(url: str, shop: BenchShop, item: VariantId) -> None:
    """So many units of it on the shelf, and no more."""
    async with connect(url, connections_max=1) as database, database.transaction() as tx:
        (level,) = await inventory.levels(tx, variant_ids=[item], location_ids=[shop.store])
        await inventory.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=item, location_id=shop.store, quantity=UNITS - level.available, reason=Reason.CORRECTION,
                    reference="bench", by=BY, occurred_at=tx.now,
                )
            ],
        )  # fmt: skip


Answered = tuple[int, bytes]


class _Till:
    """What a cashier's page sends to sell one of an item."""

    def __init__(self, port: int, shop: BenchShop, item: VariantId) -> None:
        self._port, self._item, self._store = port, str(item), str(shop.store)
        self._head = (
            f"Host: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nConnection: close\r\nPortico-Channel: pos\r\n"
            f"Cookie: portico_staff={shop.sessions[0]}\r\n"
        )

    async def send(self, method: str, path: str, body: dict[str, Any]) -> Answered:
        text = msgspec.json.encode(body)
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Idempotency-Key: {uuid4().hex}\r\n"
        return await load.ask("127.0.0.1", self._port, f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text)

    async def fill(self) -> str:
        """A basket with one, ready to be paid; the checkout's id."""
        cart = await self._made("POST", "/v1/carts", {})
        cart = await self._made("POST", f"/v1/carts/{cart['id']}/lines", {"variant_id": self._item})
        checkout = await self._made("POST", "/v1/checkouts", {"cart_id": cart["id"]})
        choice = {"line_id": cart["lines"][0]["id"], "method": "carry_out", "location_id": self._store}
        await self._made("PATCH", f"/v1/checkouts/{checkout['id']}", {"fulfillment": [choice]})
        return str(checkout["id"])

    async def _made(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        status, answer = await self.send(method, path, body)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {status} {answer!r}")
        return msgspec.json.decode(answer, type=dict[str, Any])

    async def pay(self, checkout_id: str) -> Answered:
        return await self.send("POST", f"/v1/checkouts/{checkout_id}/complete", CASH)

    async def buy(self) -> Answered:
        return await self.pay(await self.fill())

    async def buy_at_once(self) -> Answered:
        line = {"variant_id": self._item, "location_id": self._store, "method": "carry_out"}
        return await self.send("POST", "/v1/purchases", {"lines": [line], **CASH})


async def _whole_purchases(till: _Till) -> list[Answered]:
    return await asyncio.gather(*(till.buy() for _ in range(BUYERS)))


async def _ready_baskets(till: _Till) -> list[Answered]:
    ready = await asyncio.gather(*(till.fill() for _ in range(BUYERS)))
    return await asyncio.gather(*(till.pay(one) for one in ready))


async def _few_at_a_time(till: _Till) -> list[Answered]:
    turn = asyncio.Semaphore(AT_A_TIME)

    async def buy() -> Answered:
        async with turn:
            return await till.buy()

    return await asyncio.gather(*(buy() for _ in range(BUYERS)))


async def _in_one_call(till: _Till) -> list[Answered]:
    return await asyncio.gather(*(till.buy_at_once() for _ in range(BUYERS)))


FORMS = {
    "whole purchases at once": _whole_purchases,
    "ready baskets paid at once": _ready_baskets,
    f"{AT_A_TIME} at a time": _few_at_a_time,
    "in one call": _in_one_call,
}

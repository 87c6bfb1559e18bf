"""Stock over HTTP: state by state, many corrections at once, variants by id, movements by reason."""

from typing import Any

import httpx
import pytest
from tests.conftest import Served
from tests.inventory.test_stockroom_http import at_till, in_office
from tests.world import ON_HAND, World

from portico.app import verification
from portico.inventory import api as inventory
from portico.inventory.types import Cause, Move, Spot, State, Want, WantLine
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing.types import LineItemId


async def row(client: httpx.AsyncClient, world: World, sku: str = "LAMP-1") -> dict[str, Any]:
    """The stock of a variant at the store."""
    page = (await client.get("/v1/stock", params={"q": sku, "location": str(world.store)})).json()
    (found,) = [one for one in page["items"] if one["variant"]["sku"] == sku]
    (cell,) = found["locations"]
    return cell  # type: ignore[no-any-return]


def change(world: World, sku: str, quantity: int, **more: Any) -> dict[str, Any]:
    named = {"variant_id": str(world.variants[sku]), "location_id": str(world.store), "reason": "correction"}
    return named | {"quantity": quantity} | more


async def test_stock_is_told_state_by_state(served: Served, world: World, database: Database) -> None:
    async with database.transaction() as tx:
        await inventory.move(
            tx,
            moves=[
                Move(
                    variant_id=world.variants["LAMP-1"], quantity=many, source=Spot(world.store),
                    target=Spot(world.store, state), reason=Cause.INSPECTED, reference="r", by=world.by, occurred_at=tx.now,
                )
                for many, state in ((1, State.PICKED), (2, State.IN_TRANSIT), (3, State.TO_INSPECT), (4, State.DAMAGED))
            ],
        )  # fmt: skip
    async with served() as url, in_office(url) as office:
        cell = await row(office, world)
        untouched = await row(office, world, "MUG-1")
    states = ("on_hand", "available", "reserved", "picked", "in_transit", "to_inspect", "damaged")
    assert [cell[one] for one in states] == [ON_HAND - 10, ON_HAND - 10, 0, 1, 2, 3, 4]
    assert [untouched[one] for one in states] == [ON_HAND, ON_HAND, 0, 0, 0, 0, 0]


async def test_each_of_many_corrections_has_its_answer(served: Served, world: World, database: Database) -> None:
    line = WantLine(LineItemId.new(), world.variants["MUG-1"], world.store, 7, take=False)
    async with database.transaction() as tx:
        await inventory.allocate(
            tx, wants=[Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now())]
        )
    wanted = [
        change(world, "LAMP-1", -3), change(world, "MUG-1", -(ON_HAND - 6)), change(world, "MUG-1", 5), change(world, "LAMP-1", 1),
    ]  # fmt: skip
    async with served() as url, in_office(url) as office:
        told = await office.post("/v1/stock/adjustments/batch", json={"adjustments": wanted})
        assert told.status_code == 200, told.text
        answers = [(one["refused"], one["on_hand"], one["available"]) for one in told.json()["items"]]
        assert answers == [
            (False, ON_HAND - 3, ON_HAND - 3), (True, ON_HAND, ON_HAND - 7), (False, ON_HAND + 5, ON_HAND - 2),
            (False, ON_HAND - 2, ON_HAND - 2),
        ]  # fmt: skip
        assert (await row(office, world))["on_hand"] == ON_HAND - 2
        assert (await row(office, world, "MUG-1"))["on_hand"] == ON_HAND + 5
    assert await verification.differences(database) == []


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"quantity": 0}, "invalid"),
        ({"quantity": 10**10}, "invalid"),
        ({"quantity": 1.5}, "invalid"),
        ({"variant_id": "var_" + "0" * 32}, "invalid"),
        ({"location_id": "loc_" + "0" * 32}, "not_found"),
        ({"reason": "because"}, "invalid"),
    ],
)
async def test_one_that_cannot_be_refuses_all(served: Served, world: World, spoilt: dict[str, Any], code: str) -> None:
    wanted = [change(world, "LAMP-1", 1), change(world, "MUG-1", 1) | spoilt]
    async with served() as url, in_office(url) as office:
        refused = await office.post("/v1/stock/adjustments/batch", json={"adjustments": wanted})
        assert (refused.status_code >= 400, refused.json()["code"]) == (True, code), refused.text
        for many in ([], [change(world, "LAMP-1", 1)] * 1_001):
            bounded = await office.post("/v1/stock/adjustments/batch", json={"adjustments": many})
            assert (bounded.status_code, bounded.json()["code"]) == (422, "invalid")
        assert (await row(office, world))["on_hand"] == ON_HAND


async def test_many_corrections_need_the_right_at_each_place(served: Served, world: World) -> None:
    async with served() as url, at_till(url) as till, in_office(url) as office:
        refused = await till.post("/v1/stock/adjustments/batch", json={"adjustments": [change(world, "LAMP-1", 1)]})
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.forbidden")
        assert (await row(office, world))["on_hand"] == ON_HAND


async def test_variants_are_read_by_id_in_the_order_asked_for(served: Served, world: World) -> None:
    asked = [world.variants["MUG-1"], world.variants["LAMP-1"]]
    async with served() as url, in_office(url) as office:
        ids = ",".join([str(asked[0]), "var_" + "0" * 32, str(asked[1])])
        page = await office.get("/v1/variants", params={"ids": ids, "location": str(world.store)})
        assert [one["id"] for one in page.json()["items"]] == [str(one) for one in asked]
        assert [one["available"] for one in page.json()["items"]] == [ON_HAND, ON_HAND]
        for bad in ("lamp", ",".join(f"var_{i:032x}" for i in range(101))):
            refused = await office.get("/v1/variants", params={"ids": bad})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "ids")


async def test_movements_are_told_by_reason_and_place(served: Served, world: World) -> None:
    async with served() as url, in_office(url) as office:
        for reason, quantity in (("found", 2), ("lost", -1)):
            await office.post("/v1/stock/adjustments", json=change(world, "LAMP-1", quantity, reason=reason))
        lamp = {"variant": str(world.variants["LAMP-1"])}
        told = {
            name: [one["quantity"] for one in (await office.get("/v1/stock/movements", params=lamp | more)).json()["items"]]
            for name, more in {
                "found": {"reason": "found"}, "elsewhere": {"reason": "found", "location": str(world.other_store)},
                "lost": {"reason": "lost", "location": str(world.store)},
            }.items()
        }  # fmt: skip
        every = (await office.get("/v1/stock/movements", params={"location": str(world.store), "state": "lost"})).json()
        from_shelf = (await office.get("/v1/stock/movements", params=lamp | {"state": "on_hand"})).json()
        nowhere = (await office.get("/v1/stock/movements", params=lamp | {"state": "damaged"})).json()
    assert told == {"found": [2], "elsewhere": [], "lost": [1]}
    assert every["items"] == [] and nowhere["items"] == []  # what is lost is lost nowhere
    assert [one["reason"] for one in from_shelf["items"]][:2] == ["lost", "found"]

"""Rates of carriage are set whole and versioned, and the same basket had in the same way costs the same at every door."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.carts.racing import line_up
from tests.fulfillment.world import open_chain
from tests.orders.test_orders_http import api_client
from tests.pricing.test_carriage_rules import rate
from tests.pricing.test_prices import doors
from tests.pricing.test_redeeming import coupons, live, uses
from tests.world import SKUS, World

from portico.app import verification
from portico.platform.db import Database
from portico.pricing import api
from portico.pricing.types import CarriageRate, Rule
from portico.pricing.types.carriage import CarriageOutdated, CarriageRates
from portico.pricing.types.promotions import Caps
from portico.pricing.types.promotions import Carriage as CarriageOff

MUG = SKUS["MUG-1"]
HOME = {"latitude": 40.42, "longitude": -3.7, "country": "ES"}
STREET = {
    "street_address": "Calle de Ayala 45", "address_locality": "Madrid", "postal_code": "28001", "address_country": "ES",
}  # fmt: skip
BUYER = {"given_name": "Ana", "family_name": "", "email": "ana@example.com", "phone": ""}
RATES = [
    {"method": "ship", "steps": [{"from_amount": 0, "amount": 490}, {"from_amount": 5000, "amount": 0}]},
    {"method": "ship", "steps": [{"from_amount": 0, "amount": 1490}], "countries": ["FR"]},
]
FREE = Rule(code="free-home", titles={"en": "Free delivery"}, benefit=CarriageOff(ppm=1_000_000, methods=("ship",)), needs_code=True)  # fmt: skip


async def set_rates(database: Database, world: World, *rates: CarriageRate, before: int = 0) -> CarriageRates:
    async with database.transaction() as tx:
        return await api.carriage.put(tx, market_id=world.market_id, rates=rates, expected_version=before, by=world.by)


async def counted(database: Database) -> tuple[int, ...]:
    tables = (
        "pricing.carriage",
        "pricing.book",
        "platform.fact",
        'orders."order"',
        "pricing.redemption",
        "ledger.transfer",
    )
    return tuple([await database.pool.fetchval(f"select count(*) from {one}") for one in tables])


def total(shown: dict[str, Any], kind: str = "total") -> int:
    return next((one["amount"] for one in shown["totals"] if one["type"] == kind), 0)


async def checkout(http: httpx.AsyncClient, world: World, quantity: int = 2, codes: tuple[str, ...] = ()) -> str:
    """The path of a checkout of so many mugs."""
    cart = (await http.post("/v1/carts", json={})).json()
    await http.post(
        f"/v1/carts/{cart['id']}/lines", json={"variant_id": str(world.variants["MUG-1"]), "quantity": quantity}
    )
    for code in codes:
        added = await http.post(f"/v1/carts/{cart['id']}/coupons", json={"code": code})
        assert added.status_code in (200, 201), added.text
    return f"/v1/checkouts/{(await http.post('/v1/checkouts', json={'cart_id': cart['id']})).json()['id']}"


async def ways(http: httpx.AsyncClient, path: str, **where: object) -> dict[str, dict[str, Any]]:
    found = await http.post(f"{path}/promises", json={"destination": HOME, **where})
    assert found.status_code == 200, found.text
    return {one["way"]: one for one in reversed(found.json()["options"])}


async def choose(http: httpx.AsyncClient, path: str, option: dict[str, Any]) -> dict[str, Any]:
    chosen = await http.post(
        f"{path}/promise", json={"option_id": option["id"], "destination": HOME, "address": STREET}
    )
    assert chosen.status_code == 200, chosen.text
    ready = await http.patch(path, json={"buyer": BUYER, "payment": {"term": "on_collection"}})
    assert ready.json()["state"] == "ready_for_complete", ready.text
    return ready.json()


async def test_rates_are_set_whole_and_by_version(url: str, database: Database, world: World) -> None:
    async with api_client(url, world) as http:
        assert (await http.get("/v1/carriage")).json()["version"] == 0
        made = await http.put("/v1/carriage", json={"rates": RATES, "expected_version": 0})
        assert made.status_code == 200 and made.json()["version"] == 1, made.text
        before = await counted(database)
        late = await http.put("/v1/carriage", json={"rates": [], "expected_version": 0})
        assert (late.status_code, late.json()["code"], late.json()["version"]) == (409, "pricing.carriage_outdated", 1)
        wrong = await http.put(
            "/v1/carriage", json={"rates": [RATES[0] | {"tax_category": "luxury"}], "expected_version": 1}
        )
        assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (
            422, "pricing.bad_carriage", "rates.0.tax_category",
        )  # fmt: skip
        assert await counted(database) == before
        assert (await http.put("/v1/carriage", json={"rates": [], "expected_version": 1})).json()["rates"] == []
        versions = (await http.get("/v1/carriage/versions")).json()["items"]
        assert [(one["version"], len(one["rates"])) for one in versions] == [(2, 0), (1, 2)]


async def test_a_basket_may_be_tried_with_rates_that_do_not_hold_yet(
    url: str, database: Database, world: World
) -> None:
    async with api_client(url, world) as http:
        before = await counted(database)
        tried = await http.post("/v1/carriage/try", json={"amount": 3000, "rates": RATES})
        assert [(one["method"], one["amount"], one["priced"]["tax"]) for one in tried.json()["items"]] == [
            ("ship", 490, 85)
        ]
        abroad = await http.post("/v1/carriage/try", json={"amount": 6000, "country": "fr", "rates": RATES})
        assert [one["amount"] for one in abroad.json()["items"]] == [1490]
        assert (await http.post("/v1/carriage/try", json={"amount": 3000})).json()["items"] == []
        assert await counted(database) == before


async def test_of_two_who_change_the_same_version_one_does(database: Database, world: World) -> None:
    await line_up(database)
    done = await asyncio.gather(
        *(set_rates(database, world, rate("ship", (0, amount))) for amount in range(100, 106)), return_exceptions=True
    )
    assert sum(isinstance(one, CarriageRates) for one in done) == 1
    assert all(isinstance(one, CarriageRates | CarriageOutdated) for one in done), done
    assert await database.pool.fetchval("select count(*) from pricing.carriage") == 1


async def test_the_same_basket_sent_home_costs_the_same_at_every_door(
    url: str, database: Database, world: World
) -> None:
    await open_chain(database, world, MUG_1=40)
    await set_rates(database, world, rate("ship", (0, 490), (5000, 0)), rate("collect", (0, 0)))
    seen = set()
    async with doors(url, world) as by_channel:
        for http in by_channel.values():
            path = await checkout(http, world)
            found = await ways(http, path)
            assert found["collect"]["carriage"]["amount"] == 0
            offered = found["ship"]["carriage"]
            assert (offered["free_from"], offered["missing"]) == (5000, 5000 - 2 * MUG)
            shown = await choose(http, path, found["ship"])
            refused = await http.post(f"{path}/complete", json={"expected_total": 2 * MUG})
            assert (refused.status_code, refused.json()["code"]) == (409, "orders.total_changed")
            placed = await http.post(f"{path}/complete", json={"expected_total": total(shown)})
            assert placed.status_code == 201, placed.text
            order = placed.json()
            assert total(order) == total(shown) == order["total"]
            assert total(order, "fulfillment") + order["carriage"]["tax"] == offered["gross"]
            seen.add((order["total"], total(order, "fulfillment"), total(order, "tax"), order["carriage"]["gross"]))
    assert seen == {(2 * MUG + 490, 405, 434 + 85, 490)}
    assert await verification.differences(database) == []


async def test_above_the_step_it_is_free_and_below_it_a_coupon_makes_it_so(
    url: str, database: Database, world: World
) -> None:
    await open_chain(database, world, MUG_1=40)
    await set_rates(database, world, rate("ship", (0, 490), (5000, 0)))
    promotion = await live(database, world, FREE)
    (code,) = await coupons(database, world, promotion, code="HOMEFREE", uses_max=5)
    async with doors(url, world) as by_channel:
        http = by_channel["web"]
        path = await checkout(http, world, 4)
        shown = await choose(http, path, (await ways(http, path))["ship"])
        assert total(shown) == 4 * MUG and shown["carriage"]["amount"] == 0
        path = await checkout(http, world, 2, (code,))  # a basket of her own has six by now
        shown = await choose(http, path, (await ways(http, path))["ship"])
        assert total(shown) == 6 * MUG and shown["carriage"]["discount"] is None
        desk = by_channel["desk"]
        path = await checkout(desk, world, 2, (code,))
        found = await ways(desk, path)
        assert found["ship"]["carriage"]["discount"]["title"] == "Free delivery"
        shown = await choose(desk, path, found["ship"])
        assert (total(shown), shown["carriage"]["amount"], shown["carriage"]["gross"]) == (2 * MUG, 490, 0)
        placed = (await desk.post(f"{path}/complete", json={"expected_total": total(shown)})).json()
    assert (placed["total"], placed["carriage"]["discount"]["amount"]) == (2 * MUG, 490)
    assert await uses(database, promotion.id) == (1, 490)
    redeemed = await database.pool.fetch("select amount, coupon from pricing.redemption")
    assert [(one["amount"], one["coupon"]) for one in redeemed] == [(490, code)]
    assert await verification.differences(database) == []


async def test_a_budget_counts_what_was_taken_off_carriage(url: str, database: Database, world: World) -> None:
    await open_chain(database, world, MUG_1=40)
    await set_rates(database, world, rate("ship", (0, 490)))
    rule = Rule(code="first", titles={"en": "First two"}, benefit=CarriageOff(ppm=1_000_000), caps=Caps(budget=980))
    promotion = await live(database, world, rule)
    charged = []
    async with api_client(url, world) as http:
        for _ in range(3):
            path = await checkout(http, world, 1)
            shown = await choose(http, path, (await ways(http, path))["ship"])
            placed = await http.post(f"{path}/complete", json={"expected_total": total(shown)})
            assert placed.status_code == 201, placed.text
            charged.append(placed.json()["carriage"]["gross"])
    assert charged == [0, 0, 490]
    assert await uses(database, promotion.id) == (2, 980)


@pytest.mark.parametrize("taxes_included", [True, False])
async def test_its_tax_is_inside_or_on_top_as_the_markets_is(
    url: str, database: Database, world: World, taxes_included: bool
) -> None:
    await database.pool.execute("update business.market set taxes_included = $1", taxes_included)
    await open_chain(database, world, MUG_1=40)
    await set_rates(database, world, rate("ship", (0, 490), tax_category="reduced"))
    async with api_client(url, world) as http:
        path = await checkout(http, world, 1)
        shown = await choose(http, path, (await ways(http, path))["ship"])
        order = (await http.post(f"{path}/complete", json={"expected_total": total(shown)})).json()
    carriage = order["carriage"]
    assert (carriage["net"], carriage["tax"], carriage["gross"]) == (
        (445, 45, 490) if taxes_included else (490, 49, 539)
    )
    assert {(one["rate_ppm"], one["amount"]) for one in order["tax_lines"]} >= {(100_000, carriage["tax"])}
    assert sum(one["amount"] for one in order["totals"] if one["type"] != "total") == order["total"]
    assert await verification.differences(database) == []


async def test_bought_in_one_call_it_is_charged_too(url: str, database: Database, world: World) -> None:
    await set_rates(database, world, rate("collect", (0, 150), channels=("api",)))
    line = {
        "variant_id": str(world.variants["MUG-1"]),
        "quantity": 2,
        "method": "collect",
        "location_id": str(world.store),
    }
    ask = {"lines": [line], "buyer": BUYER, "payment_term": "on_collection"}
    async with api_client(url, world) as http:
        before = await counted(database)
        refused = await http.post("/v1/purchases", json={**ask, "expected_total": 2 * MUG})
        assert refused.status_code == 409 and refused.json()["code"] == "orders.total_changed", refused.text
        assert await counted(database) == before
        bought = await http.post("/v1/purchases", json={**ask, "expected_total": 2 * MUG + 150})
        assert bought.status_code == 201 and total(bought.json(), "fulfillment") == 124, bought.text

"""From where orders are sent: held as decided, explained, decided again, never oversold."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from portico.app import verification
from portico.fulfillment import api
from portico.fulfillment.api.deciding import TOGETHER_FROM
from portico.fulfillment.types import (
    BadAsk,
    BadNetwork,
    Band,
    CarrierService,
    Destination,
    Node,
    NoSource,
    Rules,
    Sourced,
    SourceLine,
    Weights,
    Why,
)
from portico.inventory import api as inventory
from portico.inventory.types import OutOfStock, Want
from portico.orders import api as orders
from portico.orders import placing
from portico.orders.types import Allotment, Method, Order, OrderId, PlaceLine, PlaceOrder, Term, TotalChanged
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId
from tests.conftest import Served
from tests.fulfillment.world import BARCELONA, MADRID, ask, grounds, open_chain, source
from tests.inventory.test_holds_http import client
from tests.world import ON_HAND, World


async def reserved(database: Database, world: World, sku: str) -> dict[object, int]:
    async with database.read() as tx:
        found = await inventory.levels(tx, variant_ids=[world.variants[sku]])
    return {one.location_id: one.reserved for one in found if one.reserved}


async def test_the_nearest_that_has_all_of_it(database: Database, world: World) -> None:
    chain = await open_chain(database, world, MUG_1=100, CUP_1=100)
    near, far = await source(
        database, ask(world, ("MUG-1", 2), ("CUP-1", 1)), ask(world, ("MUG-1", 2), destination=BARCELONA)
    )
    assert isinstance(near, Sourced) and near.shipments[0].location_id in (world.store, world.other_store)
    assert near.shipments[0].cost == 390 and near.gap == 0
    assert isinstance(far, Sourced) and far.shipments[0].location_id == chain.warehouse
    assert sum((await reserved(database, world, "MUG-1")).values()) == 4
    assert await verification.differences(database) == []


async def test_what_no_place_has_whole_is_split(database: Database, world: World) -> None:
    await open_chain(database, world)
    (answer,) = await source(database, ask(world, ("MUG-1", ON_HAND + 5)))
    assert isinstance(answer, Sourced) and len(answer.shipments) == 2
    assert sum(each.quantity for one in answer.shipments for each in one.lines) == ON_HAND + 5
    (refused,) = await source(database, ask(world, ("MUG-1", 2 * ON_HAND)))
    assert isinstance(refused, NoSource) and refused.short == (world.variants["MUG-1"],)
    assert await verification.differences(database) == []


async def test_lines_of_one_variant_share_its_stock(database: Database, world: World) -> None:
    await open_chain(database, world)
    (answer,) = await source(database, ask(world, ("MUG-1", ON_HAND - 1), ("MUG-1", ON_HAND - 1)))
    assert isinstance(answer, Sourced)
    assert sum((await reserved(database, world, "MUG-1")).values()) == 2 * ON_HAND - 2
    lines = [each for one in answer.shipments for each in one.lines]
    assert len({each.line_id.bytes for each in lines}) == 2


async def test_two_orders_for_the_last_units_one_gets_them(database: Database, world: World) -> None:
    await open_chain(database, world)
    answers = await asyncio.gather(*(source(database, ask(world, ("LAMP-1", 2 * ON_HAND))) for _ in range(3)))
    assert sorted(type(one).__name__ for (one,) in answers) == ["NoSource", "NoSource", "Sourced"]
    assert sum((await reserved(database, world, "LAMP-1")).values()) == 2 * ON_HAND
    assert await verification.differences(database) == []


async def test_many_at_once_are_served_better_than_in_turn(database: Database, world: World) -> None:
    """The last lamp stands where the first could do without it: decided together all are served, and nothing is sold twice."""
    chain = await open_chain(database, world, MUG_1=30)
    far = [ask(world, ("MUG-1", 1), ("CUP-1", 1), destination=BARCELONA) for _ in range(10)]
    near = [ask(world, ("MUG-1", 3), destination=MADRID) for _ in range(40)]
    answers = await source(database, *far, *near)
    sent = [one for one in answers if isinstance(one, Sourced)]
    units = sum(each.quantity for one in sent for shipment in one.shipments for each in shipment.lines)
    held = {sku: sum((await reserved(database, world, sku)).values()) for sku in ("MUG-1", "CUP-1")}
    assert units == sum(held.values()) and held["MUG-1"] <= 2 * ON_HAND + 30
    assert len(sent) >= 49  # 130 mugs for 130: hardly one may go short
    assert chain.warehouse in {shipment.location_id for one in sent for shipment in one.shipments}
    async with database.read() as tx:
        (story,) = await api.explain(tx, holder=sent[0].holder)
    assert story.decision.outcome.solution is not None and story.decision.outcome.solution.method == "together"
    assert api.replay([story.decision]).before.decisions == 1
    assert await verification.differences(database) == []


async def test_who_was_slower_decides_again(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is gone when it is to be held: the other store sends it."""
    await open_chain(database, world)
    from portico.fulfillment.api import sourcing

    real, tried = sourcing._hold, []

    async def late(tx, decided):  # type: ignore[no-untyped-def]
        if not tried:
            first = decided[0]
            tried.append(first.weighed.place(first.solution.parcels[0].candidate).id)
            key = {"variant_id": first.lines[0].variant_id, "location_id": tried[0]}
            async with database.transaction() as other:  # somebody carries all of it out
                from portico.inventory.types import Want, WantLine

                line = WantLine(LineItemId.new(), key["variant_id"], key["location_id"], ON_HAND, take=True)
                await inventory.allocate(
                    other, wants=[Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now())]
                )
        return await real(tx, decided)

    monkeypatch.setattr(sourcing, "_hold", late)
    (answer,) = await source(database, ask(world, ("MUG-1", 3)))
    assert isinstance(answer, Sourced) and answer.shipments[0].location_id != tried[0]


async def test_a_store_that_cannot_is_replaced(database: Database, world: World) -> None:
    chain = await open_chain(database, world, MUG_1=100)
    mine = ask(world, ("MUG-1", 3))
    (first,) = await source(database, mine)
    assert isinstance(first, Sourced)
    directory, network = await grounds(database)
    rejected, seen = first, []
    for _ in range(2):
        seen.append(rejected.shipments[0].location_id)
        async with database.transaction() as tx:
            rejected = await api.source_again(
                tx, decision_id=rejected.decision_id, rejected_by=seen[-1], reason="not on the shelf", lines=mine.lines,
                by=world.by, directory=directory, network=network,
            )  # fmt: skip
        assert rejected.shipments[0].location_id not in seen
    assert rejected.shipments[0].location_id == chain.warehouse
    assert await reserved(database, world, "MUG-1") == {chain.warehouse: 3}
    with pytest.raises(NotFound):
        async with database.transaction() as tx:
            await api.source_again(
                tx, decision_id=first.decision_id, rejected_by=seen[0], reason="again", lines=mine.lines, by=world.by,
                directory=directory, network=network,
            )  # fmt: skip
    async with database.read() as tx:
        story = await api.explain(tx, holder=mine.holder)
    assert [one.decision.superseded_by is not None for one in story] == [True, True, False]
    assert [one.decision.rejected_by for one in story] == [None, *seen]
    assert story[1].decision.reason == "not on the shelf"
    assert await verification.differences(database) == []


async def test_a_decision_is_explained_place_by_place(database: Database, world: World) -> None:
    chain = await open_chain(database, world, MUG_1=1)
    mine = ask(world, ("MUG-1", 2))
    (answer,) = await source(database, mine)
    assert isinstance(answer, Sourced)
    async with database.read() as tx:
        (story,) = await api.explain(tx, holder=mine.holder)
    places = {one.location_id: one for one in story.scored}
    assert places.keys() == {world.store, world.other_store, chain.warehouse}
    assert [one.used for one in story.scored] == [True, False, False]
    assert places[chain.warehouse].lines_possible == 0
    for one in story.scored:
        assert one.total == pytest.approx(sum(one.terms.values()), abs=0.05)
    (other,) = await source(database, ask(world, ("LAMP-1", 1)))
    assert isinstance(other, Sourced)
    async with database.read() as tx:
        (story,) = await api.explain(tx, holder=other.holder)
    assert [(one.location_id, one.why) for one in story.decision.inputs.left_out] == [(chain.warehouse, Why.NO_STOCK)]


async def test_replayed_by_its_own_rules_a_decision_is_the_same(database: Database, world: World) -> None:
    await open_chain(database, world, MUG_1=100, CUP_1=3)
    made = [ask(world, ("MUG-1", 1 + i), ("CUP-1", 1), destination=(MADRID, BARCELONA)[i % 2]) for i in range(8)]
    await source(database, *made)
    found = []
    async with database.read() as tx:
        async for some in api.since(tx, moment=clock.now() - timedelta(days=1)):
            found += some
    assert len(found) == 8
    same = api.replay(found)
    assert same.changed == 0 and same.before == same.after
    near = api.replay(found, rules=Rules(weights=Weights(cost=0, per_km=100)))
    assert near.after.distance_m <= same.before.distance_m
    places = (await grounds(database))[0].locations
    none = api.replay(found, rules=Rules(excluded=tuple(places)))
    assert (none.after.sourced, none.changed) == (0, 8)


async def test_rules_are_versions_and_a_markets_own_come_first(database: Database, world: World) -> None:
    async with database.transaction() as tx:
        everywhere = await api.put_rules(tx, market_id=None, rules=Rules(parcels_max=2), by=world.by)
        own = [
            await api.put_rules(tx, market_id=world.market_id, rules=Rules(parcels_max=n), by=world.by) for n in (3, 4)
        ]
        found = (await api.rules_of(tx, market_ids=[world.market_id]))[world.market_id]
        assert [one.version for one in await api.versions(tx, market_id=world.market_id)] == [2, 1]
    assert (everywhere.version, [one.version for one in own]) == (1, [1, 2])
    assert (found.version, found.body.parcels_max) == (2, 4)


async def test_a_busy_place_sends_no_more(database: Database, world: World) -> None:
    await open_chain(database, world)
    async with database.transaction() as tx:
        await api.put_nodes(
            tx, nodes=[Node(location_id=one, orders_per_day=2) for one in (world.store, world.other_store)]
        )
    answers = [(await source(database, ask(world, ("MUG-1", 1))))[0] for _ in range(5)]
    assert [isinstance(one, Sourced) for one in answers] == [True] * 4 + [False]
    assert isinstance(answers[4], NoSource) and answers[4].left_out == {"busy": 2, "no_stock": 1}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lines": ()}, "lines"),
        ({"destination": Destination(91, 0, "ES")}, "latitude"),
        ({"destination": Destination(0, -181, "ES")}, "longitude"),
        ({"destination": Destination(float("nan"), 0, "ES")}, "latitude"),
    ],
)
async def test_what_cannot_be_asked(database: Database, world: World, more: dict, field: str) -> None:
    await open_chain(database, world)
    lines = {"lines": ask(world, ("MUG-1", 1)).lines}
    one = msgspec.structs.replace(ask(world, ("MUG-1", 1)), **(lines | more))
    (refused,) = await source(database, one)
    assert isinstance(refused, BadAsk) and refused.field == field
    many = msgspec.structs.replace(one, lines=one.lines[:1] * 10_000, destination=MADRID)
    none = msgspec.structs.replace(
        one, lines=(SourceLine(LineItemId.new(), world.variants["MUG-1"], 0),), destination=MADRID
    )
    answers = await source(database, *([many] if one.lines else []), none)
    assert all(isinstance(each, BadAsk) for each in answers)
    assert await reserved(database, world, "MUG-1") == {}


async def test_networks_that_cannot_be(database: Database, world: World) -> None:
    band = Band(1, 1, 1, 1)
    for service, field in (
        (CarrierService(code="c d", name="n", countries=("ES",), currency="EUR", bands=(band,)), "code"),
        (CarrierService(code="c", name="n", countries=("Spain",), currency="EUR", bands=(band,)), "countries"),
        (CarrierService(code="c", name="n", countries=("ES",), currency="EUR", bands=()), "bands"),
        (CarrierService(code="c", name="n", countries=("ES",), currency="EUR", bands=(Band(1, -1, 1, 1),)), "bands"),
        (
            CarrierService(code="c", name="n", countries=("ES",), currency="EUR", bands=(band,), collects=(8,)),
            "collects",
        ),
    ):
        with pytest.raises(BadNetwork) as refused:
            async with database.transaction() as tx:
                await api.put_services(tx, services=[service])
        assert refused.value.field == field
    with pytest.raises(BadNetwork):
        async with database.transaction() as tx:
            await api.put_nodes(tx, nodes=[Node(location_id=world.store, cutoff_minute=2000)])
    _, network = await grounds(database)
    assert network.services == () and network.nodes == {}


async def test_an_order_is_sent_explained_and_tried_by_other_rules(
    served: Served, world: World, database: Database
) -> None:
    chain = await open_chain(database, world, MUG_1=100)
    async with served() as url, client(url, world.token) as http:
        order = {
            "payment_term": "settled_elsewhere", "destination": {"latitude": 40.42, "longitude": -3.7, "country": "ES"},
            "lines": [{"variant_id": str(world.variants["MUG-1"]), "quantity": 2, "method": "ship"}],
        }  # fmt: skip
        nowhere = await http.post("/v1/orders", json=order | {"destination": None})
        assert (nowhere.status_code, nowhere.json()["code"]) == (422, "orders.no_destination")
        placed = await http.post("/v1/orders", json=order)
        assert placed.status_code == 201, placed.text
        (promise,) = placed.json()["expectations"]
        assert promise["method"] == "ship" and promise["latest"] > promise["earliest"]
        explained = (await http.get(f"/v1/sourcing/decisions/{placed.json()['id']}")).json()
        assert explained["items"][0]["scored"][0]["used"] is True and len(explained["names"]) == 3
        rules = {"weights": {"cost": 0, "per_km": -5}}
        wrong = await http.put("/v1/sourcing/rules", json={"rules": rules})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "weights.per_km")
        far = {"rules": {"excluded": [str(world.store), str(world.other_store)]}, "market": "es"}
        tried = (await http.post("/v1/sourcing/rules/check", json=far)).json()
        assert tried["changed"] == 1 and tried["after"]["cost"] > tried["before"]["cost"]
        assert (await http.put("/v1/sourcing/rules", json=far)).json()["version"] == 1
        assert (await http.get("/v1/sourcing/rules", params={"market": "es"})).json()["active"]["version"] == 1
        (first,) = placed.json()["expectations"]
        path = f"/v1/orders/{placed.json()['id']}/reject"
        elsewhere = await http.post(path, json={"location_id": first["location"]["id"], "reason": "broken"})
        assert elsewhere.status_code == 200, elsewhere.text
        (second,) = elsewhere.json()["expectations"]
        assert second["location"]["id"] not in (first["location"]["id"], str(world.store), str(world.other_store))
        again = await http.post(path, json={"location_id": first["location"]["id"]})
        assert (again.status_code, again.json()["code"]) == (409, "orders.nothing_to_send")
        nobody = await http.post(path, json={"location_id": second["location"]["id"]})
        assert (nobody.status_code, nobody.json()["code"]) == (409, "fulfillment.no_source")
        assert await reserved(database, world, "MUG-1") == {chain.warehouse: 2}
        sold_out = await http.post("/v1/orders", json=order | {"lines": [order["lines"][0] | {"quantity": 101}]})
        assert sold_out.json()["code"] == "fulfillment.no_source"
    async with database.read() as tx:
        found = await orders.find(tx, name=placed.json()["label"])
        assert (await api.decisions(tx, holders=[found.head.id]))[0].rules_version == 0
    assert await verification.differences(database) == []


def to_be_sent(world: World, *units: int) -> list[PlaceOrder]:
    """An order each, of so many mugs, from wherever it is best."""
    return [
        PlaceOrder(
            order_id=OrderId.new(), market_id=world.market_id, by=world.by, occurred_at=clock.now(), language="en",
            term=Term.ON_COLLECTION, destination=MADRID,
            lines=(PlaceLine(LineItemId.new(), world.variants["MUG-1"], (Allotment(Method.SHIP, None, one),)),),
        )
        for one in units
    ]  # fmt: skip


async def test_orders_placed_at_once_are_sourced_together(database: Database, world: World) -> None:
    chain = await open_chain(database, world, MUG_1=1_000)
    many = to_be_sent(world, *[5] * TOGETHER_FROM, 10_000)
    many[0] = msgspec.structs.replace(many[0], expected_total=1)  # one that is refused before anything is decided
    directory, _ = await grounds(database)
    async with database.transaction() as tx:
        wrong, *placed, too_many = await orders.place(tx, asks=many, directory=directory)
    assert isinstance(wrong, TotalChanged) and isinstance(too_many, NoSource)
    assert len(placed) == TOGETHER_FROM - 1 and all(isinstance(one, Order) for one in placed)
    held = await reserved(database, world, "MUG-1")
    assert sum(held.values()) == 5 * (TOGETHER_FROM - 1) and chain.warehouse in held
    async with database.read() as tx:
        made = [await api.decisions(tx, holders=[one.order_id]) for one in many]
    assert [len(one) for one in made] == [0, *[1] * (TOGETHER_FROM - 1), 0]
    assert "together" in {one[0].outcome.solution.method for one in made if one}
    assert await verification.differences(database) == []


async def test_one_that_fails_after_all_spoils_no_other(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The goods of one are refused although its place was chosen: all are undone, and each is done by itself."""
    await open_chain(database, world, MUG_1=1_000)
    first, spoilt, last = to_be_sent(world, 2, 3, 4)
    allocate = inventory.allocate

    async def refusing(tx: Tx, *, wants: Sequence[Want]) -> list[object]:
        bad = [one.replaces is not None and one.holder == spoilt.order_id for one in wants]
        left = iter(await allocate(tx, wants=[one for one, no in zip(wants, bad, strict=True) if not no]))
        return [OutOfStock(missing=()) if no else next(left) for no in bad]

    monkeypatch.setattr(placing.inventory, "allocate", refusing)
    directory, _ = await grounds(database)
    async with database.transaction() as tx:
        answers = await orders.place(tx, asks=[first, spoilt, last], directory=directory)
    assert [type(one) for one in answers] == [Order, OutOfStock, Order]
    assert sum((await reserved(database, world, "MUG-1")).values()) == 6
    async with database.read() as tx:
        assert await api.decisions(tx, holders=[spoilt.order_id]) == []
    assert await verification.differences(database) == []


async def test_what_waits_to_be_fetched_stays_when_a_parcel_is_rejected(database: Database, world: World) -> None:
    chain = await open_chain(database, world, MUG_1=10)
    lines = (
        PlaceLine(LineItemId.new(), world.variants["MUG-1"], (Allotment(Method.SHIP, None, 2),)),
        PlaceLine(LineItemId.new(), world.variants["CUP-1"], (Allotment(Method.COLLECT, world.store, 3),)),
    )
    order_id = OrderId.new()
    one = PlaceOrder(
        order_id=order_id, market_id=world.market_id, lines=lines, by=world.by, occurred_at=clock.now(), language="en",
        term=Term.ON_COLLECTION, destination=MADRID,
    )  # fmt: skip
    directory, network = await grounds(database)
    async with database.transaction() as tx:
        (placed,) = await orders.place(tx, asks=[one], directory=directory)
    assert isinstance(placed, Order), placed
    for _ in range(2):  # whichever store it was, then the other
        async with database.transaction() as tx:
            now = {
                each.location_id
                for each in (await orders.order(tx, order_id=order_id)).expectations
                if each.method is Method.SHIP
            }
            (at,) = now
            await orders.reject(
                tx,
                order_id=order_id,
                location_id=at,
                reason="",
                directory=directory,
                network=network,
                by=world.by,
            )
    assert await reserved(database, world, "CUP-1") == {world.store: 3}
    assert await reserved(database, world, "MUG-1") == {chain.warehouse: 2}
    assert await verification.differences(database) == []


async def test_one_line_is_rejected_and_the_other_stays(served: Served, world: World, database: Database) -> None:
    chain = await open_chain(database, world, MUG_1=10, CUP_1=10)
    async with served() as url, client(url, world.token) as http:
        lines = [
            {"variant_id": str(world.variants[sku]), "quantity": 2, "method": "ship"}
            for sku in ("MUG-1", "CUP-1", "MUG-1")
        ]
        order = {
            "payment_term": "settled_elsewhere", "destination": {"latitude": 40.42, "longitude": -3.7, "country": "ES"},
            "lines": lines,
        }  # fmt: skip
        placed = (await http.post("/v1/orders", json=order)).json()
        at = {one["id"]: one["fulfillment"][0]["location_id"] for one in placed["lines"]}
        mug, cup, other_mug = (one["id"] for one in placed["lines"])
        assert len(set(at.values())) == 1
        path = f"/v1/orders/{placed['id']}/reject"
        nothing = await http.post(path, json={"location_id": at[mug], "lines": []})
        assert (nothing.status_code, nothing.json()["code"]) == (409, "orders.nothing_to_send")
        answer = await http.post(path, json={"location_id": at[mug], "lines": [mug], "reason": "broken"})
        assert answer.status_code == 200, answer.text
        now = {one["id"]: one["fulfillment"][0]["location_id"] for one in answer.json()["lines"]}
        assert now[cup] == at[cup] and now[other_mug] == at[other_mug] and now[mug] != at[mug]
        story = (await http.get(f"/v1/sourcing/decisions/{placed['id']}")).json()["items"]
        assert [len(one["decision"]["inputs"]["lines"]) for one in story] == [2, 1]  # lines of one variant are one
        assert story[1]["decision"]["reason"] == "broken"
    assert sum((await reserved(database, world, "MUG-1")).values()) == 4
    assert sum((await reserved(database, world, "CUP-1")).values()) == 2
    assert chain.warehouse is not None and await verification.differences(database) == []


async def test_new_rules_are_tried_since_a_day_and_told_order_by_order(
    served: Served, world: World, database: Database
) -> None:
    await open_chain(database, world, MUG_1=100)
    async with served() as url, client(url, world.token) as http:
        order = {
            "payment_term": "settled_elsewhere", "destination": {"latitude": 40.42, "longitude": -3.7, "country": "ES"},
            "lines": [{"variant_id": str(world.variants["MUG-1"]), "quantity": 2, "method": "ship"}],
        }  # fmt: skip
        placed = (await http.post("/v1/orders", json=order)).json()
        far = {"rules": {"excluded": [str(world.store), str(world.other_store)]}, "market": "es"}
        now = clock.now()
        tried = (await http.post("/v1/sourcing/rules/check", json=far | {"since": now.isoformat()})).json()
        assert tried["before"]["decisions"] == 0 and tried["examples"] == []
        since = (now - timedelta(days=1)).isoformat()
        tried = (await http.post("/v1/sourcing/rules/check", json=far | {"since": since})).json()
        (one,) = tried["examples"]
        assert (
            one["holder"] == placed["id"] and one["before"] != one["after"] and one["cost_after"] > one["cost_before"]
        )
        assert (tried["before"]["split"], tried["after"]["split"]) == (0, 0)
        wrong = await http.post("/v1/sourcing/rules/check", json=far | {"since": "2026-01-01T00:00:00"})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "since")
        found = (await http.get("/v1/orders", params={"ids": placed["id"]})).json()["items"]
        assert [each["label"] for each in found] == [placed["label"]]
        assert (await http.get("/v1/orders", params={"ids": "lamp"})).status_code == 422

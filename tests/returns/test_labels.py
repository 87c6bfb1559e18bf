"""The label of a return by post: asked for once it may come, bought once whatever the network does, printed by whose it is."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.conftest import Served
from tests.integrations.easypost_server import KEY, PDF, SECRET, EasyPostServer, easypost_server, event, signature
from tests.orders.test_orders_http import bought
from tests.orders.test_working_http import till
from tests.orders.works import HOME, shipped, work
from tests.orders.works import order as sent_order
from tests.returns.test_returns import MUG, back, request, sold, written
from tests.world import World

from portico.app import labels
from portico.fulfillment.ports import Carriers
from portico.fulfillment.types import Label
from portico.integrations.carriers.easypost import EasyPost
from portico.integrations.carriers.own import OwnLabel
from portico.orders.types import Method
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.pricing.types import LineItemId
from portico.returns import api, rules
from portico.returns.types import Event, NoLabel, Policy, Return, State, Way

BY = Hand(actor="staff:post", actor_name="Pia Post")


@pytest.fixture
def server() -> Iterator[EasyPostServer]:
    with easypost_server() as one:
        yield one


async def asked(database: Database, world: World, carrier: str = "easypost") -> Return:
    """Two of three mugs that came in a parcel of 800 grams go back."""
    async with database.transaction() as tx:
        one = Policy(market_id=world.market_id, carrier=carrier, parcel_grams=700)
        await api.put_policies(tx, market_id=world.market_id, policies=[one])
    order = await sent_order(database, world, Method.SHIP, ("MUG-1", 3), at=world.store)
    await shipped(database, await work(database, order.head.id))
    return await request(database, world, order, back(order, 2))


async def get(database: Database, server: EasyPostServer, one: Return, *, times: int = 1) -> Return:
    easypost = EasyPost(url=server.url, key=KEY, webhook_secret=SECRET, timeout_seconds=0.8)
    carriers = Carriers({"own": OwnLabel(), "easypost": easypost})
    for _ in range(times):
        try:
            await labels.make_return(database, carriers, one.head.id)
        except labels.TryAgain:
            continue
    return await again(database, one)


async def again(database: Database, one: Return) -> Return:
    async with database.read() as tx:
        return await api.find(tx, name=str(one.head.id))


def state(one: Return) -> Label | None:
    return one.label.label if one.label else None


async def test_it_is_told_as_a_return_and_goes_from_her_to_us(
    database: Database, world: World, server: EasyPostServer
) -> None:
    one = await asked(database, world)
    assert state(one) is Label.ASKED and one.label and one.label.weight_grams == 534  # two thirds of what it came in
    one = await get(database, server, one)
    assert one.label and (state(one), one.label.cost, one.label.currency) == (Label.BOUGHT, 426, "EUR")
    (told,) = server.shipments.values()
    assert told["is_return"] and told["reference"] == str(one.head.id)
    assert HOME.address and told["from_address"]["street1"] == HOME.address.street_address
    assert told["from_address"]["email"] == "ada@example.com"
    assert told["to_address"]["street1"] != HOME.address.street_address
    async with database.read() as tx:
        file = await api.labels.file(tx, found=one)
    assert file and file.label == PDF
    one = await get(database, server, one, times=3)
    assert server.bought == 1
    async with database.read() as tx:  # what is on the parcel leads to it
        assert (await api.find(tx, name=one.label.tracking_code)).head.id == one.head.id  # type: ignore[union-attr]


@pytest.mark.parametrize("weather", ["lost", "slow", "down"])
@pytest.mark.parametrize("at", [0, 1])
async def test_where_no_answer_came_the_carrier_is_asked_and_nothing_is_bought_twice(
    database: Database, world: World, server: EasyPostServer, weather: str, at: int
) -> None:
    one = await asked(database, world)
    server.weather = ["ok"] * at + [weather]
    one = await get(database, server, one)
    assert state(one) is Label.UNKNOWN
    async with database.read() as tx:
        assert await api.labels.file(tx, found=one) is None
    one = await get(database, server, one, times=2)
    assert state(one) is Label.BOUGHT and server.bought == 1
    assert any(call.startswith("GET") for call in server.calls)


async def test_two_workers_at_once_buy_one_label(database: Database, world: World, server: EasyPostServer) -> None:
    one = await asked(database, world)
    await asyncio.gather(*(get(database, server, one) for _ in range(4)))
    one = await get(database, server, one, times=2)
    assert state(one) is Label.BOUGHT and server.bought == 1


async def test_what_the_carrier_refuses_is_told_and_may_be_asked_of_another(
    database: Database, world: World, server: EasyPostServer
) -> None:
    one = await asked(database, world)
    server.weather = ["refused"]
    one = await get(database, server, one)
    assert one.label and one.label.label is Label.FAILED and "no such street" in one.label.error
    async with database.transaction() as tx:
        with pytest.raises(NoLabel):
            await api.labels.file(tx, found=one)
        one = await api.labels.ask_again(tx, return_id=one.head.id, carrier="own")
    one = await get(database, server, one)
    assert one.label and (one.label.label, one.label.carrier, one.label.error) == (Label.BOUGHT, "own", "")


async def test_one_that_does_not_come_by_post_has_none(database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 2))
    brought = await request(database, world, order, back(order), way=Way.COUNTER)
    assert brought.head.state is State.APPROVED and brought.label is None
    before = await written(database)
    with pytest.raises(NoLabel):
        async with database.transaction() as tx:
            await api.labels.ask_again(tx, return_id=brought.head.id)
    assert await written(database) == before
    posted = await request(database, world, order, back(order))
    assert posted.label and posted.label.weight_grams == 1000  # nobody weighed it
    async with database.transaction() as tx:
        await api.step(tx, return_id=posted.head.id, event=Event.CANCEL, by=BY)
        with pytest.raises(NoLabel):
            await api.labels.file(tx, found=await api.find(tx, name=posted.head.code))


async def test_a_carrier_tells_that_it_is_on_its_way(
    database: Database, world: World, server: EasyPostServer, served: Served
) -> None:
    one = await get(database, server, await asked(database, world))
    assert one.label
    code = one.label.tracking_code
    announced = event(code, ("pre_transit", "2026-11-28T09:00:00Z"))
    moving = event(code, ("pre_transit", "2026-11-28T09:00:00Z"), ("in_transit", "2026-11-28T10:00:00Z"))
    async with (
        served(easypost_url=server.url, easypost_key=KEY, easypost_webhook_secret=SECRET) as url,
        httpx.AsyncClient(base_url=url, timeout=20) as http,
    ):
        for body, expected in ((announced, State.APPROVED), (moving, State.IN_TRANSIT), (moving, State.IN_TRANSIT)):
            headers = {"x-hmac-signature": signature(body)}
            answer = await http.post("/v1/carriers/easypost/events", content=body, headers=headers)
            assert answer.status_code == 200, answer.text
            one = await again(database, one)
            assert one.head.state is expected
    assert [each.event for each in one.steps] == ["approve", "send"]


async def test_over_http_it_is_printed_by_whose_it_is_and_by_staff(url: str, database: Database, world: World) -> None:
    async with till(url) as http, httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as shop:
        hers = await bought(shop, world, "ada")
        await http.post(f"/v1/orders/{hers['id']}/payments", json={"tendered": MUG})
        await http.post(f"/v1/orders/{hers['id']}/handovers", json={"location_id": str(world.store)})
        lines = [{"line_id": hers["lines"][0]["id"], "quantity": 1}]
        ask = {"lines": lines, "way": "post", "order_id": hers["id"]}
        seen = (await shop.post("/v1/returns", json={**ask, "preview": True})).json()
        assert (seen["preview"], [one["amount"] for one in seen["refunds"]], seen["label"]) == (True, [MUG], None)
        assert await database.pool.fetchval("select count(*) from returns.return") == 0
        made = (await shop.post("/v1/returns", json=ask)).json()
        path = f"/v1/returns/{made['head']['id']}/label"
        for _ in range(200):
            printed = await shop.get(path)
            if printed.status_code == 200:
                break
            assert printed.status_code == 404
            await asyncio.sleep(0.05)
        assert printed.content.startswith(b"%PDF") and printed.headers["cache-control"] == "private, no-store"
        assert (await http.get(path.replace(made["head"]["id"], made["head"]["code"]))).content == printed.content
        async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as stranger:
            assert (await stranger.get(path)).status_code == 404
        assert (await shop.post(path, json={})).status_code == 403
        assert (await http.post(path, json={"carrier": "nobody"})).status_code == 422
        anew = await http.post(path, json={})
        assert (anew.status_code, anew.json()["label"]["state"]) == (202, "bought")
        assert (await http.get(path)).content == printed.content


@given(
    some.lists(some.tuples(some.integers(1, 30_000), some.integers(1, 9), some.integers(0, 9)), max_size=4),
    some.integers(1, 30_000),
)
def test_what_goes_back_weighs_no_more_than_what_came(boxes: list[tuple[int, int, int]], otherwise: int) -> None:
    """Each box holds `units` of a line of its own, of which `part` go back."""
    lines = [LineItemId.new() for _ in boxes]
    contents = [(grams, {line: units}) for line, (grams, units, _) in zip(lines, boxes, strict=True)]
    parts = {line: min(part, units) for line, (_, units, part) in zip(lines, boxes, strict=True)}
    weight = rules.parcel_weight(contents, parts, otherwise=otherwise)
    if not any(parts.values()):
        assert weight == otherwise
    else:
        assert 0 < weight <= sum(grams for (grams, _, _), line in zip(boxes, lines, strict=True) if parts[line])

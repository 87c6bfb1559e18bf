"""Asking for a return: what it would come to is foreseen and comes true, it is asked for once, and policies say how it may come."""

import httpx
import pytest
from tests.orders.test_orders import cashier
from tests.orders.test_orders_http import api_client, bought
from tests.orders.test_working_http import till
from tests.orders.works import order as sent_order
from tests.orders.works import shipped, work
from tests.returns.test_returns import MUG, back, sold, written
from tests.world import World

from portico.app import verification
from portico.business import api as business
from portico.fulfillment.types import Label
from portico.orders.types import Method, Order
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.returns import api
from portico.returns.types import (
    BadReturn,
    Block,
    Event,
    Grade,
    NewLine,
    NewReturn,
    NotTaken,
    Policy,
    Return,
    ReturnId,
    ReturnReason,
    State,
    Way,
    WrongStep,
)

HER = Hand(actor="guest:1", actor_name="")  # who asks stands at no till


async def policy(database: Database, world: World, **what: object) -> None:
    async with database.transaction() as tx:
        one = Policy(market_id=world.market_id, **what)  # type: ignore[arg-type]
        await api.put_policies(tx, market_id=world.market_id, policies=[one])


def wanted(order: Order, way: Way = Way.POST, quantity: int = 1, **what: object) -> NewReturn:
    return NewReturn(lines=(back(order, quantity),), order_id=order.head.id, way=way, **what)  # type: ignore[arg-type]


async def foreseen(database: Database, new: NewReturn) -> Return:
    async with database.transaction() as tx:
        return await api.foresee(tx, new=new, by=HER)


async def asked(database: Database, new: NewReturn) -> Return:
    async with database.transaction() as tx:
        return await api.request(tx, new=new, by=HER)


async def looked_at(database: Database, world: World, made: Return) -> Return:
    by = cashier(world)
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        await api.receive(tx, return_id=made.head.id, location_id=world.store, directory=directory, by=by)
        grades = [api.GradeLine(one.id, Grade.SELLABLE, one.quantity) for one in made.lines]
        return await api.grade(tx, return_id=made.head.id, grades=grades, by=by)


def money(one: Return) -> tuple[int, int, list[tuple[str, int]]]:
    return one.head.value, one.head.fee, [(each.to, each.amount) for each in one.refunds]


@pytest.mark.parametrize(("way", "kept", "to"), [(Way.POST, 300 + 250, "gift_card"), (Way.COUNTER, 250, "cash")])
async def test_what_is_foreseen_leaves_nothing_behind_and_comes_true(
    database: Database, world: World, way: Way, kept: int, to: str
) -> None:
    """Cash is given back to whoever stands at a till, and not for a parcel, whoever unpacks it there."""
    await policy(database, world, postage=300, restocking_ppm=100_000)
    order = await sold(database, world, ("MUG-1", 3))
    before = await written(database)
    seen = await foreseen(database, wanted(order, way, 2))
    assert money(seen) == (2 * MUG, kept, [(to, 2 * MUG - kept)]) and await written(database) == before
    made = await asked(database, wanted(order, way, 2))
    assert (made.head.state, made.head.value) == (State.APPROVED, 0)
    assert money(await looked_at(database, world, made)) == money(seen)
    assert await verification.differences(database) == []


async def test_a_claim_is_foreseen_too(database: Database, world: World) -> None:
    order = await sent_order(database, world, Method.SHIP, ("MUG-1", 2), at=world.store)
    await shipped(database, await work(database, order.head.id))
    line = NewLine(line_id=order.lines[0].id, quantity=2, reason=ReturnReason.MISSING_PARCEL)
    seen = await foreseen(database, NewReturn(lines=(line,), order_id=order.head.id, way=Way.CLAIM))
    assert (seen.head.value, seen.head.fee) == (2 * MUG, 0)


async def test_asked_for_again_under_its_id_it_is_the_same(database: Database, world: World) -> None:
    order, other = await sold(database, world, ("MUG-1", 4)), await sold(database, world, ("MUG-1", 4))
    id = ReturnId.new()
    made = await asked(database, wanted(order, id=id))
    before = await written(database)
    assert (await asked(database, wanted(order, id=id))).head == made.head
    with pytest.raises(BadReturn):
        await asked(database, wanted(other, id=id))
    assert await written(database) == before


async def test_what_may_not_come_by_post_may_be_brought(database: Database, world: World) -> None:
    await policy(database, world, by_post=False)
    order = await sold(database, world, ("MUG-1", 2))
    before = await written(database)
    for what in (asked, foreseen):
        with pytest.raises(NotTaken) as refused:
            await what(database, wanted(order))
        assert refused.value.lines == {str(order.lines[0].id): (Block.NOT_BY_POST,)} and refused.value.overridable
    assert await written(database) == before
    async with database.read() as tx:
        (by_post,) = await api.eligible(tx, order=order, reason=ReturnReason.DAMAGED, way=Way.POST)
        (brought,) = await api.eligible(tx, order=order, reason=ReturnReason.DAMAGED, way=Way.COUNTER)
    assert (by_post.blocks, brought.blocks) == ((Block.NOT_BY_POST,), ())
    assert (await asked(database, wanted(order, Way.COUNTER))).head.state is State.APPROVED


async def test_she_may_withdraw_it_while_she_has_it(database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 3))
    made = await asked(database, wanted(order))
    async with database.transaction() as tx:
        await api.step_own(tx, return_id=made.head.id, event=Event.SEND, by=HER)
    before = await written(database)
    for event in (Event.CANCEL, Event.SEND, Event.REJECT):
        with pytest.raises(WrongStep):
            async with database.transaction() as tx:
                await api.step_own(tx, return_id=made.head.id, event=event, by=HER)
    assert await written(database) == before
    kept = await asked(database, wanted(order, Way.COUNTER))
    async with database.transaction() as tx:
        await api.step_own(tx, return_id=kept.head.id, event=Event.CANCEL, by=HER)
    assert (await asked(database, wanted(order, Way.COUNTER, 2))).head.state is State.APPROVED


async def test_over_http_whose_order_it_is_asks_to_bring_it(url: str, database: Database, world: World) -> None:
    async with till(url) as http, httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as shop:
        hers = await bought(shop, world, "ada")
        await http.post(f"/v1/orders/{hers['id']}/payments", json={"tendered": MUG})
        await http.post(f"/v1/orders/{hers['id']}/handovers", json={"location_id": str(world.store)})
        ask = {"lines": [{"line_id": hers["lines"][0]["id"], "quantity": 1}], "order_id": hers["id"], "way": "counter"}
        here = await shop.post("/v1/returns", json={**ask, "location_id": str(world.store)})
        assert here.status_code == 403  # to take it is for who works there
        made = (await shop.post("/v1/returns", json=ask)).json()
        assert (made["head"]["state"], made["label"]) == ("approved", None)
        path = f"/v1/returns/{made['head']['id']}"
        assert (await http.post(f"{path}/receive", json={"location_id": str(world.store)})).status_code == 200
        graded = [{"line_id": made["lines"][0]["id"], "grade": "sellable", "quantity": 1}]
        done = (await http.post(f"{path}/grade", json={"lines": graded})).json()
        assert [(one["to"], one["amount"]) for one in done["refunds"]] == [("cash", MUG)]
    assert await verification.differences(database) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("carrier", "No Such"), ("service", "x" * 101), ("parcel_grams", 0), ("price_days", -1), ("send_to", "loc_" + "0" * 32)],
)  # fmt: skip
async def test_a_policy_that_is_none_is_refused(
    url: str, database: Database, world: World, field: str, value: object
) -> None:
    async with api_client(url, world) as http:
        good = {
            "by_post": True,
            "carrier": "own",
            "parcel_grams": 700,
            "price_days": 60,
            "send_to": str(world.other_store),
        }
        assert (await http.put("/v1/return-policies", json={"market": "es", "items": [good]})).status_code == 200
        wrong = await http.put("/v1/return-policies", json={"market": "es", "items": [{**good, field: value}]})
        assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (422, "returns.bad_policy", field)
        (shown,) = (await http.get("/v1/return-policies", params={"market": "es"})).json()["items"]
    assert {name: shown[name] for name in good} == good
    made = await asked(database, wanted(await sold(database, world, ("MUG-1", 1))))
    assert made.label and (made.label.label, made.label.send_to) == (Label.ASKED, world.other_store)

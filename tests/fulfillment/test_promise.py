"""Every way to get a basket: with hours, cut-offs, holidays, hands and times; held with one call; and why not."""

from datetime import UTC, date, datetime, time, timedelta

import httpx
import msgspec
import pytest

from portico.app import verification
from portico.bookings import api as bookings
from portico.bookings.types import Opening, Resource, ResourceId, ResourceKind, Unit
from portico.business import api as business
from portico.business.types import SpecialHours
from portico.fulfillment import api
from portico.fulfillment.types import (
    BadAsk,
    Destination,
    Holiday,
    Node,
    Option,
    OptionGone,
    Promise,
    PromiseAsk,
    PromiseLine,
    Way,
    WayReason,
)
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, HoldId, Policy, PolicyId
from portico.inventory.types import Reason as Cause
from portico.platform.db import Database
from portico.pricing.types import LineItemId
from tests.conftest import Served
from tests.fulfillment.world import BARCELONA, CARRIER, MADRID, grounds, open_chain
from tests.inventory.test_holds_http import client
from tests.world import ON_HAND, World

STREET = {
    "street_address": "Calle de Ayala 45", "address_locality": "Madrid", "postal_code": "28001", "address_country": "ES",
}  # fmt: skip
# A Tuesday in winter: Madrid is an hour ahead of UTC.
TUESDAY = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)


def wish(world: World, *lines: tuple[str, int], at: datetime = TUESDAY, **more) -> PromiseAsk:  # type: ignore[no-untyped-def]
    given = {
        "lines": tuple(PromiseLine(LineItemId.new(), world.variants[sku], quantity) for sku, quantity in lines),
        "market_id": world.market_id, "channel_id": None, "by": world.by, "occurred_at": at, "near": (40.41, -3.7), **more,
    }  # fmt: skip
    return PromiseAsk(**given)


async def promise(database: Database, ask: PromiseAsk) -> Promise:
    directory, network = await grounds(database)
    async with database.transaction(now=ask.occurred_at) as tx:
        return await api.promise(tx, ask=ask, directory=directory, network=network)


def the(found: Promise, way: Way, n: int = 0) -> Option:
    options = [one for one in found.options if one.way is way]
    assert options, [(one.way, one.why.code) for one in found.not_offered]
    return options[n]


def why_not(found: Promise, way: Way) -> WayReason:
    return next(one.why.code for one in found.not_offered if one.way is way)


async def sure(database: Database) -> None:
    """Shelves of which all is known, so that nothing is kept back."""
    async with database.transaction() as tx:
        await inventory.put_policies(tx, policies=[Policy(PolicyId.new(), confidence_percent=0)])


async def test_every_way_there_is(database: Database, world: World) -> None:
    await open_chain(database, world, MUG_1=100)
    async with database.transaction() as tx:
        await api.put_nodes(tx, nodes=[Node(location_id=world.store, delivery_radius_m=5_000, delivery_cost=250)])
    found = await promise(database, wish(world, ("MUG-1", 2), here=world.store, destination=MADRID))
    assert the(found, Way.CARRY_OUT).earliest == TUESDAY
    collect = the(found, Way.COLLECT)
    assert collect.location_id == world.store and collect.distance_m == 0
    assert collect.earliest == TUESDAY + timedelta(minutes=35)  # half an hour, and five minutes for its line
    ship = the(found, Way.SHIP)
    assert (ship.cost, ship.parcels, ship.gap) == (390, 1, 0.0)
    assert ship.latest == datetime(2027, 1, 13, 19, tzinfo=UTC)  # tomorrow evening, by Madrid's clocks
    delivery = the(found, Way.LOCAL_DELIVERY)
    assert delivery.cost == 250 and delivery.latest == datetime(2027, 1, 12, 19, tzinfo=UTC)
    assert [one.earliest for one in found.options] == sorted(one.earliest for one in found.options)
    assert len({one.id for one in found.options}) == len(found.options)


async def test_without_a_place_to_send_to_nothing_is_sent(database: Database, world: World) -> None:
    await open_chain(database, world)
    found = await promise(database, wish(world, ("MUG-1", 1)))
    assert {one.way for one in found.options} == {Way.COLLECT, Way.DRIVE_UP}
    assert why_not(found, Way.SHIP) is WayReason.NO_DESTINATION


@pytest.mark.parametrize(
    ("at", "ready"),
    [
        (datetime(2027, 1, 12, 19, 50, tzinfo=UTC), datetime(2027, 1, 13, 8, 25, tzinfo=UTC)),  # ten minutes to closing
        (datetime(2027, 1, 12, 3, 0, tzinfo=UTC), datetime(2027, 1, 12, 8, 35, tzinfo=UTC)),  # before it opens
        (datetime(2027, 3, 27, 22, 0, tzinfo=UTC), datetime(2027, 3, 28, 7, 35, tzinfo=UTC)),  # over the spring change
    ],
)
async def test_it_is_picked_in_opening_hours(database: Database, world: World, at: datetime, ready: datetime) -> None:
    await open_chain(database, world)
    found = await promise(database, wish(world, ("MUG-1", 1), at=at))
    assert the(found, Way.COLLECT).earliest == ready


async def test_special_days_and_who_is_here_when_it_is_closed(database: Database, world: World) -> None:
    await open_chain(database, world)
    closed = SpecialHours(date(2027, 1, 12))
    short = SpecialHours(date(2027, 1, 13), time(12), time(14))
    async with database.transaction() as tx:
        await business.put_special_hours(tx, special={world.store: [closed, short], world.other_store: [closed, short]})
    async with database.transaction(now=TUESDAY) as tx:
        directory = await business.directory(tx)
        network = await api.network(tx, directory=directory)
        found = await api.promise(
            tx, ask=wish(world, ("MUG-1", 1), here=world.store), directory=directory, network=network
        )
    assert the(found, Way.COLLECT).earliest == datetime(2027, 1, 13, 11, 35, tzinfo=UTC)
    assert why_not(found, Way.CARRY_OUT) is WayReason.CLOSED


async def test_cut_offs_weekends_and_holidays_of_the_carrier(database: Database, world: World) -> None:
    await open_chain(database, world)
    late = datetime(2027, 1, 12, 16, 30, tzinfo=UTC)  # half past five, after both cut-offs
    ask = {"destination": MADRID}
    assert the(await promise(database, wish(world, ("MUG-1", 1), at=late, **ask)), Way.SHIP).latest.day == 14
    friday = datetime(2027, 1, 15, 9, tzinfo=UTC)
    assert the(await promise(database, wish(world, ("MUG-1", 1), at=friday, **ask)), Way.SHIP).latest.day == 18
    async with database.transaction() as tx:
        await api.put_holidays(tx, holidays=[Holiday("ES", date(2027, 1, 18), "Fiesta")])
    assert the(await promise(database, wish(world, ("MUG-1", 1), at=friday, **ask)), Way.SHIP).latest.day == 19
    async with database.transaction() as tx:
        await api.put_services(tx, services=[msgspec.structs.replace(CARRIER, active=False)])
    found = await promise(database, wish(world, ("MUG-1", 1), **ask))
    assert why_not(found, Way.SHIP) is WayReason.NO_CARRIER


async def test_pickers_and_windows_bound_what_is_promised(database: Database, world: World) -> None:
    await open_chain(database, world)
    hours = tuple(Opening(day, 9 * 60, 21 * 60, 2) for day in range(1, 8))
    hands = tuple(Opening(day, 9 * 60, 21 * 60, 30) for day in range(1, 8))
    async with database.transaction() as tx:
        await bookings.put_resources(
            tx,
            resources=[
                Resource(
                    id=ResourceId.new(), code=f"{kind}-{i}", kind=kind, name=str(kind), location_id=place,
                    time_zone="Europe/Madrid", openings=hands if kind is ResourceKind.PICKING else hours,
                    unit=Unit.LABOUR_MINUTES if kind is ResourceKind.PICKING else Unit.PLACES, horizon_days=700,
                )
                for i, place in enumerate((world.store, world.other_store))
                for kind in (ResourceKind.PICKUP, ResourceKind.PICKING)
            ],
        )  # fmt: skip
    found = await promise(database, wish(world, ("MUG-1", 1)))
    collect = the(found, Way.COLLECT)
    # Thirty-five minutes of picking at thirty an hour end at eleven UTC; the next window is the one that begins then.
    assert collect.earliest == datetime(2027, 1, 12, 11, 0, tzinfo=UTC) == collect.slots[0].starts_at
    assert WayReason.PICKERS_BUSY in [one.code for one in collect.why]
    directory, network = await grounds(database)
    for _ in range(2):
        async with database.transaction(now=TUESDAY) as tx:
            held = await api.hold(
                tx, ask=wish(world, ("MUG-1", 1)), option_id=collect.id, holder=HoldId.new(), directory=directory,
                network=network, by=world.by, latest=collect.latest, slot=collect.slots[0].starts_at,
            )  # fmt: skip
            assert held.slot is not None and held.slot.starts_at == collect.slots[0].starts_at
    with pytest.raises(OptionGone) as gone:
        async with database.transaction(now=TUESDAY) as tx:
            await api.hold(
                tx, ask=wish(world, ("MUG-1", 1)), option_id=collect.id, holder=HoldId.new(), directory=directory,
                network=network, by=world.by, slot=collect.slots[0].starts_at,
            )  # fmt: skip
    assert any(one.id == collect.id for one in gone.value.options)
    async with database.read() as tx:
        (level,) = await inventory.levels(
            tx,
            variant_ids=[world.variants["MUG-1"]],
            location_ids=[collect.location_id],  # type: ignore[list-item]
        )
    assert level.reserved == 2
    assert await verification.differences(database) == []


async def test_what_no_store_has_is_split_or_sent_to_a_store(database: Database, world: World) -> None:
    chain = await open_chain(database, world, CUP_1=100)
    await sure(database)
    async with database.transaction() as tx:
        await inventory.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=world.variants["CUP-1"], location_id=place, quantity=-ON_HAND, reason=Cause.LOST,
                    reference="", by=world.by, occurred_at=tx.now,
                )
                for place in (world.store, world.other_store)
            ],
        )  # fmt: skip
    found = await promise(database, wish(world, ("MUG-1", 1), ("CUP-1", 2), destination=MADRID))
    split = the(found, Way.SPLIT)
    assert {(one.way, one.location_id) for one in split.parts} == {
        (Way.COLLECT, world.store), (Way.SHIP, chain.warehouse),
    }  # fmt: skip
    to_store = the(found, Way.SHIP_TO_STORE)
    assert to_store.location_id == world.store and chain.warehouse in {one.location_id for one in to_store.parts}
    assert to_store.earliest > datetime(2027, 1, 13, tzinfo=UTC)
    assert why_not(found, Way.COLLECT) is WayReason.NO_STOCK
    directory, network = await grounds(database)
    holder = HoldId.new()
    async with database.transaction(now=TUESDAY) as tx:
        held = await api.hold(
            tx, ask=wish(world, ("MUG-1", 1), ("CUP-1", 2), destination=MADRID), option_id=split.id, holder=holder,
            directory=directory, network=network, by=world.by,
        )  # fmt: skip
        assert {one.quantity for one in await inventory.held(tx, holder=holder)} == {1, 2}
        assert (await api.explain(tx, holder=holder))[0].decision.outcome.solution is not None
    assert held.option.way is Way.SPLIT
    assert await verification.differences(database) == []


async def test_a_shelf_that_is_not_sure_is_not_promised(database: Database, world: World) -> None:
    await open_chain(database, world)
    found = await promise(database, wish(world, ("MUG-1", ON_HAND), here=world.store))
    assert why_not(found, Way.COLLECT) is WayReason.NOT_SURE
    assert the(found, Way.CARRY_OUT).parts[0].quantity == ON_HAND  # she has them in her hand


async def test_held_for_one_it_is_gone_for_the_next_and_nothing_is_left_behind(
    database: Database, world: World
) -> None:
    await open_chain(database, world)
    await sure(database)
    directory, network = await grounds(database)
    ask = wish(world, ("MUG-1", 2 * ON_HAND), destination=MADRID)
    (option,) = [one for one in (await promise(database, ask)).options if one.way is Way.SHIP]

    async def hold(ask: PromiseAsk) -> object:
        async with database.transaction(now=TUESDAY) as tx:
            return await api.hold(
                tx, ask=ask, option_id=option.id, holder=HoldId.new(), directory=directory, network=network, by=world.by
            )

    await hold(ask)
    with pytest.raises(OptionGone) as gone:
        await hold(wish(world, ("MUG-1", 1), destination=MADRID))
    assert gone.value.options == ()
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from fulfillment.decision") == 1
        assert await connection.fetchval("select sum(quantity) from inventory.reservation") == 2 * ON_HAND


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lines": ()}, "lines"),
        ({"near": (91.0, 0.0)}, "latitude"),
        ({"near": (0.0, 181.0)}, "longitude"),
        ({"destination": Destination(0, 1e9, "ES")}, "longitude"),
    ],
)
async def test_what_cannot_be_promised(database: Database, world: World, more: dict, field: str) -> None:
    await open_chain(database, world)
    with pytest.raises(BadAsk) as refused:
        await promise(database, msgspec.structs.replace(wish(world, ("MUG-1", 1), destination=BARCELONA), **more))
    assert refused.value.field == field


async def test_from_promise_to_order_over_http(served: Served, world: World, database: Database) -> None:
    await open_chain(database, world, MUG_1=10)
    async with database.transaction() as tx:
        await bookings.put_resources(
            tx,
            resources=[
                Resource(
                    id=ResourceId.new(), code="BAY", kind=ResourceKind.DRIVE_UP, name="Bays", location_id=world.store,
                    time_zone="Europe/Madrid", openings=tuple(Opening(day, 0, 1440, 1) for day in range(1, 8)),
                )
            ],
        )  # fmt: skip
    home = {"latitude": 40.42, "longitude": -3.7, "country": "ES"}
    async with (
        served() as url,
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}, timeout=20) as shop,
        client(url, world.token) as api_client,
    ):
        asked = await shop.post("/v1/promises", json={
            "lines": [{"variant_id": str(world.variants["MUG-1"]), "quantity": 2}], "destination": home,
        })  # fmt: skip
        assert asked.status_code == 200, asked.text
        assert {one["way"] for one in asked.json()["options"]} >= {"collect", "drive_up", "ship"}
        far = await shop.post("/v1/promises", json={
            "lines": [{"variant_id": str(world.variants["MUG-1"]), "quantity": 1}], "destination": home | {"latitude": 95},
        })  # fmt: skip
        assert (far.status_code, far.json()["code"], far.json()["field"]) == (422, "fulfillment.bad_ask", "latitude")

        async def ends() -> list[datetime]:
            async with database.pool.acquire() as connection:
                rows = await connection.fetch(
                    "select expires_at from bookings.booking where state = 'held' order by id"
                )
            return [one["expires_at"] for one in rows]

        async def checkout(way: str) -> tuple[dict, dict]:
            cart = (await shop.post("/v1/carts", json={})).json()
            await shop.post(f"/v1/carts/{cart['id']}/lines", json={"variant_id": str(world.variants["MUG-1"])})
            made = (await shop.post("/v1/checkouts", json={"cart_id": cart["id"]})).json()
            path = f"/v1/checkouts/{made['id']}"
            ways = (await shop.post(f"{path}/promises", json={"destination": home})).json()["options"]
            option = next(one for one in ways if one["way"] == way and (one["slots"] or way == "ship"))
            chosen = await shop.post(f"{path}/promise", json={
                "option_id": option["id"], "latest": option["latest"], "destination": home,
                "slot": option["slots"][0]["starts_at"] if option["slots"] else None,
            })  # fmt: skip
            assert chosen.status_code == 200, chosen.text
            edit = {
                "payment": {"term": "on_collection"},
                "buyer": {"given_name": "Ana", "family_name": "", "email": "ana@example.com", "phone": ""},
            }  # fmt: skip
            ready = await shop.patch(path, json=edit)
            if way == "ship":
                assert [one["code"] for one in ready.json()["messages"]] == ["address_missing"]
                abroad = await shop.patch(path, json={"address": STREET | {"address_country": "IT"}})
                assert (abroad.status_code, abroad.json()["field"]) == (422, "address_country")
                ready = await shop.patch(path, json={"address": STREET})
            assert ready.json()["state"] == "ready_for_complete", ready.text
            assert ready.json()["held_until"] is not None
            held = await ends()
            refused = await shop.post(f"{path}/complete", json={"expected_total": 1})
            assert refused.json()["code"] == "orders.total_changed", refused.text
            assert await ends() == held  # whoever is refused has no less time than before
            done = await shop.post(f"{path}/complete", json={"expected_total": 1250})
            assert done.status_code == 201, done.text
            return option, done.json()

        option, order = await checkout("drive_up")
        (expected,) = order["expectations"]
        assert (expected["method"], expected["earliest"]) == ("drive_up", option["slots"][0]["starts_at"])
        bay = (await api_client.get("/v1/resources", params={"kind": "drive_up"})).json()["items"][0]
        span = {"from": option["earliest"], "until": option["latest"]}
        (booked,) = (await api_client.get(f"/v1/resources/{bay['id']}/agenda", params=span)).json()["items"]
        assert (booked["holder"], booked["state"]) == (order["id"], "confirmed")
        _, sent = await checkout("ship")
        assert sent["expectations"][0]["method"] == "ship"
        assert sent["ship_to"]["address"] == STREET | {"address_region": ""} and order["ship_to"] is None
        link = sent["permalink_url"].rpartition("/")[2]
        assert (await shop.get(f"/v1/orders/by-link/{link}")).json()["ship_to"] == {
            "address": None,
            "location_id": None,
        }
        why = (await api_client.get(f"/v1/sourcing/decisions/{sent['id']}")).json()
        assert why["items"][0]["decision"]["holder"] == sent["id"]
    assert await verification.differences(database) == []

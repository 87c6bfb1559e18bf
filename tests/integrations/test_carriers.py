"""Carriers: a contract that each adapter passes, and labels that are bought once whatever the network does."""

import asyncio
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from portico.app import labels
from portico.business.types import Address
from portico.fulfillment import api as fulfillment
from portico.fulfillment.ports import Carrier, CarrierNotReached, CarrierRefused, Carriers, CarrierSilent, cheapest
from portico.fulfillment.types import BadSignature, Contact, Label, LabelAsk, NewParcel, Package, ParcelId, Progress
from portico.integrations.carriers.easypost import EasyPost
from portico.integrations.carriers.own import OwnLabel, number_of
from portico.orders.types import Method
from portico.platform.db import Database
from tests.conftest import Served, free_port
from tests.integrations.easypost_server import KEY, PDF, SECRET, EasyPostServer, easypost_server, event, signature
from tests.orders.works import PICKER, order, packed, work
from tests.world import World

SENDER = Contact("Store 1", Address("Calle Mayor 1", "Madrid", "28013", "ES"))
RECEIVER = Contact("Анна Ñandú", Address("Улица Мира 5", "Москва", "101000", "RU"), "+7 900", "anna@example.com")


def ask(**more: object) -> LabelAsk:
    given = {
        "reference": str(ParcelId.new()), "sender": SENDER, "receiver": RECEIVER, "weight_grams": 750, "length_mm": 300,
        "width_mm": 200, "height_mm": 100, "note": "M4K7-Q2PX", **more,
    }  # fmt: skip
    return LabelAsk(**given)  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[EasyPostServer]:
    with easypost_server() as one:
        yield one


def easypost(server: EasyPostServer, *, key: str = KEY) -> EasyPost:
    return EasyPost(url=server.url, key=key, webhook_secret=SECRET, timeout_seconds=0.8)


@pytest.fixture(params=["own", "easypost"])
def carrier(request: pytest.FixtureRequest, server: EasyPostServer) -> Carrier:
    return OwnLabel() if request.param == "own" else easypost(server)


async def test_every_carrier_makes_a_label_once(carrier: Carrier) -> None:
    """The contract of `fulfillment.ports.Carrier`."""
    one = ask()
    shipment = await carrier.create(one)
    assert shipment.bought is None
    rate = cheapest(shipment.rates, "")
    assert rate is not None and cheapest(shipment.rates, "no such service") is None
    bought = await carrier.buy(one, shipment, rate)
    assert bought.label.startswith(b"%PDF") and bought.label_type == "application/pdf"
    assert bought.tracking_code and bought.cost == rate.amount
    assert await carrier.buy(one, shipment, rate) == bought
    known = await carrier.find(one.reference)
    assert known is None or known.bought == bought
    assert await carrier.find(str(ParcelId.new())) is None
    other = await carrier.buy(ask(), await carrier.create(ask()), rate) if carrier.code == "own" else None
    assert other is None or other.tracking_code != bought.tracking_code
    for wrong in (None, "", "hmac-sha256-hex=00"):
        with pytest.raises(BadSignature):
            carrier.heard(b"{}", wrong)


def test_our_own_label_carries_both_addresses_and_a_code_that_can_be_read() -> None:
    from portico.integrations.carriers.own import page

    number = number_of("par_" + "ab" * 16)
    assert re.fullmatch(r"P[0-9A-HJKMNP-TV-Z]{12}", number) and number == number_of("par_" + "ab" * 16)
    made = page(ask(), number)
    assert made == page(ask(), number)
    assert b"/MediaBox [ 0 0 283.4646 425.1969 ]" in made or b"283.46" in made


async def test_easypost_is_asked_in_its_own_units(server: EasyPostServer) -> None:
    shipment = await easypost(server).create(ask(weight_grams=1000))
    assert [(one.service, one.amount, one.currency) for one in shipment.rates] == [
        ("Paq24", 690, "EUR"),
        ("Paq72", 426, "EUR"),  # half a cent goes up
    ]


@pytest.mark.parametrize(
    ("weather", "raised"),
    [("down", CarrierSilent), ("lost", CarrierSilent), ("slow", CarrierSilent), ("refused", CarrierRefused)],
)
async def test_what_became_of_a_call_is_told_apart(server: EasyPostServer, weather: str, raised: type) -> None:
    server.weather = [weather]
    with pytest.raises(raised):
        await easypost(server).create(ask())


async def test_nobody_there_is_not_silence() -> None:
    with pytest.raises(CarrierNotReached):
        await EasyPost(url=f"http://127.0.0.1:{free_port()}", key=KEY, timeout_seconds=1).create(ask())


async def test_the_key_is_in_no_message_and_no_log(server: EasyPostServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await easypost(server).create(ask())
    with pytest.raises(CarrierRefused) as told:
        await easypost(server, key="EZTK-other-secret").create(ask())
    assert "secret" not in caplog.text and "secret" not in str(told.value)
    assert "secret" not in repr(easypost(server))


# -------------------------------------------------------------------------------------------------- labels of parcels


async def boxed(database: Database, world: World, carrier: str = "easypost") -> Package:
    placed = await order(database, world, Method.SHIP, at=world.store)
    one = await packed(database, await work(database, placed.head.id), [NewParcel(weight_grams=750, length_mm=200)])
    async with database.transaction() as tx:
        (box,) = await fulfillment.parcels(tx, fulfillment_ids=[one.work.id])
        return await fulfillment.ask_label(
            tx, fulfillment_id=one.work.id, id=box.id, carrier=carrier, service="", by=PICKER
        )


async def get(database: Database, server: EasyPostServer, box: Package, *, times: int = 1) -> Package:
    """What the worker does, again and again until it no longer asks for it."""
    made_by = Carriers({"easypost": easypost(server), "own": OwnLabel()})
    for _ in range(times):
        try:
            await labels.make(database, made_by, box.id)
        except labels.TryAgain:
            continue
    async with database.read() as tx:
        return await fulfillment.parcel(tx, id=box.id)


async def test_a_label_is_bought_and_kept(database: Database, world: World, server: EasyPostServer) -> None:
    box = await boxed(database, world)
    assert box.label is Label.ASKED
    box = await get(database, server, box)
    assert (box.label, box.service, box.cost, box.currency) == (Label.BOUGHT, "Paq72", 426, "EUR")
    assert box.tracking_code == "EZ00000001" and box.tracking_url.endswith("EZ00000001")
    async with database.read() as tx:
        assert (await fulfillment.label_file(tx, id=box.id)).label == PDF
    assert (await get(database, server, box, times=3)).tracking_code == box.tracking_code
    assert server.bought == 1


@pytest.mark.parametrize("weather", ["lost", "slow", "down"])
@pytest.mark.parametrize("at", [0, 1])
async def test_where_no_answer_came_the_carrier_is_asked_and_nothing_is_bought_twice(
    database: Database, world: World, server: EasyPostServer, weather: str, at: int
) -> None:
    """The connection breaks while the shipment is made (0), or while it is bought (1)."""
    box = await boxed(database, world)
    server.weather = ["ok"] * at + [weather]
    box = await get(database, server, box)
    assert box.label is Label.UNKNOWN
    box = await get(database, server, box, times=2)
    assert box.label is Label.BOUGHT and server.bought == 1
    assert any(call.startswith("GET") for call in server.calls)


async def test_a_worker_that_died_while_it_asked_leaves_a_question_not_a_second_label(
    database: Database, world: World, server: EasyPostServer
) -> None:
    box = await boxed(database, world)

    class Dying(EasyPost):
        async def buy(self, *what):  # type: ignore[no-untyped-def]
            await super().buy(*what)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dying = Dying(url=server.url, key=KEY, timeout_seconds=1)
        await labels.make(database, Carriers({"easypost": dying}), box.id)
    async with database.read() as tx:
        assert (await fulfillment.parcel(tx, id=box.id)).label is Label.SENT
    box = await get(database, server, box)
    assert box.label is Label.BOUGHT and server.bought == 1


async def test_two_workers_at_once_buy_one_label(database: Database, world: World, server: EasyPostServer) -> None:
    box = await boxed(database, world)
    await asyncio.gather(*(get(database, server, box) for _ in range(4)))
    box = await get(database, server, box, times=2)
    assert box.label is Label.BOUGHT and server.bought == 1


async def test_what_the_carrier_refuses_is_told_and_may_be_asked_for_again(
    database: Database, world: World, server: EasyPostServer
) -> None:
    box = await boxed(database, world)
    server.weather = ["refused"]
    box = await get(database, server, box)
    assert box.label is Label.FAILED and "no such street" in box.error
    async with database.transaction() as tx:
        await fulfillment.ask_label(
            tx, fulfillment_id=box.fulfillment_id, id=box.id, carrier="own", service="", by=PICKER
        )
    box = await get(database, server, box)
    assert (box.label, box.carrier, box.error) == (Label.BOUGHT, "own", "")


async def test_webhooks_are_verified_on_their_bytes_and_replays_are_harmless(
    database: Database, world: World, server: EasyPostServer, served: Served
) -> None:
    from portico.orders import api as orders

    box = await get(database, server, await boxed(database, world))
    async with database.transaction() as tx:
        await orders.ship(tx, id=box.fulfillment_id, by=PICKER)
    first = event(box.tracking_code, ("in_transit", "2026-11-28T10:00:00Z"))
    last = event(box.tracking_code, ("in_transit", "2026-11-28T10:00:00Z"), ("delivered", "2026-11-29T09:00:00Z"))
    async with (
        served(easypost_url=server.url, easypost_key=KEY, easypost_webhook_secret=SECRET) as url,
        httpx.AsyncClient(base_url=url, timeout=20) as http,
    ):
        path = "/v1/carriers/easypost/events"
        for body, sign in (
            (last, "hmac-sha256-hex=0"),
            (last, None),
            (last.replace(b"delivered", b"deliverea"), signature(last)),
        ):
            headers = {"x-hmac-signature": sign} if sign else {}
            assert (await http.post(path, content=body, headers=headers)).status_code == 401
        assert (await http.post("/v1/carriers/nobody/events", content=last)).status_code == 422
        async with database.read() as tx:
            assert await fulfillment.tracking(tx, ids=[box.id]) == []
        for body in (last, first, last, first):  # out of order, and again
            answer = await http.post(path, content=body, headers={"x-hmac-signature": signature(body)})
            assert answer.status_code == 200, answer.text
    async with database.read() as tx:
        events = await fulfillment.tracking(tx, ids=[box.id])
        one = await fulfillment.work(tx, id=box.fulfillment_id)
        (box,) = await fulfillment.parcels(tx, ids=[box.id])
    assert [(each.status, each.place) for each in events] == [("delivered", "Madrid, ES"), ("in_transit", "Madrid, ES")]
    assert one.work.state is Progress.DELIVERED
    assert box.estimated_at == datetime(2026, 12, 1, tzinfo=UTC)


async def test_the_worker_gets_the_label_that_was_asked_for(
    database: Database, world: World, database_url: str
) -> None:
    """The job itself, on the queue: asked for in a transaction, done after it."""
    from pathlib import Path

    from portico.app import worker
    from portico.platform.settings import Settings

    box = await boxed(database, world, "own")
    async with worker.running(Settings(data=Path("/tmp/none")), database, database_url):
        for _ in range(200):
            async with database.read() as tx:
                found = await fulfillment.parcel(tx, id=box.id)
            if found.label is Label.BOUGHT:
                break
            await asyncio.sleep(0.05)
    assert found.label is Label.BOUGHT and found.tracking_code == number_of(str(box.id))

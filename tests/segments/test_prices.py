"""What a segment is asked: the same on every channel, right after what made her enter, and nothing of who is not known."""

import httpx
import msgspec
import pytest

from portico.business import api as business
from portico.catalog import api as catalog
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.identity.types import Basis, NewMerge
from portico.lab.bench.recording import Recorder
from portico.orders.trying import try_promotion
from portico.orders.types import Method
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing import api as pricing
from portico.pricing.api import quoting
from portico.pricing.types import LineItemId, QuoteAsk, QuoteLine
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.lists import BadPriceList, ListState, NewPriceList
from portico.pricing.types.promotions import BadPromotion, PercentOff, Rule, State
from portico.segments import api
from portico.segments.types import AllOf, Bought, NewSegment, OrderCount, OrdersWorth, SegmentInUse
from tests.conftest import Served
from tests.loyalty.members import bought, somebody, take_back
from tests.orders.test_orders import ask, line, placed
from tests.pricing.test_prices import doors, mug, put_list
from tests.pricing.test_redeeming import live
from tests.privacy.test_forgetting import shopper
from tests.segments.crowd import BY
from tests.segments.test_following import put, read
from tests.world import SKUS, World

MUG = SKUS["MUG-1"]
FOR_VIPS = Conditions(segments=("vip",))
OFF = Rule(code="vips", titles={"en": "For regulars"}, benefit=PercentOff(500_000), conditions=FOR_VIPS)
HALF = (MUG + 1) // 2


async def in_cart(http: httpx.AsyncClient, world: World, who: CustomerId | None, *, hers: bool = False) -> int:
    """What a mug in her basket comes to; she may have some there already."""
    cart = (await http.post("/v1/carts", json={"customer_id": str(who)} if who and not hers else {})).json()
    path = f"/v1/carts/{cart['id']}/lines"
    cart = (await http.post(path, json={"variant_id": str(world.variants["MUG-1"]), "quantity": 1})).json()
    whole = next(one["amount"] for one in cart["totals"] if one["type"] == "total")
    return int(whole) // sum(one["quantity"] for one in cart["lines"])


async def everywhere(url: str, database: Database, world: World, who: CustomerId | None) -> set[int]:
    """What a mug costs her at every door."""
    prices = set()
    async with doors(url, world) as by_channel:
        for channel in ("pos", "desk", "api"):
            prices.add(await in_cart(by_channel[channel], world, who))
            goods = [{"variant_id": str(world.variants["MUG-1"]), "quantity": 1}]
            given = {"customer_id": str(who)} if who else {}
            quote = await by_channel["api"].post("/v1/quotes", json={"channel": channel, "lines": goods, **given})
            prices.add(next(one["amount"] for one in quote.json()["totals"] if one["type"] == "total"))
            lines = [{**goods[0], "method": "collect", "location_id": str(world.store)}]
            order = await by_channel[channel].post(
                "/v1/orders", json={"lines": lines, "payment_term": "on_collection", **given}
            )
            prices.add(order.json()["total"])
        if who is None:
            prices.add(await in_cart(by_channel["web"], world, None))
    if who is not None:
        async with shopper(database, url, who) as web:
            prices.add(await in_cart(web, world, who, hers=True))
    return prices


async def test_she_is_asked_the_same_on_every_channel(served: Served, database: Database, world: World) -> None:
    """Inside and outside, and right after what made her enter: the server's own reader hears of it, nothing else is told. What is bought
    to ask for a price makes nobody a regular."""
    await put(database, "vip", OrdersWorth(currency="EUR", at_least=2 * SKUS["LAMP-1"]))
    await live(database, world, OFF)
    vip, other = await somebody(database, world), await somebody(database, world, "Olga")
    await bought(database, world, vip, ("LAMP-1", 1))
    await read(database)
    async with served() as url:
        async with database.transaction() as tx:
            assert await api.of(tx, customer_ids=[vip, other], codes=["vip"]) == {vip: frozenset(), other: frozenset()}
        order = await bought(database, world, vip, ("LAMP-1", 1))
        await read(database)
        assert await everywhere(url, database, world, vip) == {HALF}
        assert await everywhere(url, database, world, other) == {MUG}
        assert await everywhere(url, database, world, None) == {MUG}
    assert order.head.total == SKUS["LAMP-1"]


async def test_a_list_is_hers_by_any_of_her_records(database: Database, world: World) -> None:
    await put(database, "vip", OrdersWorth(currency="EUR", at_least=5000))
    await put_list(database, world, "club", 900, conditions=FOR_VIPS)
    vip, again, other = [await somebody(database, world, name) for name in ("Ana", "Anna", "Olga")]
    await bought(database, world, vip, ("LAMP-1", 2))
    await read(database)
    assert [(await mug(database, world, customer_id=one)).price for one in (vip, again, other, None)] == [
        900,
        MUG,
        MUG,
        MUG,
    ]
    async with database.transaction() as tx:
        merge = NewMerge(record_a=vip, record_b=again, basis=Basis.BY_HAND)
        (made,) = await identity.merge(tx, merges=[merge], by=BY)
    await read(database)
    assert [(await mug(database, world, customer_id=one)).price for one in (vip, again, other)] == [900, 900, MUG]
    order = await placed(database, ask(world, line(world, "MUG-1", 1), customer_id=again))
    assert order.head.total == 900
    async with database.transaction() as tx:
        await identity.unmerge(tx, merge_id=made, reason="wrong", by=BY)  # type: ignore[arg-type]
    await read(database)
    assert [(await mug(database, world, customer_id=one)).price for one in (vip, again)] == [900, MUG]


async def test_who_sends_it_back_is_out_again(database: Database, world: World) -> None:
    await put(database, "vip", Bought(variants=(world.variants["LAMP-1"],), days=30))
    await live(database, world, OFF)
    who = await somebody(database, world)
    order = await bought(database, world, who, ("LAMP-1", 1), method=Method.COLLECT)
    await read(database)
    assert (await placed(database, ask(world, line(world, "MUG-1", 1), customer_id=who))).head.total == HALF
    await take_back(database, world, order, (0, 1))
    await read(database)
    assert (await placed(database, ask(world, line(world, "MUG-1", 1), customer_id=who))).head.total == MUG


async def _statements(database: Database, world: World, people: list[CustomerId | None]) -> int:
    async with database.read() as tx:
        directory = await business.directory(tx)
    recorder = Recorder(database.pool)
    async with database.read() as tx:
        item_id = (await catalog.variants(tx, ids=[world.variants["MUG-1"]]))[world.variants["MUG-1"]].item_id
    good = QuoteLine(
        line_id=LineItemId.new(), variant_id=world.variants["MUG-1"], item_id=item_id, category=None, tax_category="standard",
        quantity=1, scale=0,
    )  # fmt: skip
    asks = [
        QuoteAsk(
            market_id=world.market_id, lines=(good,), at=clock.now(), customer_id=one, channel_id=world.channels["web"]
        )
        for one in people
    ]
    for _ in range(2):  # the second time what holds in the market is known
        recorder.statements.clear()
        async with recorder.transaction() as tx:
            await quoting.quote(tx, asks=asks, directory=directory)
    return len(recorder.statements)


async def test_nothing_is_asked_where_nothing_names_a_segment(database: Database, world: World) -> None:
    people: list[CustomerId | None] = [await somebody(database, world, f"Ana {i}") for i in range(20)]
    await read(database)
    await put(database, "vip", OrderCount(at_least=2))
    plain = msgspec.structs.replace(OFF, code="all", conditions=Conditions())
    await live(database, world, plain)
    before = await _statements(database, world, people)
    assert before == await _statements(database, world, [None])
    await live(database, world, OFF)
    assert await _statements(database, world, [None]) == before
    assert await _statements(database, world, people[:1]) == await _statements(database, world, people) <= before + 3


async def test_what_names_nobodys_segment_is_refused(database: Database, world: World) -> None:
    async def held() -> tuple[int, int]:
        async with database.read() as tx:
            page = await pricing.promotions.promotions(tx, market_id=world.market_id)
            return len(page.items), len(await pricing.lists.price_lists(tx, market_id=world.market_id))

    for state in (State.DRAFT, State.LIVE):
        with pytest.raises(BadPromotion) as refused:
            async with database.transaction() as tx:
                await pricing.promotions.create(tx, market_id=world.market_id, rule=OFF, state=state, by=world.by)
        assert (refused.value.field, refused.value.problem) == ("conditions.segments", "? vip")
    for list_state in (ListState.DRAFT, ListState.LIVE):
        new = NewPriceList(code="club", titles={"en": "Club"}, state=list_state, conditions=FOR_VIPS)
        with pytest.raises(BadPriceList) as wrong:
            async with database.transaction() as tx:
                await pricing.lists.put_list(tx, market_id=world.market_id, new=new, by=world.by)
        assert (wrong.value.field, wrong.value.problem) == ("conditions.segments", "? vip")
    assert await held() == (0, 0)


async def test_what_runs_keeps_its_segment(database: Database, world: World) -> None:
    """A promotion that runs or rests, and a list that is in force; one that has ended does not."""
    await put(database, "vip", AllOf())

    async def archive() -> None:
        async with database.transaction() as tx:
            version = (await api.segment(tx, code="vip")).version
            await api.archive(tx, code="vip", expected_version=version, by=BY)

    promotion = await live(database, world, OFF)
    await put_list(database, world, "club", 900, conditions=FOR_VIPS)
    for state, used_by in ((State.PAUSED, ("club", "vips")), (State.ENDED, ("club",))):
        async with database.transaction() as tx:
            await pricing.promotions.change(tx, id=promotion.id, state=state, by=world.by)
        with pytest.raises(SegmentInUse) as refused:
            await archive()
        assert refused.value.used_by == used_by
    new = NewPriceList(code="club", titles={"en": "Club"}, state=ListState.ENDED, conditions=FOR_VIPS)
    async with database.transaction() as tx:
        await pricing.lists.put_list(tx, market_id=world.market_id, new=new, by=world.by)
    await archive()
    async with database.transaction() as tx:
        with pytest.raises(BadPromotion):
            await pricing.promotions.create(
                tx, market_id=world.market_id, rule=msgspec.structs.replace(OFF, code="more"), by=world.by
            )


async def test_a_dry_run_says_who_would_get_it(database: Database, world: World) -> None:
    vip, other = await somebody(database, world), await somebody(database, world, "Olga")
    for who, times in ((vip, 2), (other, 1)):
        for _ in range(times):
            await bought(database, world, who, ("MUG-1", 1))
    await read(database)
    async with database.transaction() as tx:
        new = NewSegment(code="vip", name="VIP", condition=OrderCount(at_least=2))
        await api.put(tx, new=new, expected_version=0, by=BY)
        directory = await business.directory(tx)
        found = await try_promotion(tx, rule=OFF, market=directory.market("es"), directory=directory, days=30)
    assert (found.baskets, found.hits, found.customers) == (3, 2, 1)

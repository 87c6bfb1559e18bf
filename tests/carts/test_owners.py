"""Whose basket it is: one per person and market, whatever happens at once; two become one and nothing is lost."""

import asyncio
from uuid import UUID, uuid4

import pytest
from tests.world import World

from portico.business import api as business
from portico.business.types import Market, MarketId
from portico.carts import api
from portico.carts.types import LINES_MAX, QUANTITY_MAX, Cart, ChangeKind, Edit, Owner
from portico.customers.types import CustomerId
from portico.platform.db import Database

ANNA = CustomerId.new()


async def filled(database: Database, world: World, owner: Owner, **quantities: int) -> Cart:
    async with database.transaction() as tx:
        cart = await api.create(tx, market_id=world.market_id, owner=owner, by=world.by)
        for name, quantity in quantities.items():
            variant = world.variants[f"{name.upper()}-1"]
            cart = await api.edit(
                tx, edit=Edit(cart_id=cart.head.id, by=world.by, variant_id=variant, quantity=quantity)
            )
    return cart


async def give(database: Database, world: World, cart: Cart, owner: Owner) -> Cart:
    async with database.transaction() as tx:
        return await api.set_owner(tx, cart_id=cart.head.id, owner=owner, by=world.by)


async def sign_in(database: Database, world: World, guest: UUID) -> None:
    async with database.transaction() as tx:
        await api.adopt_guest(tx, guest_id=guest, customer_id=ANNA, by=world.by)


async def hers(database: Database, world: World) -> Cart:
    async with database.read() as tx:
        found = await api.current(tx, market_id=world.market_id, owner=Owner(customer_id=ANNA))
    assert found is not None
    return found


def content(cart: Cart, world: World) -> list[tuple[str, int]]:
    names = {each: sku for sku, each in world.variants.items()}
    return sorted((names[line.variant_id], line.quantity) for line in cart.lines)


async def test_one_basket_however_many_ask_at_once(database: Database, world: World) -> None:
    made = await asyncio.gather(*(filled(database, world, Owner(customer_id=ANNA)) for _ in range(16)))
    assert len({one.head.id for one in made}) == 1
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from carts.cart") == 1
        assert await connection.fetchval("select count(*) from carts.change where kind = 'created'") == 1


async def test_a_guests_basket_becomes_hers_when_she_signs_in(database: Database, world: World) -> None:
    guest = uuid4()
    before = await filled(database, world, Owner(guest_id=guest), lamp=1)
    await sign_in(database, world, guest)
    after = await hers(database, world)
    assert after.head.id == before.head.id and after.head.guest_id is None
    assert content(after, world) == [("LAMP-1", 1)]
    async with database.read() as tx:
        (last,) = await api.changes(tx, cart_id=after.head.id, rows_max=1)
    assert last.kind is ChangeKind.OWNER


async def test_two_baskets_become_one(database: Database, world: World) -> None:
    guest = uuid4()
    own = await filled(database, world, Owner(customer_id=ANNA), lamp=1, mug=2)
    await filled(database, world, Owner(guest_id=guest), mug=3, tea=250)
    await sign_in(database, world, guest)
    after = await hers(database, world)
    assert after.head.id == own.head.id
    assert content(after, world) == [("LAMP-1", 1), ("MUG-1", 5), ("TEA-1", 250)]
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from carts.line") == 3
        kinds = await connection.fetch("select cart_id from carts.change where kind = 'merged'")
    assert len(kinds) == 2  # either basket says so


async def test_lines_of_the_same_variant_are_all_counted(database: Database, world: World) -> None:
    """A swap may leave a basket with two lines of one variant; neither may vanish when it is merged."""
    guest = uuid4()
    await filled(database, world, Owner(customer_id=ANNA), mug=1)
    giving = await filled(database, world, Owner(guest_id=guest), mug=2, cup=3)
    async with database.transaction() as tx:
        cup = next(one for one in giving.lines if one.variant_id == world.variants["CUP-1"])
        await api.edit(
            tx, edit=Edit(cart_id=giving.head.id, by=world.by, line_id=cup.id, variant_id=world.variants["MUG-1"])
        )
    await sign_in(database, world, guest)
    assert content(await hers(database, world), world) == [("MUG-1", 6)]


async def test_a_line_with_an_add_on_moves_together_with_it(database: Database, world: World) -> None:
    guest = uuid4()
    await filled(database, world, Owner(customer_id=ANNA), lamp=1)
    giving = await filled(database, world, Owner(guest_id=guest), lamp=1)
    async with database.transaction() as tx:
        await api.edit(
            tx,
            edit=Edit(
                cart_id=giving.head.id, by=world.by, variant_id=world.variants["CUP-1"], parent_id=giving.lines[0].id
            ),
        )
    await sign_in(database, world, guest)
    after = await hers(database, world)
    assert content(after, world) == [("CUP-1", 1), ("LAMP-1", 1), ("LAMP-1", 1)]
    assert [one.parent_id for one in after.lines if one.parent_id] == [giving.lines[0].id]


async def test_a_full_basket_does_not_keep_her_from_signing_in(database: Database, world: World) -> None:
    """What finds no room stays in the guest's basket; a quantity stops at its limit."""
    guest = uuid4()
    own = await filled(database, world, Owner(customer_id=ANNA), lamp=1, mug=QUANTITY_MAX)
    giving = await filled(database, world, Owner(guest_id=guest), mug=2, tea=250)
    async with database.transaction() as tx:
        for _ in range(LINES_MAX - 2):
            add_on = Edit(
                cart_id=own.head.id, by=world.by, variant_id=world.variants["CUP-1"], parent_id=own.lines[0].id
            )
            await api.edit(tx, edit=add_on)
    await sign_in(database, world, guest)
    after = await hers(database, world)
    assert len(after.lines) == LINES_MAX and ("MUG-1", QUANTITY_MAX) in content(after, world)
    async with database.read() as tx:
        assert content(await api.cart(tx, cart_id=giving.head.id), world) == [("TEA-1", 250)]


async def test_two_baskets_given_to_her_at_once_become_one(database: Database, world: World) -> None:
    """Two tills scan her card in the same moment; neither sees the other's basket until it commits."""
    carts = [await filled(database, world, Owner(), mug=i + 1, **({"lamp": 1} if i == 0 else {})) for i in range(8)]
    answers = await asyncio.gather(*(give(database, world, one, Owner(customer_id=ANNA)) for one in carts))
    after = await hers(database, world)
    assert {one.head.id for one in answers} == {after.head.id}
    assert content(after, world) == [("LAMP-1", 1), ("MUG-1", sum(range(1, 9)))]


async def test_giving_her_what_she_has_changes_nothing(database: Database, world: World) -> None:
    cart = await filled(database, world, Owner(customer_id=ANNA), mug=1)
    assert await give(database, world, cart, Owner(customer_id=ANNA)) == cart


async def test_a_basket_can_be_taken_from_her_again(database: Database, world: World) -> None:
    cart = await filled(database, world, Owner(customer_id=ANNA), mug=1)
    after = await give(database, world, cart, Owner())
    assert after.head.customer_id is None and after.lines == cart.lines


@pytest.fixture
async def other_market(database: Database, world: World) -> MarketId:
    market = MarketId.new()
    async with database.transaction() as tx:
        known = await business.directory(tx)
        await business.put_markets(tx, markets=[Market(market, "jp", known.brand.id, "日本", "JP", "JPY", "en", True)])
    return market


async def test_each_market_has_a_basket_of_its_own(database: Database, world: World, other_market: MarketId) -> None:
    guest = uuid4()
    async with database.transaction() as tx:
        abroad = await api.create(tx, market_id=other_market, owner=Owner(guest_id=guest), by=world.by)
    here = await filled(database, world, Owner(guest_id=guest), mug=1)
    assert abroad.head.id != here.head.id
    await filled(database, world, Owner(customer_id=ANNA), mug=1)
    await sign_in(database, world, guest)
    async with database.read() as tx:
        assert {one.market_id for one in await api.of_customers(tx, customer_ids=[ANNA])} == {
            world.market_id,
            other_market,
        }
    assert content(await hers(database, world), world) == [("MUG-1", 2)]

"""A basket's lines: added, merged, swapped, changed, removed; every change with its version, channel and actor."""

import asyncio
from uuid import uuid4

import msgspec
import pytest
from tests.carts.racing import line_up, without_lock
from tests.world import World

from portico.carts import api, rules, store
from portico.carts.types import (
    LINES_MAX,
    QUANTITY_MAX,
    BadQuantity,
    Cart,
    CartFull,
    CartId,
    ChangeKind,
    Edit,
    Owner,
    UnknownLine,
    UnknownVariant,
)
from portico.catalog.types import VariantId
from portico.platform.db import Database
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId


async def begin(database: Database, world: World, owner: Owner | None = None) -> Cart:
    async with database.transaction() as tx:
        return await api.create(tx, market_id=world.market_id, owner=owner or Owner(), by=world.by)


async def edit(database: Database, world: World, cart: Cart, sku: str | None = None, **what) -> Cart:  # type: ignore[no-untyped-def]
    what = {"by": world.by, **({"variant_id": world.variants[sku]} if sku else {}), **what}
    async with database.transaction() as tx:
        return await api.edit(tx, edit=Edit(cart_id=cart.head.id, **what))


async def read(database: Database, cart: Cart) -> Cart:
    async with database.read() as tx:
        return await api.cart(tx, cart_id=cart.head.id)


async def written(database: Database) -> tuple[int, int, int]:
    """How much there is of what an edit writes: lines, changes, facts."""
    async with database.pool.acquire() as connection:
        tables = ("carts.line", "carts.change", "platform.fact")
        return tuple([await connection.fetchval(f"select count(*) from {one}") for one in tables])  # type: ignore[return-value]


def content(cart: Cart, world: World) -> dict[str, int]:
    names = {each: sku for sku, each in world.variants.items()}
    return {names[line.variant_id]: line.quantity for line in cart.lines}


async def test_a_basket_from_the_first_line_to_none(database: Database, world: World) -> None:
    cart = await begin(database, world)
    cart = await edit(database, world, cart, "LAMP-1")
    cart = await edit(database, world, cart, "MUG-1", quantity=2)
    cart = await edit(database, world, cart, "MUG-1", quantity=3)  # what is there becomes more
    lamp, mug = cart.lines
    assert content(cart, world) == {"LAMP-1": 1, "MUG-1": 5}
    cart = await edit(database, world, cart, "CUP-1", line_id=mug.id)
    assert content(cart, world) == {"LAMP-1": 1, "CUP-1": 5} and cart.lines[1].id == mug.id
    cart = await edit(database, world, cart, "TEA-1", line_id=mug.id, quantity=250)
    cart = await edit(database, world, cart, line_id=lamp.id, quantity=0)
    assert content(cart, world) == {"TEA-1": 250} and cart.head.version == 7
    async with database.read() as tx:
        changes = (await api.changes(tx, cart_id=cart.head.id))[::-1]
    kinds = [ChangeKind.CREATED, ChangeKind.ADDED, ChangeKind.ADDED, ChangeKind.QUANTITY, ChangeKind.SWAPPED]
    assert [one.kind for one in changes] == [*kinds, ChangeKind.SWAPPED, ChangeKind.REMOVED]
    assert [one.version for one in changes] == [1, 2, 3, 4, 5, 6, 7]
    swapped = changes[4]
    assert (swapped.from_variant_id, swapped.variant_id) == (world.variants["MUG-1"], world.variants["CUP-1"])
    assert [(one.from_quantity, one.to_quantity) for one in changes[1:]] == [
        (None, 1), (None, 2), (2, 5), (5, 5), (5, 250), (1, 0),
    ]  # fmt: skip


async def test_a_change_carries_who_and_through_which_channel(database: Database, world: World) -> None:
    cart = await begin(database, world)
    at_desk = msgspec.structs.replace(
        world.by, actor=f"staff:{world.agent.uuid.hex}", actor_name="Agent", channel_id=world.channels["desk"].uuid
    )
    cart = await edit(database, world, cart, "LAMP-1", by=at_desk)
    async with database.read() as tx:
        (last,) = await api.changes(tx, cart_id=cart.head.id, rows_max=1)
    assert (last.actor, last.actor_name, last.channel_id) == (at_desk.actor, "Agent", at_desk.channel_id)
    assert (cart.lines[0].actor, cart.lines[0].channel_id) == (at_desk.actor, at_desk.channel_id)
    async with database.pool.acquire() as connection:
        fact = await connection.fetchrow("select actor, channel_id, topics from platform.fact order by id desc limit 1")
    assert (fact["actor"], fact["channel_id"], fact["topics"]) == (
        at_desk.actor,
        at_desk.channel_id,
        [str(cart.head.id)],
    )


async def test_setting_what_is_there_already_changes_nothing(database: Database, world: World) -> None:
    cart = await edit(database, world, await begin(database, world), "LAMP-1", quantity=2)
    before = await written(database)
    assert await edit(database, world, cart, line_id=cart.lines[0].id, quantity=2) == cart
    assert await written(database) == before


async def test_a_line_goes_with_its_add_ons(database: Database, world: World) -> None:
    cart = await edit(database, world, await begin(database, world), "LAMP-1")
    lamp = cart.lines[0].id
    cart = await edit(database, world, cart, "CUP-1", parent_id=lamp)
    cart = await edit(database, world, cart, "CUP-1")  # one for herself is another line than the add-on
    assert [one.parent_id for one in cart.lines] == [None, lamp, None]
    cart = await edit(database, world, cart, line_id=lamp, quantity=0)
    assert content(cart, world) == {"CUP-1": 1} and cart.lines[0].parent_id is None


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ({"sku": "MUG-1", "quantity": 0}, BadQuantity),
        ({"sku": "MUG-1", "quantity": -1}, BadQuantity),
        ({"sku": "MUG-1", "quantity": QUANTITY_MAX + 1}, BadQuantity),
        ({"sku": "LAMP-1", "quantity": QUANTITY_MAX}, BadQuantity),  # with the one that is there
        ({"quantity": -1, "line_id": "own"}, BadQuantity),
        ({"quantity": 10**30, "line_id": "own"}, BadQuantity),
        ({"quantity": 1, "line_id": LineItemId.new()}, UnknownLine),
        ({"variant_id": VariantId.new()}, UnknownVariant),
        ({"variant_id": VariantId.new(), "line_id": "own"}, UnknownVariant),
        ({"sku": "CUP-1", "parent_id": LineItemId.new()}, UnknownLine),
        ({"sku": "CUP-1", "parent_id": "foreign"}, UnknownLine),
        ({"quantity": 1, "line_id": "foreign"}, UnknownLine),
    ],
)
async def test_a_refused_edit_writes_nothing(
    database: Database, world: World, what: dict, refusal: type[Exception]
) -> None:
    cart = await edit(database, world, await begin(database, world), "LAMP-1")
    other = await edit(database, world, await begin(database, world), "MUG-1")
    ids = {"own": cart.lines[0].id, "foreign": other.lines[0].id}
    before = await written(database)
    with pytest.raises(refusal):
        await edit(database, world, cart, **{name: ids.get(value, value) for name, value in what.items()})
    assert await read(database, cart) == cart and await read(database, other) == other
    assert await written(database) == before


async def test_a_basket_that_is_not_there(database: Database, world: World) -> None:
    with pytest.raises(NotFound):
        async with database.transaction() as tx:
            await api.edit(tx, edit=Edit(cart_id=CartId.new(), by=world.by, variant_id=world.variants["MUG-1"]))
    assert (await written(database))[0] == 0


async def test_a_basket_is_full_at_its_limit(database: Database, world: World) -> None:
    cart = await edit(database, world, await begin(database, world), "LAMP-1")
    async with database.transaction() as tx:
        for _ in range(LINES_MAX - 1):
            await api.edit(
                tx,
                edit=Edit(
                    cart_id=cart.head.id, by=world.by, variant_id=world.variants["CUP-1"], parent_id=cart.lines[0].id
                ),
            )
    with pytest.raises(CartFull):
        await edit(database, world, cart, "MUG-1")
    assert len((await read(database, cart)).lines) == LINES_MAX
    assert content(await edit(database, world, cart, "LAMP-1"), world)["LAMP-1"] == 2  # more of what is there fits


async def _race(database: Database, world: World) -> tuple[list[object], Cart]:
    """Twenty faces add one mug each to the same basket, which has one."""
    cart = await edit(database, world, await begin(database, world), "MUG-1")
    await line_up(database)
    answers = await asyncio.gather(*(edit(database, world, cart, "MUG-1") for _ in range(20)), return_exceptions=True)
    return answers, await read(database, cart)


async def test_every_face_s_change_counts(database: Database, world: World) -> None:
    answers, cart = await _race(database, world)
    assert not [one for one in answers if isinstance(one, BaseException)]
    assert content(cart, world) == {"MUG-1": 21} and cart.head.version == 22
    async with database.read() as tx:
        assert sorted(one.version for one in await api.changes(tx, cart_id=cart.head.id)) == list(range(1, 23))


async def test_without_its_lock_changes_are_lost(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same race without `for update`."""
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    _, cart = await _race(database, world)
    assert content(cart, world)["MUG-1"] < 21


def test_a_code_is_read_as_people_type_it() -> None:
    assert rules.read_code("k7m-40x") == rules.read_code("K7M 4OX") == rules.read_code(" k7m4ox ") == "K7M40X"
    assert rules.read_code("ilo-ABC") == "110ABC"
    assert rules.show_code("K7M40X") == "K7M-40X"
    for wrong in ("", "K7M40", "K7M40XX", "K7M4UX", "К7М40Х", "K7M\x0040"):
        assert rules.read_code(wrong) is None
    codes = {rules.new_code() for _ in range(500)}
    assert len(codes) > 490 and all(rules.read_code(rules.show_code(one)) == one for one in codes)


async def test_nobody_s_basket_is_always_a_new_one(database: Database, world: World) -> None:
    one, other = await begin(database, world), await begin(database, world)
    assert one.head.id != other.head.id
    guest = Owner(guest_id=uuid4())
    assert (await begin(database, world, guest)).head == (await begin(database, world, guest)).head

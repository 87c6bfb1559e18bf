"""A checkout from empty to order: what it lacks, what it holds, what closes it, and what happens all at once."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.carts.racing import line_up, without_lock
from tests.world import ON_HAND, SKUS, World

from portico.app import verification
from portico.business import api as business
from portico.carts import api as carts
from portico.carts.types import Cart, Edit, Owner
from portico.checkout import api, rules, store
from portico.checkout.types import (
    Canceled,
    Checkout,
    CheckoutId,
    Choice,
    Complete,
    Completed,
    Expired,
    Incomplete,
    State,
    TooManyChoices,
    Update,
)
from portico.customers import api as customers
from portico.customers.types import NewCustomer
from portico.inventory import api as inventory
from portico.orders import api as orders
from portico.orders.types import BadQuantity, Buyer, Method, Order, PaymentNeeded, Term, TotalChanged, WrongLocation
from portico.payments.types import NotEnough, cash
from portico.platform.db import Database
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId

HER = Buyer("Lucía", "Prado", "lucia@example.com", "")


def at_till(world: World):  # type: ignore[no-untyped-def]
    return msgspec.structs.replace(
        world.by, actor="staff:1", location_id=world.store.uuid, till_id=world.tills["T1"].uuid
    )


async def basket(database: Database, world: World, *, owner: Owner | None = None, **quantities: int) -> Cart:
    async with database.transaction() as tx:
        cart = await carts.create(tx, market_id=world.market_id, owner=owner or Owner(), by=world.by)
    for name, quantity in quantities.items():
        cart = await add(database, world, cart, name, quantity)
    return cart


async def add(database: Database, world: World, cart: Cart, name: str, quantity: int = 1) -> Cart:
    variant = world.variants[f"{name.upper()}-1"]
    async with database.transaction() as tx:
        return await carts.edit(tx, edit=Edit(cart_id=cart.head.id, by=world.by, variant_id=variant, quantity=quantity))


async def start(database: Database, world: World, cart: Cart, *, now=None) -> Checkout:  # type: ignore[no-untyped-def]
    async with database.transaction(now=now) as tx:
        return await api.open_checkout(tx, cart_id=cart.head.id, by=world.by, language="en")


async def update(
    database: Database, world: World, checkout: Checkout, *, hold: bool = True, now=None, **what
) -> Checkout:  # type: ignore[no-untyped-def]
    async with database.transaction(now=now) as tx:
        return await api.update(
            tx, checkout_id=checkout.head.id, update=Update(**what), directory=await business.directory(tx),
            by=world.by, hold=hold,
        )  # fmt: skip


async def complete(database: Database, world: World, checkout: Checkout, *, now=None, **what) -> Order:  # type: ignore[no-untyped-def]
    async with database.transaction(now=now) as tx:
        ask = Complete(
            checkout_id=checkout.head.id,
            by=at_till(world),
            language="en",
            tenders=cash(what.pop("tendered", None)),
            **what,
        )
        (answer,) = await api.complete(tx, asks=[ask], directory=await business.directory(tx))
    if isinstance(answer, Order):
        return answer
    raise answer


def collect(cart: Cart, world: World) -> tuple[Choice, ...]:
    return tuple(Choice(line.id, Method.COLLECT, world.other_store) for line in cart.lines)


async def ready(database: Database, world: World, cart: Cart, *, now=None) -> Checkout:  # type: ignore[no-untyped-def]
    found = await update(
        database, world, await start(database, world, cart, now=now), choices=collect(cart, world), buyer=HER,
        term=Term.ON_COLLECTION, now=now,
    )  # fmt: skip
    assert found.head.state is State.READY_FOR_COMPLETE, found.messages
    return found


async def reserved(database: Database, world: World, sku: str = "MUG-1") -> int:
    async with database.read() as tx:
        (found,) = await inventory.levels(tx, variant_ids=[world.variants[sku]], location_ids=[world.other_store])
    return found.reserved


async def placed(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval('select count(*) from orders."order"')


def codes(checkout: Checkout) -> list[str]:
    return [one.code for one in checkout.messages]


async def test_it_says_each_thing_that_is_missing(database: Database, world: World) -> None:
    cart = await basket(database, world)
    empty = await start(database, world, cart)
    assert codes(empty) == ["cart_empty", "payment_missing"] and empty.head.state is State.INCOMPLETE
    cart = await add(database, world, cart, "mug", 2)
    (line,) = cart.lines

    async def lacks(**what: object) -> list[str]:
        return codes(await update(database, world, empty, **what))

    assert await lacks() == ["fulfillment_missing", "payment_missing"]
    assert await lacks(term=Term.NOW) == ["fulfillment_missing"]
    assert await lacks(choices=collect(cart, world)) == ["name_missing", "contact_missing"]
    assert await lacks(buyer=Buyer(given_name="Lucía")) == ["contact_missing"]
    assert await lacks(buyer=Buyer(given_name="Lucía", phone="+34600111222")) == []
    assert await lacks(choices=(Choice(line.id, Method.CARRY_OUT, world.store),), term=Term.ON_COLLECTION) == [
        "carry_out_unpaid"
    ]
    assert await lacks(term=Term.NOW) == []
    async with database.read() as tx:
        again, _ = await api.checkout(tx, checkout_id=empty.head.id)
    assert again.head.state is State.READY_FOR_COMPLETE and again.messages == ()
    assert empty.head.id == (await start(database, world, cart)).head.id  # one open checkout per basket


async def test_it_knows_the_customer_already(database: Database, world: World) -> None:
    new = NewCustomer(given_name="Ana", family_name="Ruiz", email="ana@example.com")
    async with database.transaction() as tx:
        person = await customers.create(tx, new=new, by=world.by)
    cart = await basket(database, world, owner=Owner(customer_id=person.id), mug=1)
    found = await start(database, world, cart)
    assert (found.head.buyer.given_name, found.head.buyer.email) == ("Ana", "ana@example.com")
    done = await complete(database, world, await ready(database, world, cart))
    assert done.head.customer_id == person.id


@pytest.mark.parametrize(
    ("quantities", "covered"),
    [((1, 2), True), ((1, None), True), ((3, None), False), ((1, 1), False), ((2, 2), False), ((None, None), False)],
)
async def test_a_line_is_split_over_two_choices_that_cover_it(
    database: Database, world: World, quantities: tuple[int | None, int | None], covered: bool
) -> None:
    cart = await basket(database, world, mug=3)
    (line,) = cart.lines
    choices = (
        Choice(line.id, Method.CARRY_OUT, world.store, quantities[0]),
        Choice(line.id, Method.COLLECT, world.other_store, quantities[1]),
    )
    checkout = await start(database, world, cart)
    found = await update(database, world, checkout, choices=choices, buyer=HER, term=Term.NOW)
    assert codes(found) == ([] if covered else ["fulfillment_missing"])
    if covered:
        order = await complete(database, world, checkout, tendered=5000)
        assert {(one.method, one.location_id, one.quantity) for one in order.expectations} == {
            (Method.CARRY_OUT, world.store, 1), (Method.COLLECT, world.other_store, 2),
        }  # fmt: skip
        assert (order.lines[0].ordered, order.lines[0].fulfilled) == (3, 1)
        assert await verification.differences(database) == []


async def test_what_is_ready_is_held_and_cancel_lets_it_go(database: Database, world: World) -> None:
    cart = await basket(database, world, mug=4)
    checkout = await ready(database, world, cart)
    assert await reserved(database, world) == 4
    for _ in range(2):  # a canceled checkout stays canceled
        async with database.transaction() as tx:
            ended, _ = await api.cancel(tx, checkout_id=checkout.head.id, by=world.by)
        assert ended.head.state is State.CANCELED
        assert await reserved(database, world) == 0
    with pytest.raises(Canceled):
        await complete(database, world, checkout)
    with pytest.raises(Canceled):
        await update(database, world, checkout, term=Term.NOW)
    assert (await start(database, world, cart)).head.id != checkout.head.id
    assert await verification.differences(database) == []


async def test_what_cannot_be_held_is_said_of_its_line(database: Database, world: World) -> None:
    cart = await basket(database, world, lamp=1, mug=ON_HAND + 1)
    checkout = await start(database, world, cart)
    found = await update(database, world, checkout, choices=collect(cart, world), buyer=HER, term=Term.ON_COLLECTION)
    assert [(one.code, one.target) for one in found.messages] == [("out_of_stock", cart.lines[1].id)]
    assert found.head.state is State.INCOMPLETE
    assert (await reserved(database, world, "LAMP-1"), await reserved(database, world)) == (0, 0)


async def test_a_hold_is_used_up_by_the_order(database: Database, world: World) -> None:
    cart = await basket(database, world, mug=ON_HAND)
    order = await complete(database, world, await ready(database, world, cart))
    assert order.head.total == ON_HAND * SKUS["MUG-1"] and order.head.due == order.head.total
    assert await reserved(database, world) == ON_HAND  # by the order now
    async with database.read() as tx:
        assert (await carts.cart(tx, cart_id=cart.head.id)).lines == ()
    assert await verification.differences(database) == []


@pytest.mark.parametrize("quantity", [0, -1, 2**63, 10**30])
async def test_a_choice_of_an_impossible_quantity_is_refused(database: Database, world: World, quantity: int) -> None:
    cart = await basket(database, world, mug=1)
    checkout = await start(database, world, cart)
    with pytest.raises(BadQuantity):
        await update(
            database, world, checkout, choices=(Choice(cart.lines[0].id, Method.COLLECT, world.store, quantity),)
        )
    assert codes(await start(database, world, cart)) == ["fulfillment_missing", "payment_missing"]


async def test_choices_that_cannot_be_kept_are_refused(database: Database, world: World) -> None:
    cart = await basket(database, world, mug=1)
    checkout = await ready(database, world, cart)
    nowhere = Choice(cart.lines[0].id, Method.COLLECT, type(world.store).new())
    with pytest.raises(WrongLocation):
        await update(database, world, checkout, choices=(nowhere,))
    with pytest.raises(TooManyChoices):
        await update(database, world, checkout, choices=collect(cart, world) * (rules.CHOICES_MAX + 1))
    async with database.read() as tx:
        same, _ = await api.checkout(tx, checkout_id=checkout.head.id)
    assert (same.choices, same.head.version) == (checkout.choices, checkout.head.version)
    stray = Choice(LineItemId.new(), Method.COLLECT, world.store)  # of a line that left the basket meanwhile
    assert codes(await update(database, world, checkout, choices=(*collect(cart, world), stray))) == []


async def test_an_order_is_refused_whole(database: Database, world: World) -> None:
    cart = await basket(database, world, mug=2)
    checkout = await start(database, world, cart)
    with pytest.raises(Incomplete) as incomplete:
        await complete(database, world, checkout)
    assert [one.code for one in incomplete.value.messages] == ["fulfillment_missing", "payment_missing"]
    await update(database, world, checkout, choices=collect(cart, world), buyer=HER, term=Term.NOW)
    with pytest.raises(PaymentNeeded):
        await complete(database, world, checkout)
    with pytest.raises(NotEnough):
        await complete(database, world, checkout, tendered=2499)
    with pytest.raises(NotFound):
        await complete(database, world, Checkout(msgspec.structs.replace(checkout.head, id=CheckoutId.new()), ()))
    assert await placed(database) == 0 and await reserved(database, world) == 2
    async with database.read() as tx:
        assert (await carts.cart(tx, cart_id=cart.head.id)).lines == cart.lines


async def test_a_basket_that_changed_meanwhile_is_not_ordered_unseen(database: Database, world: World) -> None:
    cart = await basket(database, world, mug=1)
    checkout = await ready(database, world, cart)
    shown = SKUS["MUG-1"]
    await add(database, world, cart, "mug", 1)
    with pytest.raises(TotalChanged) as changed:
        await complete(database, world, checkout, expected_total=shown)
    assert (changed.value.expected, changed.value.total) == (shown, 2 * shown)
    await add(database, world, cart, "lamp", 1)
    with pytest.raises(Incomplete):  # nobody has said yet how the lamp is to reach her
        await complete(database, world, checkout, expected_total=shown)
    assert await placed(database) == 0


async def test_an_expired_checkout_is_refused_and_does_not_stand_in_the_way(database: Database, world: World) -> None:
    cart = await basket(database, world, mug=1)
    checkout = await ready(database, world, cart)
    late = checkout.head.expires_at
    with pytest.raises(Expired):
        await complete(database, world, checkout, now=late)
    with pytest.raises(Expired):
        await update(database, world, checkout, term=Term.NOW, now=late)
    assert await placed(database) == 0
    fresh = await ready(database, world, cart, now=late)
    assert fresh.head.id != checkout.head.id
    async with database.read() as tx:
        old, _ = await api.checkout(tx, checkout_id=checkout.head.id)
    assert old.head.state is State.CANCELED
    assert await complete(database, world, fresh, now=late + timedelta(minutes=1))
    assert await verification.differences(database) == []


async def test_completed_is_immutable(database: Database, world: World) -> None:
    cart = await basket(database, world, mug=1)
    checkout = await ready(database, world, cart)
    order = await complete(database, world, checkout)
    for again in (complete(database, world, checkout), update(database, world, checkout, term=Term.NOW)):
        with pytest.raises(Completed) as told:
            await again
        assert told.value.order_id == order.head.id
    with pytest.raises(Completed):
        async with database.transaction() as tx:
            await api.cancel(tx, checkout_id=checkout.head.id, by=world.by)
    assert await placed(database) == 1 and await reserved(database, world) == 1


async def _complete_at_once(database: Database, world: World) -> list[object]:
    checkout = await ready(database, world, await basket(database, world, mug=1))
    await line_up(database)
    return await asyncio.gather(*(complete(database, world, checkout) for _ in range(10)), return_exceptions=True)


async def test_completed_ten_times_at_once_it_is_one_order(database: Database, world: World) -> None:
    answers = await _complete_at_once(database, world)
    (order,) = [one for one in answers if isinstance(one, Order)]
    told = [one for one in answers if isinstance(one, Completed)]
    assert len(told) == 9 and {one.order_id for one in told} == {order.head.id}
    assert await placed(database) == 1 and await reserved(database, world) == 1
    assert await verification.differences(database) == []


async def test_without_its_lock_the_others_are_not_told_of_the_order(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without `for update` others take an open checkout for granted, and find its basket empty."""
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    answers = await _complete_at_once(database, world)
    assert any(not isinstance(one, Completed | Order) for one in answers)


async def test_twice_in_one_batch_is_completed_once(database: Database, world: World) -> None:
    checkout = await ready(database, world, await basket(database, world, mug=1))
    ask = Complete(checkout_id=checkout.head.id, by=at_till(world), language="en")
    async with database.transaction() as tx:
        first, second = await api.complete(tx, asks=[ask, ask], directory=await business.directory(tx))
    assert isinstance(first, Order) and isinstance(second, Completed) and second.order_id == first.head.id
    async with database.read() as tx:
        assert (await orders.order(tx, order_id=first.head.id)).head == first.head


def test_every_state_is_reached_and_none_is_a_trap() -> None:
    ends = {State.COMPLETED, State.CANCELED}
    assert set(rules.FOLLOWS) == set(State)

    def reachable(start: State) -> set[State]:
        seen, todo = {start}, [start]
        while todo:
            for one in rules.FOLLOWS[todo.pop()] - seen:
                seen.add(one)
                todo.append(one)
        return seen

    assert reachable(State.INCOMPLETE) == set(State)
    for one in State:
        assert reachable(one) >= ends if one not in ends else rules.FOLLOWS[one] == frozenset()


async def test_the_buyer_follows_the_owner_of_the_basket(database: Database, world: World) -> None:
    """Attached to the wrong customer, corrected, completed: nothing of the first one stays on the order."""
    async with database.transaction() as tx:
        anna, bea = [
            (await customers.create(tx, new=NewCustomer(given_name=name, email=f"{name}@example.com"), by=world.by)).id
            for name in ("Anna", "Bea")
        ]
    cart = await basket(database, world, owner=Owner(customer_id=anna), mug=1)
    checkout = await update(
        database, world, await start(database, world, cart), choices=collect(cart, world), term=Term.ON_COLLECTION
    )
    assert checkout.head.buyer.email == "anna@example.com"
    async with database.transaction() as tx:
        await carts.set_owner(tx, cart_id=cart.head.id, owner=Owner(customer_id=bea), by=world.by)
    order = await complete(database, world, checkout)
    assert (order.head.customer_id, order.head.buyer_given_name, order.head.buyer_email) == (
        bea, "Bea", "bea@example.com",
    )  # fmt: skip


async def test_without_an_owner_nobody_is_the_buyer(database: Database, world: World) -> None:
    async with database.transaction() as tx:
        anna = await customers.create(tx, new=NewCustomer(given_name="Anna", email="anna@example.com"), by=world.by)
    cart = await basket(database, world, owner=Owner(customer_id=anna.id), mug=1)
    checkout = await update(
        database, world, await start(database, world, cart), choices=collect(cart, world), term=Term.ON_COLLECTION
    )
    async with database.transaction() as tx:
        await carts.set_owner(tx, cart_id=cart.head.id, owner=Owner(), by=world.by)
    with pytest.raises(Incomplete) as missing:
        await complete(database, world, checkout)
    assert [one.code for one in missing.value.messages] == ["name_missing", "contact_missing"]
    assert await placed(database) == 0

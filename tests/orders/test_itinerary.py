"""A customer's itinerary: orders and bookings in the order of time, hers alone."""

import httpx
from tests.bookings.world import ask as book_ask
from tests.bookings.world import at, book, put
from tests.conftest import Served
from tests.inventory.test_holds_http import client
from tests.orders.test_orders import ask, line, placed
from tests.world import World

from portico.bookings import api as bookings
from portico.bookings.types import Booking, ResourceKind
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.orders.types import Method, Term
from portico.platform.auth import api as auth
from portico.platform.auth.types import Kind
from portico.platform.db import Database
from portico.platform.http.door import COOKIE_SHOPPER


async def person(database: Database, world: World, name: str) -> tuple[CustomerId, str]:
    """A customer and the token of her session."""
    async with database.transaction() as tx:
        made = await customers.create(tx, new=NewCustomer(given_name=name, email=f"{name}@example.com"), by=world.by)
        opened = await auth.open_session(tx, kind=Kind.CUSTOMER, subject_id=made.id.uuid, name=name)
    return made.id, opened.token


async def itinerary(url: str, token: str, **query: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, cookies={COOKIE_SHOPPER: token}) as http:
        return await http.get("/v1/itinerary", params=query)


async def test_what_is_to_come_in_the_order_of_time(served: Served, world: World, database: Database) -> None:
    lucia, hers = await person(database, world, "lucia")
    _, his = await person(database, world, "marco")
    order = await placed(database, ask(world, line(world, "MUG-1", 2), line(world, "CUP-1", 1), customer_id=lucia))
    taken = line(world, "LAMP-1", 1, Method.CARRY_OUT)
    await placed(database, ask(world, taken, customer_id=lucia, term=Term.NOW, tendered=10_000))
    fitting = await put(database, world, code="FIT", kind=ResourceKind.APPOINTMENT, name="Fitting")
    late, early = await book(
        database,
        book_ask(world, fitting, starts=at(12), holder=lucia),
        book_ask(world, fitting, starts=at(10), holder=lucia),
    )
    (gone,) = await book(database, book_ask(world, fitting, starts=at(11), holder=lucia))
    assert isinstance(late, Booking) and isinstance(early, Booking) and isinstance(gone, Booking)
    async with database.transaction() as tx:
        await bookings.cancel(tx, booking_id=gone.id, by=world.by)
    async with served() as url, client(url, world.token) as staff:
        found = (await itinerary(url, hers)).json()["items"]
        assert [one["id"] for one in found] == [str(order.head.id), str(early.id), str(late.id)]
        assert [(one["kind"], one["title"], one["quantity"]) for one in found] == [
            ("order", order.head.label, 2), ("booking", "Fitting", 1), ("booking", "Fitting", 1),
        ]  # fmt: skip
        assert found[0]["method"] == "collect" and found[0]["location"]["id"] == str(world.store)
        assert (found[1]["resource_kind"], found[1]["state"]) == ("appointment", "confirmed")
        assert (await itinerary(url, his)).json()["items"] == []
        # Whoever she names, she sees her own; staff see whom they name, strangers nobody.
        assert (await itinerary(url, his, customer=str(lucia))).json()["items"] == []
        theirs = await staff.get("/v1/itinerary", params={"customer": str(lucia)})
        assert theirs.json()["items"] == found
        assert (await staff.get("/v1/itinerary")).status_code == 422
        assert (await itinerary(url, "no token", customer=str(lucia))).status_code == 401

"""One timeline: every touch is there, told to whom it may be told and to nobody else, page by page with nothing lost or twice."""

import random
from string import Formatter

import httpx
import pytest

import portico.app.api  # noqa: F401 - so that every fact is declared
from portico.business import api as business
from portico.customers.types import CustomerId, NewCustomer
from portico.insights import api, telling
from portico.insights.api import TOLD, UNTOLD, Asked, Reader
from portico.orders.events import OrderHeld
from portico.orders.types import OrderId
from portico.platform import clock, events, i18n
from portico.platform.auth import api as auth
from portico.platform.db import Database
from portico.platform.events import Fact, Hand
from portico.privacy.events import ConsentChanged, MessageQueued
from portico.segments.events import Entered, Left
from tests.orders.test_orders import ask, line, placed
from tests.orders.test_orders_http import api_client
from tests.orders.test_working_http import till
from tests.privacy.people import BY, enter
from tests.privacy.test_forgetting import shopper
from tests.world import World


def undeclared(known: set[str]) -> set[str]:
    return known - TOLD.keys() - UNTOLD.keys()


def ours() -> set[str]:
    """Facts of the house; those that other tests declare are their own affair."""
    return {name for name, kind in Fact.known.items() if kind.__module__.startswith("portico.")}


def test_of_every_fact_it_is_decided_who_may_read_it() -> None:
    assert undeclared(ours()) == set()
    assert not TOLD.keys() & UNTOLD.keys()
    assert (TOLD.keys() | UNTOLD.keys()) - ours() == set(), "nothing is declared that there is not"
    assert undeclared({*ours(), "pets.merged.v1"}) == {"pets.merged.v1"}


def test_every_sentence_is_there_in_every_language_with_the_same_places() -> None:
    known = [key for key in i18n.catalog("en") if key.startswith("timeline.")]
    for name in TOLD:
        stem = f"timeline.{name.rpartition('.v')[0]}"
        assert [key for key in known if key == stem or key.startswith(f"{stem}.")], name
    for key in known:
        assert len({_places(language, key) for language in i18n.LANGUAGES}) == 1, key


def _places(language: str, key: str) -> frozenset[str]:
    message = i18n.catalog(language)[key]
    texts = message.values() if isinstance(message, dict) else [message]
    return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name)


def consent(whose: CustomerId, granted: bool = True, by: Hand = BY) -> ConsentChanged:
    return ConsentChanged(
        subject=whose, customer_id=whose, by=by, occurred_at=clock.now(), purpose="marketing", channel="email",
        granted=granted, source="test",
    )  # fmt: skip


def message(whose: CustomerId) -> MessageQueued:
    return MessageQueued(
        subject=whose,
        customer_id=whose,
        by=BY,
        occurred_at=clock.now(),
        purpose="service",
        channel="email",
        kind="order.placed",
    )


async def emit(database: Database, *facts: Fact) -> None:
    async with database.transaction() as tx:
        tx.emit(facts)


EVERYTHING = Reader("en", tuple(TOLD))


async def pages(database: Database, people: list[CustomerId], asked: Asked, reader: Reader = EVERYTHING) -> list[str]:
    """The whole story, read page by page."""
    found: list[str] = []
    async with database.read() as tx:
        directory = await business.directory(tx)
        while True:
            page = await api.timeline(tx, people=people, reader=reader, directory=directory, asked=asked)
            found += [one.id for one in page.items]
            if page.next_cursor is None:
                return found
            asked = Asked(kinds=asked.kinds, rows_max=asked.rows_max, cursor=page.next_cursor)


async def written(database: Database, people: list[CustomerId], type: str = "%") -> list[str]:
    async with database.pool.acquire() as connection:
        rows = await connection.fetch(
            "select event_id from platform.fact where customer_id = any($1::uuid[]) and type like $2 order by id desc",
            [one.uuid for one in people], type,
        )  # fmt: skip
    return [f"evt_{one['event_id'].hex}" for one in rows]


async def test_page_by_page_it_is_whole_and_nothing_comes_twice(database: Database, world: World) -> None:
    her, other = (await enter(database)).id, (await enter(database, NewCustomer(given_name="Eva"))).id
    draw = random.Random(1)
    for _ in range(12):
        await emit(
            database, *(draw.choice((consent, message))(draw.choice((her, other))) for _ in range(draw.randrange(9)))
        )
    for people in ([her], [other], [her, other]):
        for rows_max in (1, 3, 100):
            assert await pages(database, people, Asked(rows_max=rows_max)) == await written(database, people)
            only = Asked(kinds=(telling.TouchKind.CONSENT,), rows_max=rows_max)
            wanted = await written(database, people, "privacy.consent_changed.v1")
            assert await pages(database, people, only) == wanted


@pytest.mark.parametrize("looked_at_max", [1, 2, 5, 1000])
async def test_however_short_it_looks_nothing_is_lost(database: Database, looked_at_max: int) -> None:
    """A page looks only so far back: where it was not full by then, its cursor goes on, whatever the several records hold."""
    her, other = (await enter(database)).id, (await enter(database, NewCustomer(given_name="Eva"))).id
    draw = random.Random(looked_at_max)
    await emit(database, *(draw.choice((consent, message))(draw.choice((her, other))) for _ in range(40)))
    types = ["privacy.consent_changed.v1"]
    found: list[str] = []
    before: int | None = None
    async with database.read() as tx:
        while True:
            part = await events.of_people(
                tx, people=[her, other], types=types, before=before, rows_max=3, looked_at_max=looked_at_max
            )
            found += [str(one.event_id) for one in part.facts]
            before = part.next
            if before is None:
                break
    assert found == await written(database, [her, other], types[0])


async def test_who_works_at_a_till_reads_of_orders_and_not_of_consents(
    url: str, database: Database, world: World
) -> None:
    her = await enter(database)
    await placed(database, ask(world, line(world, "MUG-1", 2), customer_id=her.id))
    await emit(database, consent(her.id), message(her.id))
    path = f"/v1/customers/{her.id}/timeline"
    async with till(url) as cashier, api_client(url, world) as staff:
        seen = {one["kind"] for one in (await cashier.get(path)).json()["items"]}
        assert seen == {"order", "record"}
        assert {one["kind"] for one in (await staff.get(path)).json()["items"]} == {
            "order", "record", "consent", "message",
        }  # fmt: skip
        narrowed = (await staff.get(path, params={"kinds": "consent,message"})).json()["items"]
        assert [one["kind"] for one in narrowed] == ["message", "consent"]
        assert (await staff.get(path, params={"channels": "desk"})).json()["items"] == []
        for wrong in (
            {"kinds": "nothing"},
            {"channels": "pigeon"},
            {"cursor": "x y"},
            {"cursor": "-1"},
            {"cursor": "f" * 40},
        ):
            refused = await staff.get(path, params=wrong)
            assert (refused.status_code, refused.json()["code"]) == (422, "insights.bad_timeline"), wrong
        assert (await staff.get(f"/v1/customers/cus_{'0' * 32}/timeline")).status_code == 404
    async with database.transaction() as tx:
        _, token = await auth.add_token(tx, name="only people", scopes=["customers.read"])
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        assert {one["kind"] for one in (await client.get(path)).json()["items"]} == {"record"}


async def test_a_segment_is_told_by_its_name(database: Database, world: World) -> None:
    her = (await enter(database)).id
    await emit(
        database,
        Entered(subject=her, customer_id=her, by=BY, occurred_at=clock.now(), code="regulars", version=1),
        Left(subject=her, customer_id=her, by=BY, occurred_at=clock.now(), code="regulars", version=1),
    )
    async with database.read() as tx:
        directory = await business.directory(tx)
        page = await api.timeline(tx, people=[her], reader=EVERYTHING, directory=directory, asked=Asked(rows_max=2))
    assert [one.text for one in page.items] == [
        "No longer in segment regulars", "In segment regulars from now on",
    ]  # fmt: skip


async def test_a_fact_that_nobody_declared_is_told_to_nobody(database: Database, world: World) -> None:
    her = await enter(database)
    await emit(database, consent(her.id))
    await database.pool.execute(
        "update platform.fact set type = 'secret.thing.v1' where type = 'privacy.consent_changed.v1'"
    )
    assert len(await pages(database, [her.id], Asked())) == 1, "her record was made, and nothing else"


async def test_her_own_story_names_nobody_of_us(url: str, database: Database, world: World) -> None:
    her = await enter(database)
    order = await placed(database, ask(world, line(world, "MUG-1", 2), customer_id=her.id))
    held = OrderHeld(
        subject=OrderId(order.head.id.bytes),
        customer_id=her.id,
        by=BY,
        occurred_at=clock.now(),
        kind="fraud",
        reason="looks odd",
    )
    await emit(database, held, consent(her.id))
    eva = await enter(database, NewCustomer(given_name="Eva"))
    path = f"/v1/customers/{her.id}/timeline"
    async with (
        shopper(database, url, her.id) as shop,
        shopper(database, url, eva.id) as other,
        api_client(url, world) as staff,
    ):
        mine = (await shop.get(path, headers={"Accept-Language": "es"})).json()["items"]
        assert {one["actor"]["name"] for one in mine} == {""} and "fraud" not in str(mine)
        assert any(one["text"].startswith(f"Pedido {order.head.label} realizado") for one in mine)
        assert (await other.get(path)).status_code == 403
        theirs = (await staff.get(path)).json()["items"]
        assert any("suspected fraud" in one["text"] for one in theirs)
        (link,) = {one["link"]["label"] for one in theirs if one["link"]}
        assert link == order.head.label

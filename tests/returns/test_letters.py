"""What a buyer is told of her return by mail, through the real queue to a mail server on this machine: each once."""

import asyncio
import re
from pathlib import Path

import pytest
from tests.conftest import Served
from tests.orders.test_orders import cashier
from tests.orders.works import order as sent_order
from tests.orders.works import shipped, work
from tests.returns.test_returns import MUG, back, take
from tests.world import World

from portico.app.demo.mailbox import Letter, Mailbox, mailbox
from portico.app.return_letters import letter
from portico.business import api as business
from portico.orders.types import Method, Order
from portico.platform import clock, i18n
from portico.platform.db import Database
from portico.returns import api
from portico.returns.types import Event, Grade, Head, NewReturn, Policy, Return, ReturnId, ReturnReason, State, Way

CODE = re.compile(r"(?:^|[ (])R-\w{4}-\w{4}")  # no order's label looks like it
BEGINS = ("Your return", "Su devolución", "Il suo reso", "Возврат")


async def told(box: Mailbox, count: int) -> list[Letter]:
    """The letters about returns, once there are so many; a moment later there are no more."""
    for _ in range(1200):
        found = [one for one in box.messages if CODE.search(one.subject)]
        if len(found) >= count:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    found = [one for one in box.messages if CODE.search(one.subject)]
    assert len(found) == count, [one.subject for one in found]
    return found


async def ask(database: Database, world: World, order: Order, way: Way = Way.POST, **policy: object) -> Return:
    reason = ReturnReason.MISSING_PARCEL if way is Way.CLAIM else ReturnReason.CHANGED_MIND
    async with database.transaction() as tx:
        one = Policy(market_id=world.market_id, **policy)  # type: ignore[arg-type]
        await api.put_policies(tx, market_id=world.market_id, policies=[one])
        new = NewReturn(lines=(back(order, 1, reason=reason),), order_id=order.head.id, way=way)
        return await api.request(tx, new=new, by=cashier(world))


async def sent(database: Database, world: World, language: str = "en") -> Order:
    order = await sent_order(database, world, Method.SHIP, ("MUG-1", 3), at=world.store)
    await shipped(database, await work(database, order.head.id))
    await database.pool.execute('update orders."order" set language = $1 where id = $2', language, order.head.id.uuid)
    return order


async def step(database: Database, world: World, made: Return, event: Event, reason: str = "") -> None:
    async with database.transaction() as tx:
        await api.step(tx, return_id=made.head.id, event=event, by=cashier(world), reason=reason)


async def looked_at(database: Database, world: World, made: Return, grade: Grade = Grade.SELLABLE) -> Return:
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        await api.receive(tx, return_id=made.head.id, location_id=world.store, directory=directory, by=cashier(world))
    async with database.transaction() as tx:
        grades = [api.GradeLine(one.id, grade, one.quantity) for one in made.lines]
        return await api.grade(tx, return_id=made.head.id, grades=grades, by=cashier(world))


async def test_she_is_told_what_to_do_that_it_came_and_what_went_back(
    served: Served, database: Database, world: World, tmp_path: Path
) -> None:
    async with mailbox(tmp_path / "mail") as box, served(smtp_url=box.url, public_url="https://casa.example") as _:
        order = await sent(database, world)
        made = await ask(database, world, order, postage=200)
        (first,) = await told(box, 1)  # asked for and approved in one breath: one letter
        assert (first.to, first.subject) == (("ada@example.com",), f"Your return {made.head.code}")
        assert f"https://casa.example/returns/{made.head.link_token}/label" in first.text
        assert f"https://casa.example/orders/{order.head.link_token}" in first.text and "× 1" in first.text
        await step(database, world, made, Event.SEND)
        done = await looked_at(database, world, made)
        # Cash was paid, and nobody stands at a till: it is a gift card, whose code is in a letter of its own.
        (refund,) = done.refunds
        assert (refund.to, refund.amount) == ("gift_card", MUG - 200) and refund.card_code
        _, *rest = await told(box, 4)
        by_subject = {one.subject: one.text for one in rest}
        assert f"Your return {made.head.code} is here" in by_subject
        assert refund.card_code in by_subject[f"A gift card for your return {made.head.code}"]
        refunded = by_subject[f"€10.50 for your return {made.head.code}"]
        assert "It was worth €12.50; €2.00 were kept for the return." in refunded
        facts = await database.pool.fetch("select body::text from platform.fact")
        assert not any(refund.card_code in one["body"] for one in facts)


async def test_what_is_refused_or_not_accepted_is_told_too(
    served: Served, database: Database, world: World, tmp_path: Path
) -> None:
    async with mailbox(tmp_path / "mail") as box, served(smtp_url=box.url) as _:
        order = await sent(database, world)
        made = await ask(database, world, order, approve_at_once=False)
        (asked,) = await told(box, 1)
        assert "We look at it and write to you." in asked.text
        await step(database, world, made, Event.REJECT, "It was used")
        _, refused = await told(box, 2)
        assert "Why: It was used" in refused.text
        claim = await ask(database, world, order, Way.CLAIM)
        *_, claimed = await told(box, 3)
        assert claimed.subject == f"We look for your parcel ({claim.head.code})"
        again = await ask(database, world, order)
        await looked_at(database, world, again, Grade.SEND_BACK)
        subjects = [one.subject for one in await told(box, 6)]
        assert f"Your return {again.head.code} was not accepted" in subjects
        withdrawn = await ask(database, world, order, Way.COUNTER)
        await told(box, 7)
        await step(database, world, withdrawn, Event.CANCEL)
        await told(box, 7)  # she knows


@pytest.mark.parametrize(("language", "begins"), list(zip(("en", "es", "it", "ru"), BEGINS, strict=True)))
async def test_it_is_written_in_the_orders_language(
    served: Served, database: Database, world: World, tmp_path: Path, language: str, begins: str
) -> None:
    async with mailbox(tmp_path / "mail") as box, served(smtp_url=box.url) as _:
        made = await ask(database, world, await sent(database, world, language))
        (one,) = await told(box, 1)
    assert one.subject == f"{begins} {made.head.code}" and "{" not in one.text


async def test_over_the_counter_it_is_one_letter_about_money(
    served: Served, database: Database, world: World, tmp_path: Path
) -> None:
    async with mailbox(tmp_path / "mail") as box, served(smtp_url=box.url) as _:
        order = await sent(database, world)
        done = await take(database, world, order, back(order))
        (one,) = await told(box, 1)
    assert one.subject == f"€12.50 for your return {done.head.code}"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_each_letter_has_its_words(language: str) -> None:
    """Whatever a return comes to, there is a letter with these places and no other."""
    names = (
        "post", "bring", "asked", "claimed", "received", "refunded", "refunded_less", "set_off", "not_accepted", "refused",
        "refused_why",
    )  # fmt: skip
    places = dict.fromkeys(("code", "label", "items", "reason", "amount", "value", "fee", "link", "print"), "x")
    for name in names:
        for part in ("subject", "text"):
            assert "{" not in i18n.text(language, f"mail.return.{name}.{part}", **places)
    assert letter("label_bought", _nothing()) is None and letter("cancel", _nothing()) is None


def _nothing() -> Return:
    now = clock.now()
    head = Head(
        ReturnId.new(), "R-0000-0000", None, None, State.APPROVED, Way.POST, None, None, None, "EUR", 0, 0, 0, "", "",  # type: ignore[arg-type]
        "", "", now, now, "x",
    )  # fmt: skip
    return Return(head, ())

"""Something is sent back from an order's own page: chosen, seen, asked for, followed and withdrawn, by forms and links alone."""

import asyncio
from urllib.parse import urlencode

import pytest

from portico.app import verification
from portico.business import api as business
from portico.fulfillment.types import Label
from portico.orders import api as orders
from portico.orders.types import Order
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.returns import api
from portico.returns.types import Event, Grade, Policy, Return, State
from tests.channels.shop.browser import Browser, Page, browsing
from tests.channels.shop.test_buying import BUYER
from tests.channels.shop.test_paying_and_canceling import LAMP, card_of, ready_to_buy
from tests.orders.test_orders import cashier
from tests.world import World

BY = Hand(actor="staff:back", actor_name="Bea Back")


async def policy(database: Database, world: World, **what: object) -> None:
    async with database.transaction() as tx:
        one = Policy(market_id=world.market_id, **what)  # type: ignore[arg-type]
        await api.put_policies(tx, market_id=world.market_id, policies=[one])


async def had(browser: Browser, world: World, database: Database) -> tuple[str, Order]:
    """A lamp that was bought with a gift card and fetched."""
    code = await card_of(database, LAMP)
    page = await browser.send(await ready_to_buy(browser, world), "/checkout", **BUYER, gift_code=code)
    path = page.answer.url.path
    async with database.transaction() as tx:
        found = await orders.by_link(tx, token=path.rpartition("/")[2])
        return path, await orders.hand_over(
            tx, order_id=found.head.id, location_id=world.other_store, lines=None, by=cashier(world)
        )


def choice(order: Order, *, quantity: str = "1", reason: str = "changed_mind", way: str = "post") -> str:
    line = order.lines[0].id
    return urlencode({"look": "1", f"q_{line}": quantity, f"r_{line}": reason, "way": way})


async def returns(database: Database) -> list[Return]:
    async with database.read() as tx:
        return await api.listed(tx)


async def test_by_post_it_is_seen_asked_for_once_and_followed_to_its_end(
    url: str, world: World, database: Database
) -> None:
    await policy(database, world, postage=490, restocking_ppm=100_000)
    async with browsing(url) as browser, browsing(url) as stranger:
        path, order = await had(browser, world, database)
        page = await browser.get(path)
        assert f"{path}/return" in page.html and f"{path}/return" not in (await stranger.get(path)).html
        form = await browser.get(f"{path}/return")
        assert "1 item can come back." in form.text and not form.untranslated()
        seen = await browser.get(f"{path}/return?{choice(order)}")
        assert "Worth €49.90" in seen.text and "Kept for the return -€9.89" in seen.text, seen.text
        assert "€40.01 goes back: on a gift card." in seen.text
        assert await returns(database) == []  # to look is to change nothing
        assert (await stranger.get(f"{path}/return?{choice(order)}")).status == 404
        assert (await stranger.send(seen, f"{path}/return")).status == 404
        assert await returns(database) == []
        done, again = await asyncio.gather(*(browser.send(seen, f"{path}/return", note="In its box") for _ in range(2)))
        (made,) = await returns(database)
        assert (made.head.state, made.head.note, made.head.way) == (State.APPROVED, "In its box", "post")
        for page in (done, again):
            assert page.status == 200 and f"Your return {made.head.code} is noted." in page.text, page.text
            assert not page.untranslated()
        assert made.head.code not in (await stranger.get(path)).html  # its code is hers alone
        page = await _labeled(browser, path)
        label = await browser.get(f"/returns/{made.head.link_token}/label")
        assert label.answer.headers["content-type"] == "application/pdf", label.text
        assert label.answer.content[:4] == b"%PDF"
        assert (await stranger.get("/returns/nonsense/label")).status == 404
        sent = await browser.send(page, f"{path}/returns/{made.head.id}/send")
        assert "Your parcel is on its way to us." in sent.text and f"{made.head.id}/cancel" not in sent.html
        await _looked_at(database, world, made)
        page = await browser.get(path)
        assert "€40.01 went back; €9.89 were kept for the return." in page.text, page.text
        assert 'href="/returns/' not in page.html and not page.untranslated()
        gone = await browser.get(f"/returns/{made.head.link_token}/label")
        assert gone.status == 409
    assert await verification.differences(database) == []


async def _labeled(browser: Browser, path: str) -> Page:
    for _ in range(100):
        page = await browser.get(path)
        if 'href="/returns/' in page.html:
            return page
        assert "Your label is being made." in page.text
        await asyncio.sleep(0.1)
    raise AssertionError(page.text)


async def _looked_at(database: Database, world: World, made: Return) -> None:
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        await api.receive(tx, return_id=made.head.id, location_id=world.store, directory=directory, by=BY)
        grades = [api.GradeLine(one.id, Grade.SELLABLE, one.quantity) for one in made.lines]
        await api.grade(tx, return_id=made.head.id, grades=grades, by=BY)


async def test_brought_to_a_store_it_has_a_code_and_may_be_withdrawn(
    url: str, world: World, database: Database
) -> None:
    async with browsing(url) as browser, browsing(url) as stranger:
        path, order = await had(browser, world, database)
        seen = await browser.get(f"{path}/return?{choice(order, way='counter', reason='damaged')}")
        assert "Kept for the return" not in seen.text and "Bring it to any of our stores" in seen.text
        page = await browser.send(seen, f"{path}/return")
        (made,) = await returns(database)
        assert made.head.code in page.text and "QR code of return" in page.html and 'href="/returns/' not in page.html
        assert made.label is None
        form = await browser.get(f"{path}/return")
        assert "A return of this is under way already." in form.text
        assert (await stranger.send(page, f"{path}/returns/{made.head.id}/cancel")).status == 404
        assert (await browser.post(f"{path}/returns/{made.head.id}/send")).status == 409  # nobody posts it
        other = await had(stranger, world, database)
        assert (await stranger.post(f"{other[0]}/returns/{made.head.id}/cancel")).status == 404
        assert [one.head.state for one in await returns(database)] == [State.APPROVED]
        kept = await browser.send(page, f"{path}/returns/{made.head.id}/cancel")
        assert "You keep it." in kept.text
        assert [one.head.state for one in await returns(database)] == [State.CANCELED]
        assert (await browser.post(f"{path}/returns/{made.head.id}/cancel")).status == 409
        assert "1 item can come back." in (await browser.get(f"{path}/return")).text


@pytest.mark.parametrize(
    ("what", "chosen", "status", "told"),
    [
        ({"days": 0}, {}, 409, "The time to return this is over."),
        ({"final_sale": True}, {}, 409, "This was a final sale and does not come back."),
        ({"by_post": False}, {}, 409, "This cannot be posted. Please bring it to a store."),
        ({}, {"quantity": "2"}, 409, "There are not that many left to come back."),
        ({}, {"quantity": "0"}, 422, "Choose at least one item"),
        ({}, {"quantity": "many"}, 422, "Type how many come back, as a number."),
        ({}, {"reason": "boredom"}, 422, "Choose a reason."),
        ({}, {"reason": "missing_parcel"}, 409, "This has arrived, or was not sent."),
    ],
)
async def test_what_is_refused_is_said_plainly_and_writes_nothing(
    url: str, world: World, database: Database, what: dict[str, object], chosen: dict[str, str], status: int, told: str
) -> None:
    await policy(database, world, **what)
    async with browsing(url) as browser:
        path, order = await had(browser, world, database)
        page = await browser.get(f"{path}/return?{choice(order, **chosen)}")
        assert (page.status, told in page.text) == (status, True), page.text
        assert not page.untranslated()
        line = order.lines[0].id
        typed = {f"q_{line}": chosen.get("quantity", "1"), f"r_{line}": chosen.get("reason", "changed_mind")}
        page = await browser.post(f"{path}/return", **typed, way="post")  # past the page that looks
        assert (page.status, told in page.text) == (status, True), page.text
        assert await returns(database) == []


async def test_what_may_only_come_back_broken_says_so(url: str, world: World, database: Database) -> None:
    await policy(database, world, final_sale=True, by_post=False)
    async with browsing(url) as browser:
        path, _ = await had(browser, world, database)
        page = await browser.get(f"{path}/return")
        assert "If something is wrong with it, it can still come back." in page.text
        assert "I changed my mind" not in page.text and "It is damaged" in page.text
        assert "I send it by post" not in page.text and "I bring it to a store" in page.text


@pytest.mark.parametrize(
    ("language", "said"), [("es", "Se puede devolver 1 unidad."), ("it", "Si può restituire 1 pezzo."), ("ru", "Можно вернуть 1 штуку.")]
)  # fmt: skip
async def test_it_speaks_the_readers_language(
    url: str, world: World, database: Database, language: str, said: str
) -> None:
    async with browsing(url) as english, browsing(url, language=language) as browser:
        path, order = await had(english, world, database)
        browser.client.cookies = english.client.cookies
        form = await browser.get(f"{path}/return")
        assert (form.language, said in form.text) == (language, True), form.text
        seen = await browser.get(f"{path}/return?{choice(order)}")
        page = await browser.send(seen, f"{path}/return")
        for one in (form, seen, page):
            assert not one.untranslated()


async def test_what_staff_refuse_is_told_with_the_reason(url: str, world: World, database: Database) -> None:
    await policy(database, world, approve_at_once=False)
    async with browsing(url) as browser:
        path, order = await had(browser, world, database)
        page = await browser.send(await browser.get(f"{path}/return?{choice(order)}"), f"{path}/return")
        (made,) = await returns(database)
        assert made.head.state is State.REQUESTED and made.label is None
        assert "We look at it and write to you." in page.text
        async with database.transaction() as tx:
            await api.step(tx, return_id=made.head.id, event=Event.REJECT, by=BY, reason="It was used")
        assert "Why: It was used" in (await browser.get(path)).text
        (made,) = await returns(database)
        assert made.label is None or made.label.label is not Label.BOUGHT

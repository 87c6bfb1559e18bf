"""An order paid with a gift card by form alone, and one that is canceled on its own page."""

from portico.app import verification
from portico.business import api as business
from portico.fulfillment import api as fulfillment
from portico.loyalty import api as loyalty
from portico.loyalty.types import NewCard
from portico.orders import api as orders
from portico.platform.db import Database
from portico.platform.events import Hand
from tests.channels.shop.browser import Browser, Page, browsing
from tests.channels.shop.test_buying import BUYER, counts
from tests.world import World

LAMP = 4990
BY = Hand(actor="system:test", actor_name="Test")


async def card_of(database: Database, amount: int) -> str:
    async with database.transaction() as tx:
        (made,) = await loyalty.issue(tx, cards=[NewCard(amount=amount, currency="EUR")], by=BY)
    return made.code


async def ready_to_buy(browser: Browser, world: World) -> Page:
    basket = await browser.send(await browser.get("/items/lamp-1"), "/basket/lines", quantity="1")
    checkout = await browser.send(basket, "/checkout/begin")
    return await browser.press(checkout, "/checkout/hold", way=f"collect~{world.other_store}")


async def test_a_gift_card_pays_for_all_of_it(url: str, world: World, database: Database) -> None:
    code = await card_of(database, LAMP + 10)
    async with browsing(url) as browser:
        order = await browser.send(await ready_to_buy(browser, world), "/checkout", **BUYER, gift_code=code)
        assert order.status == 200 and "Thank you" in order.text and "To pay" not in order.text
    async with database.read() as tx:
        assert (await loyalty.card(tx, code=code)).balance == 10
    assert await verification.differences(database) == []


async def test_a_card_that_is_not_enough_or_none_is_told_and_nothing_is_ordered(
    url: str, world: World, database: Database
) -> None:
    code = await card_of(database, LAMP - 90)
    async with browsing(url) as browser:
        kept = await ready_to_buy(browser, world)
        for given, said in ((code, "€0.90 is missing"), ("AAAA-BBBB", "does not pay here")):
            again = await browser.send(kept, "/checkout", **BUYER, gift_code=given)
            assert again.status == 409 and said in again.text
            assert again.form("/checkout").fields["given_name"] == BUYER["given_name"]
        assert (await counts(database))[0] == 0
        async with database.read() as tx:
            assert (await loyalty.card(tx, code=code)).balance == LAMP - 90
        order = await browser.send(kept, "/checkout", **BUYER)
        assert order.status == 200 and "To pay when you collect: €49.90" in order.text


async def test_she_cancels_what_nobody_has_begun_to_pick(url: str, world: World, database: Database) -> None:
    code = await card_of(database, LAMP)
    async with browsing(url) as browser, browsing(url) as stranger:
        order = await browser.send(await ready_to_buy(browser, world), "/checkout", **BUYER, gift_code=code)
        path = order.answer.url.path
        assert f"{path}/cancel" in order.html
        assert f"{path}/cancel" not in (await stranger.get(path)).html
        assert (await stranger.get(f"{path}/cancel")).status == 404
        asked = await browser.get(f"{path}/cancel")
        assert "This will be canceled" in asked.text and "€49.90 goes back: on a gift card." in asked.text
        assert await counts(database) == (1, 1)  # to look is to change nothing
        assert (await stranger.send(asked, f"{path}/cancel")).status == 404
        assert await counts(database) == (1, 1)
        done = await browser.send(asked, f"{path}/cancel")
        assert done.status == 200 and "Your order is canceled." in done.text
        assert "Taken off the order" in done.text
        assert await counts(database) == (1, 0)
        again = await browser.send(asked, f"{path}/cancel")
        assert again.status == 422 and f"{path}/cancel" not in (await browser.get(path)).html
    assert await verification.differences(database) == []


async def test_once_it_is_begun_it_takes_a_word_with_the_shop(url: str, world: World, database: Database) -> None:
    async with browsing(url) as browser:
        order = await browser.send(await ready_to_buy(browser, world), "/checkout", **BUYER)
        path = order.answer.url.path
        asked = await browser.get(f"{path}/cancel")
        async with database.transaction() as tx:
            found = await orders.by_link(tx, token=path.rpartition("/")[2])
            await orders.follow(tx, order_id=found.head.id, directory=await business.directory(tx), by=BY)
            (one,) = await fulfillment.find(tx, holders=[found.head.id])
            await fulfillment.start(tx, id=one.work.id, by=BY)
        late = await browser.send(asked, f"{path}/cancel")
        assert late.status == 409
        assert (await browser.get(f"{path}/cancel")).status == 409
        assert (await counts(database))[1] == 1
        assert f"{path}/cancel" not in (await browser.get(path)).html

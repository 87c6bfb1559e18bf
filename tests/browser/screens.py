"""Every screen of Portico, and how to get there: what is checked for access and languages, and photographed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
from playwright.async_api import Browser, expect

from portico.app.demo import chain
from portico.app.demo.catalogue import gtin
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import Screen, opened
from tests.payments import stripe_server

Way = Callable[[Screen, Demo], Awaitable[None]]
FACES = ("shop", "pos", "desk", "office")
LANGUAGES = ("en", "es", "it", "ru")


class Stop(msgspec.Struct, frozen=True):
    """One screen; `way` leads to it from the stop before it on the same face."""

    name: str
    way: Way


def at(path: str, ready: str) -> Way:
    """By address, until `ready` can be seen."""

    async def way(screen: Screen, demo: Demo) -> None:
        await screen.open(path)
        await screen.css(ready).first.wait_for()

    return way


def press(testid: str, ready: str) -> Way:
    """By pressing the first such thing, until `ready` can be seen."""

    async def way(screen: Screen, demo: Demo) -> None:
        await screen.id(testid).first.click()
        await screen.css(ready).first.wait_for()

    return way


async def dismiss(screen: Screen) -> None:
    """Close whatever dialog is open, and let the page hear that it is: a scan in between would be the dialog's."""
    for _ in range(3):
        if await screen.css("dialog[open], [popover]:popover-open").count() == 0:
            await screen.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            return
        await screen.page.keyboard.press("Escape")
    raise AssertionError(f"{screen.name}: a dialog does not close")


def closing(way: Way) -> Way:
    async def closed(screen: Screen, demo: Demo) -> None:
        await dismiss(screen)
        await way(screen, demo)

    return closed


# ------------------------------------------------------------------------------------------------------------- shop


async def shop_item(screen: Screen, demo: Demo) -> None:
    await at(f"/items/{demo.seeded.walk_slugs[0]}", "form[data-enhance=add]")(screen, demo)


async def shop_code_refused(screen: Screen, demo: Demo) -> None:
    await screen.open("/sign-in")
    await screen.css("#address").fill(demo.seeded.shopper.name)
    await screen.css("main form button").click()
    await screen.css("#code").fill("000000")
    await screen.css("main form button").click()
    await screen.css("#code-error").wait_for()


async def shop_times(screen: Screen, demo: Demo) -> None:
    await screen.css(".whats a").first.click()
    await screen.css(".times").first.wait_for()


async def shop_account(screen: Screen, demo: Demo) -> None:
    await people.sign_in_as_shopper(screen, demo)


async def shop_order(screen: Screen, demo: Demo) -> None:
    await screen.css(".order-list a").first.click()
    await screen.css(".order-state").wait_for()


async def shop_return(screen: Screen, demo: Demo) -> None:
    """Of the first of her orders that she has already."""
    await screen.open("/account")
    links = await screen.css(".order-list a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    for link in links:
        await at(link, ".order-state")(screen, demo)
        if await screen.css("a[href$='/return']").count():
            break
    await screen.css("a[href$='/return']").click()
    await screen.css(".return-line input").first.wait_for()


async def shop_return_refused(screen: Screen, demo: Demo) -> None:
    await screen.css(".return-line input").first.fill("999")
    await screen.css("main .button.primary").click()
    await screen.css(".return-line .error").wait_for()


async def shop_return_seen(screen: Screen, demo: Demo) -> None:
    await screen.css(".return-line input").first.fill("1")
    await screen.css("input[name=way][value=post]").check()
    await screen.css("main .button.primary").click()
    await screen.css(".totals").wait_for()


async def shop_returned(screen: Screen, demo: Demo) -> None:
    await screen.css("main .button.primary").click()
    await screen.css(".returned a[href$='/label']").wait_for()


async def shop_basket(screen: Screen, demo: Demo) -> None:
    for slug in demo.seeded.walk_slugs[:3]:
        await people.add_from_item_page(screen, slug)
    await at("/basket", "[data-line]")(screen, demo)


async def shop_hand_over(screen: Screen, demo: Demo) -> None:
    await screen.css("form[action='/basket/hand-over'] button").click()
    await screen.css(".baton-code").wait_for()


async def shop_checkout(screen: Screen, demo: Demo) -> None:
    await screen.open("/basket")
    await screen.css("form[action='/checkout/begin'] button").click()
    await screen.css("input[name=way]").first.wait_for()


async def shop_no_postal(screen: Screen, demo: Demo) -> None:
    await people.look_from(screen, "99999")
    await screen.css("#postal-error").wait_for()


async def shop_ways(screen: Screen, demo: Demo) -> None:
    await people.look_from(screen, "28004")
    await screen.css("input[name=way][value=ship]").wait_for()


async def shop_kept(screen: Screen, demo: Demo) -> None:
    await people.keep_way(screen, "ship")


async def shop_no_card(screen: Screen, demo: Demo) -> None:
    """A gift card's code that is none, beside an address that is whole."""
    await people.fill_address(screen)
    await screen.css("#gift_code").fill("0000-0000-0000-0000")
    await screen.css(".summary button.primary").click()
    await screen.css("#gift_code-error").wait_for()


async def shop_placed(screen: Screen, demo: Demo) -> None:
    await screen.css("#gift_code").fill("")
    await people.order(screen)


async def shop_cancel(screen: Screen, demo: Demo) -> None:
    await screen.css("a[href$='/cancel']").click()
    await screen.css("main .button.danger").wait_for()


async def shop_canceled(screen: Screen, demo: Demo) -> None:
    await screen.css("main .button.danger").click()
    await screen.css(".order-state").wait_for()


async def shop_drive_up(screen: Screen, demo: Demo) -> None:
    await people.add_from_item_page(screen, demo.seeded.walk_slugs[0])
    await shop_checkout(screen, demo)
    await screen.css("input[name=way][value^=drive_up]").first.check()
    await screen.css(".way-more select >> visible=true").wait_for()


async def shop_bay_kept(screen: Screen, demo: Demo) -> None:
    await people.keep_way(screen, "drive_up")


async def shop_bay_placed(screen: Screen, demo: Demo) -> None:
    await people.order(screen)


SHOP = [
    Stop("home", at("/", ".product-card")),
    Stop("search", at("/search", ".product-card")),
    Stop("nothing-found", at("/search?q=xyzzyx", ".empty-state")),
    Stop("item", shop_item),
    Stop("empty-basket", at("/basket", ".empty-state")),
    Stop("sign-in", at("/sign-in", "#address")),
    Stop("code-refused", shop_code_refused),
    Stop("no-page", at("/no-such-page", "main h1")),
    Stop("what-to-book", at("/times", ".whats")),
    Stop("times", shop_times),
    Stop("account", shop_account),
    Stop("order", shop_order),
    Stop("return", shop_return),
    Stop("return-refused", shop_return_refused),
    Stop("return-seen", shop_return_seen),
    Stop("returned", shop_returned),
    Stop("basket", shop_basket),
    Stop("hand-over", shop_hand_over),
    Stop("checkout", shop_checkout),
    Stop("no-postal-code", shop_no_postal),
    Stop("ways", shop_ways),
    Stop("kept", shop_kept),
    Stop("no-gift-card", shop_no_card),
    Stop("placed", shop_placed),
    Stop("cancel", shop_cancel),
    Stop("canceled", shop_canceled),
    Stop("drive-up", shop_drive_up),
    Stop("bay-kept", shop_bay_kept),
    Stop("bay-placed", shop_bay_placed),
    Stop("item-from-there", shop_item),
]


async def shop_card(screen: Screen, demo: Demo) -> None:
    await people.add_from_item_page(screen, demo.seeded.walk_slugs[0])
    await shop_checkout(screen, demo)
    await people.keep_way(screen, "collect")
    await screen.css("input[name=pay][value=card]").check()
    await screen.css("[data-card-fields] input").first.wait_for()


async def shop_card_declined(screen: Screen, demo: Demo) -> None:
    await people.type_card(screen, stripe_server.DECLINED)
    await screen.css(".summary button.primary").click()
    await screen.css("[data-card-error]:not([hidden])").wait_for()
    await screen.css("[data-card-fields] input").first.wait_for()


async def shop_prove(screen: Screen, demo: Demo) -> None:
    """With the bank's own question put away, so that the page itself is seen."""
    await people.type_card(screen, stripe_server.PROVES)
    await screen.css(".summary button.primary").click()
    await screen.css("text=Complete authentication").wait_for()
    await screen.page.reload()
    await screen.css("[data-prove]").wait_for()


async def shop_still_to_pay(screen: Screen, demo: Demo) -> None:
    await screen.css("button[name=stop]").click()
    await screen.css("portico-kept-until").wait_for()
    await screen.css("input[name=pay][value=till]").check()
    await people.order(screen)


async def shop_link(screen: Screen, demo: Demo) -> None:
    await screen.css(".summary a[href$='/pay']").click()
    await screen.css("[data-card-fields] input").first.wait_for()


async def shop_link_paid(screen: Screen, demo: Demo) -> None:
    await people.type_card(screen, stripe_server.GOOD)
    await screen.css("[data-needs-card]").click()
    await screen.css(".notice.good").wait_for()


# Where the demo takes cards.
CARDS = [
    Stop("card", shop_card),
    Stop("card-declined", shop_card_declined),
    Stop("prove", shop_prove),
    Stop("still-to-pay", shop_still_to_pay),
    Stop("link", shop_link),
    Stop("link-paid", shop_link_paid),
]

# ------------------------------------------------------------------------------------------------------------- till


async def till_people(screen: Screen, demo: Demo) -> None:
    await screen.css(f'[data-testid=till][data-code="{demo.seeded.till_code}"]').click()
    await screen.id("staff").first.wait_for()


async def till_pin(screen: Screen, demo: Demo) -> None:
    await screen.css(f'[data-testid=staff][data-number="{demo.seeded.cashier.name}"]').click()
    for digit in "1111":
        await screen.id(f"key-{digit}").click()
    await screen.id("sign-in").click()
    await screen.id("refused").wait_for()


async def till_sale(screen: Screen, demo: Demo) -> None:
    for digit in demo.seeded.cashier.secret:
        await screen.id(f"key-{digit}").click()
    await screen.id("sign-in").click()
    await screen.id("scan").wait_for()


async def till_found(screen: Screen, demo: Demo) -> None:
    await screen.id("scan").fill("a")
    await screen.id("scan-option").first.wait_for()


async def till_lines(screen: Screen, demo: Demo) -> None:
    await screen.page.keyboard.press("Escape")
    for i, sku in enumerate(demo.seeded.walk_skus[:3]):
        await screen.id("scan").fill(sku)
        await screen.id("scan").press("Enter")
        await expect(screen.id("line")).to_have_count(i + 1)


async def till_receipt(screen: Screen, demo: Demo) -> None:
    await expect(screen.id("complete")).to_be_disabled()  # another tab than cash, and nothing taken yet
    await screen.id("tender-cash").click()
    await screen.id("complete").click()
    await screen.id("receipt").wait_for()


async def till_printed(screen: Screen, demo: Demo) -> None:
    order = await screen.id("receipt").get_attribute("data-order")
    await at(f"/pos/receipts/{order}", "body")(screen, demo)


async def till_work(screen: Screen, demo: Demo) -> None:
    await screen.css("[data-testid=work][data-state=open]").first.click()
    await screen.id("start").wait_for()


async def till_picking(screen: Screen, demo: Demo) -> None:
    await screen.id("start").click()
    await screen.id("got-one").first.wait_for()


async def till_wrong_item(screen: Screen, demo: Demo) -> None:
    await screen.id("scan-code").fill("LGT-PONT-BLA")
    await screen.id("scan-code").press("Enter")
    await screen.css("[data-testid=said].bad").wait_for()


async def till_pack(screen: Screen, demo: Demo) -> None:
    await at("/pos/work", "[data-testid=work]")(screen, demo)
    await screen.id("step-pack").click()
    await screen.css("[data-testid=work][data-state=picked]").first.click()
    await screen.id("weight").wait_for()


async def till_label(screen: Screen, demo: Demo) -> None:
    await at("/pos/work", "[data-testid=work]")(screen, demo)
    await screen.id("step-pack").click()
    await screen.css("[data-testid=work][data-state=packed]").first.click()
    await screen.id("parcel").first.wait_for()


async def till_away(screen: Screen, demo: Demo) -> None:
    await at("/pos/work", "[data-testid=work]")(screen, demo)
    await screen.id("step-away").click()
    await screen.id("run").first.wait_for()


async def till_pickup_code(screen: Screen, demo: Demo) -> None:
    await screen.id("step-wait").click()
    await screen.css("[data-testid=work][data-state=ready]").first.click()
    await screen.id("to-pickup").click()
    await screen.id("code").wait_for()


async def till_wave_wrong(screen: Screen, demo: Demo) -> None:
    if await screen.id("take-wave").count():
        await screen.id("take-wave").click()
    await screen.id("wave-scan").fill("LGT-PONT-BLA")
    await screen.id("wave-scan").press("Enter")
    await screen.css("[data-testid=wave-said].bad").wait_for()


async def till_received(screen: Screen, demo: Demo) -> None:
    sku = await screen.id("receive-line").last.get_attribute("data-sku") or ""
    await people.scan(screen, sku)
    await screen.css("[data-testid=said][data-tone=good]").wait_for()


async def till_unknown(screen: Screen, demo: Demo) -> None:
    await people.scan(screen, "9780000000002")
    await screen.css("[data-testid=said][data-tone=bad]").wait_for()


async def till_counted(screen: Screen, demo: Demo) -> None:
    sku = await screen.id("shelf-line").nth(2).get_attribute("data-sku") or ""
    await people.scan(screen, sku)
    await screen.css("[data-testid=said][data-tone=good]").wait_for()


async def till_new_count(screen: Screen, demo: Demo) -> None:
    await at("/pos/stockroom", "[data-testid=new-count]")(screen, demo)
    await people.scan(screen, gtin(demo.seeded.walk_skus[0]))
    await screen.id("figure").wait_for()


async def till_which_lot(screen: Screen, demo: Demo) -> None:
    await people.scan(screen, gtin("PAN-MANA-BEA"))
    await screen.id("known-lot").first.wait_for()


async def till_which_serial(screen: Screen, demo: Demo) -> None:
    await people.scan(screen, gtin("LGT-PONT-BLA"))
    await screen.id("lot-take").wait_for()
    await screen.id("lot-take").click()
    await screen.css("[data-testid=lot-name][aria-invalid]").wait_for()


async def till_opened(screen: Screen, demo: Demo) -> None:
    await screen.id("by-scan").click()
    await screen.id("open-new-count").click()
    await screen.id("shelf-line").first.wait_for()


async def till_lots(screen: Screen, demo: Demo) -> None:
    await at("/pos/stockroom", "[data-testid=inbound]")(screen, demo)
    await screen.id("inbound").nth(2).click()
    await screen.id("receive-line").nth(1).wait_for()
    for lot in ("L-4417", "L-4417", "L-4502"):
        await people.scan(screen, f"]d201{gtin('PAN-MANA-BEA').zfill(14)}10{lot}")
    await screen.id("mode-damaged").click()
    await people.scan(screen, f"]d201{gtin('LGT-PONT-BLA').zfill(14)}21B-20417")
    await screen.id("lot-names").nth(1).wait_for()


async def till_lot_of_delivery(screen: Screen, demo: Demo) -> None:
    await people.scan(screen, gtin("PAN-MANA-BEA"))
    await screen.id("lot-name").fill("L-4600")
    await screen.id("lot-expires").fill("2020-02-29")
    await screen.id("taken-lot").first.wait_for()


async def till_serial_of_delivery(screen: Screen, demo: Demo) -> None:
    await people.scan(screen, gtin("LGT-PONT-BLA"))
    await screen.id("lot-name").fill("B-20418-B-20419-B-20420")
    await screen.css("[data-testid=lot-name][aria-invalid]").wait_for()


_SOLD = """async () => (await (await fetch('/v1/orders?state=fulfilled&limit=1', { headers: { 'Portico-Channel': 'pos' } })).json()).items[0].label"""


async def till_return(screen: Screen, demo: Demo) -> None:
    """Something of an order comes back: what goes back, before it is done."""
    await screen.id("return-find").fill(await screen.page.evaluate(_SOLD))
    await screen.id("return-order").first.click()
    await screen.css("[data-testid=return-line] [data-testid=qty-plus]").first.click()
    await screen.css("[data-testid=return-seen], [role=alert]").first.wait_for()


_ASKED = """async () => (await (await fetch('/v1/returns?state=approved&limit=1', { headers: { 'Portico-Channel': 'pos' } })).json()).items[0].head.code"""


async def till_return_asked(screen: Screen, demo: Demo) -> None:
    """Somebody brings what she asked to return: its code is all she shows."""
    await screen.open("/pos/returns")
    await screen.id("return-find").fill(await screen.page.evaluate(_ASKED))
    await screen.id("return-code").click()
    await screen.css("[data-testid=return-asked] [data-testid=return-take]").wait_for()


async def till_return_loose(screen: Screen, demo: Demo) -> None:
    """Nobody has a receipt: what it is worth, and why that much."""
    await screen.open("/pos/returns/none")
    await screen.id("loose-find").fill(gtin("TXT-CAMP-SAG"))
    await screen.page.keyboard.press("Enter")
    await screen.css("[data-testid=loose-why]").first.wait_for()


async def till_cash_moved(screen: Screen, demo: Demo) -> None:
    await at("/pos/cash", "[data-testid=move-paid_out]")(screen, demo)
    await screen.id("move-paid_out").click()
    for digit in "2550":
        await screen.id(f"key-{digit}").click()


async def till_manager(screen: Screen, demo: Demo) -> None:
    """Whoever may close the day, at the same till."""
    person = next(one for one in chain.STAFF if one.role == "manager" and demo.seeded.till_code.startswith(one.place))
    await screen.page.context.clear_cookies()
    await screen.page.evaluate("localStorage.clear()")  # the device forgets which till it is
    login = msgspec.structs.replace(demo.seeded.cashier, name=person.number)
    await people.sign_in_at_till(screen, demo.seeded.till_code, login)
    await screen.id("tab-cash").click()
    await screen.id("show-report").click()
    await screen.id("report").wait_for()


async def till_report(screen: Screen, demo: Demo) -> None:
    await at("/pos/cash", "[data-testid=show-report]")(screen, demo)
    await screen.id("show-report").click()
    await screen.id("report").wait_for()


async def till_counting(screen: Screen, demo: Demo) -> None:
    await screen.id("close-till").click()
    await screen.id("count-pieces").click()
    await screen.id("piece-5000").fill("3")
    await screen.id("piece-200").fill("7")


TILL = [
    Stop("choose-till", at("/pos", "[data-testid=till]")),
    Stop("choose-person", till_people),
    Stop("pin-refused", till_pin),
    Stop("empty-sale", till_sale),
    Stop("found", till_found),
    Stop("sale", till_lines),
    Stop("settings", press("settings", "[data-testid=sign-out]")),
    Stop("customer", closing(press("attach-customer", "[data-testid=find-customer]"))),
    Stop("new-customer", press("new-customer", "[data-testid=given-name]")),
    Stop("collect", closing(press("way", "[data-testid=store]"))),
    Stop("pay", closing(press("pay", "[data-testid=due]"))),
    Stop("pay-card", press("tender-terminal", "[data-testid=approval]")),
    Stop("pay-gift", press("tender-gift_card", "[data-testid=gift-code]")),
    Stop("receipt", till_receipt),
    Stop("printed", till_printed),
    Stop("pickups", at("/pos/pickups", "[data-testid=pickup], [data-testid=list-empty]")),
    Stop("returns", at("/pos/returns", "[data-testid=return-find]")),
    Stop("return", till_return),
    Stop("return-asked", till_return_asked),
    Stop("work", at("/pos/work", "[data-testid=work]")),
    Stop("work-open", till_work),
    Stop("work-picking", till_picking),
    Stop("work-wrong-item", till_wrong_item),
    Stop("work-missing", press("missing", "[data-testid=confirm-missing]")),
    Stop("work-pack", closing(till_pack)),
    Stop("work-label", till_label),
    Stop("work-away", till_away),
    Stop("pickup-code", till_pickup_code),
    Stop("waves", at("/pos/work/waves", "[data-testid=wave]")),
    Stop("make-wave", press("make-wave", "[data-testid=wave-zone]")),
    Stop("wave", closing(press("wave", "[data-testid=wave-stop]"))),
    Stop("wave-wrong-item", till_wave_wrong),
    Stop("stockroom", press("tab-stockroom", "[data-testid=count]")),
    Stop("receive", press("inbound", "[data-testid=receive-line]")),
    Stop("received", till_received),
    Stop("not-known", till_unknown),
    Stop("how-many", press("receive-line", "[data-testid=number-dialog] [data-testid=key-1]")),
    Stop("close", closing(press("close-inbound", "[data-testid=confirm-close]"))),
    Stop("receive-lots", closing(till_lots)),
    Stop("receive-lot", till_lot_of_delivery),
    Stop("receive-serial", closing(till_serial_of_delivery)),
    Stop("to-count", closing(at("/pos/stockroom", "[data-testid=count]"))),
    Stop("count", press("count", "[data-testid=shelf-line]")),
    Stop("counted", till_counted),
    Stop("new-count", till_new_count),
    Stop("which-lot", till_which_lot),
    Stop("which-serial", closing(till_which_serial)),
    Stop("new-list", closing(press("by-list", "[data-testid=add-category]"))),
    Stop("categories", press("add-category", "[data-testid=category]")),
    Stop("listed", press("category", "[data-testid=new-line]")),
    Stop("opened-count", till_opened),
    Stop("give-up-count", press("give-up", "[data-testid=confirm-give-up]")),
    Stop("cash", at("/pos/cash", "[data-testid=move-float]")),
    Stop("cash-out", till_cash_moved),
    Stop("report", closing(till_manager)),
    Stop("return-loose", closing(till_return_loose)),
    Stop("report-again", till_report),
    Stop("close-day", press("close-till", "[data-testid=close-do]")),
    Stop("count-drawer", closing(till_counting)),
    Stop("day-closed", press("close-do", "[data-testid=close-result]")),
    Stop("closes", closing(press("close", "[data-testid=close-result]"))),
]

# ------------------------------------------------------------------------------------------------------------- desk


async def desk_nobody(screen: Screen, demo: Demo) -> None:
    await people.sign_in_with_password(screen, demo.seeded.agent)
    await screen.id("find-customer").wait_for()


async def desk_found(screen: Screen, demo: Demo) -> None:
    await screen.id("find-customer").fill(demo.seeded.shopper.person.split()[0])
    await screen.id("find-customer-option").first.wait_for()


async def desk_person(screen: Screen, demo: Demo) -> None:
    await people.find_by_phone(screen, demo.seeded.shopper_phone)
    await screen.css("[data-testid=start-basket]:enabled, [data-testid=add-item]").first.wait_for()


async def desk_basket(screen: Screen, demo: Demo) -> None:
    if await screen.id("start-basket").count():
        await screen.id("start-basket").click()
    await screen.id("add-item").wait_for()
    for i, sku in enumerate(demo.seeded.walk_skus[:2]):
        await screen.id("add-item").fill(sku)
        await screen.id("add-item").press("Enter")
        await expect(screen.id("line")).to_have_count(i + 1)


DESK = [
    Stop("sign-in", at("/desk", "[data-testid=email]")),
    Stop("nobody", desk_nobody),
    Stop("found", desk_found),
    Stop("person", desk_person),
    Stop("basket", desk_basket),
    Stop("swap", press("swap", "[data-testid=swap-item]")),
    Stop("code", closing(press("hand-over", "[data-testid=baton-code]"))),
    Stop("place", closing(press("place", "[data-testid=place-dialog] [data-testid=store]"))),
    Stop("order", closing(press("order", "[data-testid=order-view]"))),
]

# ----------------------------------------------------------------------------------------------------------- office


async def office_items(screen: Screen, demo: Demo) -> None:
    await people.sign_in_with_password(screen, demo.seeded.manager)
    await screen.id("item").first.wait_for()


async def office_stock(screen: Screen, demo: Demo) -> None:
    await at(f"/office/items/{demo.seeded.walk_slugs[0]}", "[data-testid=stock-row]")(screen, demo)


async def office_order(screen: Screen, demo: Demo) -> None:
    await screen.id("order").first.get_by_role("link").first.click()
    await screen.id("order-view").wait_for()


_SENT = """async () => {
  const ask = async (path) => (await fetch(path, { headers: { 'Portico-Channel': 'office' } })).json()
  for (const { id } of (await ask('/v1/orders?state=open&limit=100')).items) {
    const { lines } = await ask(`/v1/orders/${id}`)
    if (lines.some((line) => line.fulfillment.some((each) => each.method === 'ship'))) return id
  }
}"""


async def office_changed(screen: Screen, demo: Demo) -> None:
    """An order that is still open: one more of its first line, and what that would cost."""
    await at(f"/office/orders/{await screen.page.evaluate(_SENT)}", "[data-testid=change]")(screen, demo)
    await screen.id("story").wait_for()
    await screen.id("change").click()
    await screen.css("[data-testid=change-dialog] [data-testid=qty-plus]").first.click()
    await screen.id("change-seen").wait_for()


async def office_canceled(screen: Screen, demo: Demo) -> None:
    await screen.id("cancel-order").click()
    await screen.id("cancel-seen").wait_for()


async def office_held(screen: Screen, demo: Demo) -> None:
    await screen.id("hold").click()
    await screen.id("hold-why").fill("...")


_GIVEN = """async () => {
  const ask = async (path) => (await fetch(path, { headers: { 'Portico-Channel': 'office' } })).json()
  for (const { id } of (await ask('/v1/orders?state=fulfilled&limit=100')).items) {
    const { paid, refunded } = await ask(`/v1/orders/${id}`)
    if (paid > refunded) return id
  }
}"""


async def office_refund(screen: Screen, demo: Demo) -> None:
    await at(f"/office/orders/{await screen.page.evaluate(_GIVEN)}", "[data-testid=refund]")(screen, demo)
    await screen.id("refund").click()
    await screen.id("refund-amount").fill("9999999")
    await screen.css("[data-testid=refund-amount][aria-invalid]").wait_for()


async def office_refunded(screen: Screen, demo: Demo) -> None:
    await screen.id("refund-amount").fill("1")
    await screen.id("refund-to").select_option("gift_card")
    await screen.id("refund-reason").fill("...")
    await screen.id("refund-do").click()
    await screen.id("card-code").wait_for()


async def office_books_agree(screen: Screen, demo: Demo) -> None:
    """Days long ago, on which nothing moved."""
    await screen.id("books-to").fill("2020-02-29")
    await screen.id("books-agree").wait_for()


async def office_owed(screen: Screen, demo: Demo) -> None:
    """A part of the oldest invoice has come in; then more is typed than is left."""
    await screen.id("owed-pay").first.click()
    await screen.id("owed-amount").fill("1")
    await screen.id("owed-reference").fill("SEPA 20261128-1")
    await screen.id("owed-do").click()
    await screen.id("owed-dialog").wait_for(state="detached")
    await screen.css("[data-testid=toast]").last.get_by_role("button").click()
    await screen.id("owed-pay").first.click()
    await screen.css("[data-testid=owed-came] li").first.wait_for()
    await screen.id("owed-amount").fill("9999999")
    await screen.css("[data-testid=owed-amount][aria-invalid]").wait_for()


async def office_owed_none(screen: Screen, demo: Demo) -> None:
    await screen.id("owed-search").fill("xyzzyx")
    await screen.id("list-empty").wait_for()


_SOME_PAID = """async () => {
  const ask = async (path) => (await fetch(path, { headers: { 'Portico-Channel': 'office' } })).json()
  const [market] = (await ask('/v1/markets')).items
  for (const place of (await ask('/v1/locations?kind=store&limit=100')).items) {
    if (place.market_code !== market.code) continue
    for (const { id, label } of (await ask(`/v1/orders?state=fulfilled&location=${place.id}&limit=100`)).items) {
      const { paid, refunded } = await ask(`/v1/orders/${id}`)
      if (paid > refunded) return label
    }
  }
}"""


async def office_refund_tried(screen: Screen, demo: Demo) -> None:
    """The order of tenders is changed, and tried on an order."""
    await screen.id("tender-up").nth(1).click()
    await screen.id("try-order").fill(await screen.page.evaluate(_SOME_PAID))
    await screen.id("try-do").click()
    await screen.id("share").first.wait_for()


_SAVE_REFUNDS = """async () => {
  const headers = { 'Portico-Channel': 'office', 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }
  const [market] = (await (await fetch('/v1/markets', { headers })).json()).items
  const body = JSON.stringify({ mode: 'in_order', handlers: ['gift_card', 'store_credit', 'terminal', 'cash'] })
  await fetch(`/v1/refund-policies/${market.code}`, { method: 'PUT', headers, body })
}"""


async def office_refunds_overtaken(screen: Screen, demo: Demo) -> None:
    """Somebody else saves the same meanwhile."""
    await screen.page.evaluate(_SAVE_REFUNDS)
    await screen.id("save-refunds").click()
    await screen.id("overtaken").wait_for()


async def office_return_tried(screen: Screen, demo: Demo) -> None:
    await screen.id("policy-days").fill("0")
    await screen.id("try-order").fill(await screen.page.evaluate(_SOME_PAID))
    await screen.id("try-do").click()
    await screen.id("tried-line").first.wait_for()


async def office_wrong_returns(screen: Screen, demo: Demo) -> None:
    await screen.id("policy-restocking").fill("120")
    await screen.id("policy-days").fill("many")
    await screen.id("save-returns").click()
    await screen.css("[data-testid=policy-days][aria-invalid]").wait_for()


async def office_no_card(screen: Screen, demo: Demo) -> None:
    await screen.id("tab-cards").click()
    await screen.id("card-look").fill("0000")
    await screen.id("card-find").click()
    await screen.id("card-problem").wait_for()


async def office_card(screen: Screen, demo: Demo) -> None:
    await screen.id("issue-amount").fill("50")
    await screen.id("issue-do").click()
    await screen.id("card-code").wait_for()


async def office_blocked(screen: Screen, demo: Demo) -> None:
    await screen.id("card-turn").click()
    await screen.css("[data-testid=card] .badge.bad").wait_for()


async def office_invoice(screen: Screen, demo: Demo) -> None:
    """An order that is paid and has no invoice yet; the dialog that makes one, left with a tax number that is none."""
    await at(f"/office/orders/{await screen.page.evaluate(_PAID)}", "[data-testid=make-invoice]")(screen, demo)
    await screen.id("document").first.wait_for()
    await screen.id("make-invoice").click()
    for name, text in (("name", "Sol"), ("tax-id", "X1"), ("street", "Sol 1"), ("town", "Madrid"), ("country", "ES")):
        await screen.id(f"invoice-{name}").fill(text)
    await screen.id("invoice-make").click()
    await screen.css("[data-testid=invoice-tax-id][aria-invalid]").wait_for()


async def office_no_wave(screen: Screen, demo: Demo) -> None:
    """A wave of no orders is none."""
    await screen.id("make-wave").click()
    await screen.id("wave-most").fill("0")
    await screen.css("[data-testid=wave-most][aria-invalid]").wait_for()


async def office_verified(screen: Screen, demo: Demo) -> None:
    await press("nav-j", "[data-testid=journal-row]")(screen, demo)
    await press("verify-journal", "[data-testid=journal-whole]")(screen, demo)


_PAID = """async () => {
  const ask = async (path) => (await fetch(path, { headers: { 'Portico-Channel': 'office' } })).json()
  for (const { id, due } of (await ask('/v1/orders?state=fulfilled&limit=100')).items) {
    const { items } = await ask(`/v1/orders/${id}/documents`)
    if (due === 0 && items.length === 1) return id
  }
}"""


async def office_sent(screen: Screen, demo: Demo) -> None:
    """Somebody who may turn it down, at the newest of those that are sent: one that a place could not send."""
    await press("nav-o", "[data-testid=order]")(screen, demo)
    await screen.id("settings").click()
    await screen.id("sign-out").click()
    await screen.id("email").wait_for()
    await people.sign_in_with_password(screen, demo.seeded.director)
    sent = await screen.page.evaluate(_SENT)
    await at(f"/office/orders/{sent}", "[data-testid=score]")(screen, demo)


async def office_no_reason(screen: Screen, demo: Demo) -> None:
    await screen.id("confirm-reject").click()
    await screen.css("[data-testid=reject-reason][aria-invalid=true]").wait_for()


async def office_bays(screen: Screen, demo: Demo) -> None:
    await screen.css("[data-testid=resource][data-kind=drive_up]").click()
    await screen.css("[data-testid=booking][data-state=waiting]").wait_for()


async def office_unasked(screen: Screen, demo: Demo) -> None:
    await screen.id("confirm-book").click()
    await screen.css("[data-testid=book-from][aria-invalid=true]").wait_for()


async def office_wrong_calendar(screen: Screen, demo: Demo) -> None:
    await screen.id("resource-overbook").fill("500")
    await screen.id("closes").first.fill("00:05")
    await screen.id("save-resource").click()
    await screen.css("[data-testid=closes][aria-invalid=true]").first.wait_for()


async def office_wrong_carrier(screen: Screen, demo: Demo) -> None:
    await screen.id("carrier-countries").fill("Spain")
    await screen.id("band-cost").first.fill("much")
    await screen.css("[data-testid=band-cost][aria-invalid=true]").wait_for()


async def office_editing(screen: Screen, demo: Demo) -> None:
    await screen.css('[data-cell="1:1"]').click()
    await screen.page.keyboard.press("7")
    await screen.id("cell-input").wait_for()


async def office_paste(screen: Screen, demo: Demo) -> None:
    await screen.page.keyboard.press("Escape")
    await people.paste(screen, "12\t4\nmany\t0\n3\t999")
    await screen.id("paste-dialog").wait_for()


async def office_damaged(screen: Screen, demo: Demo) -> None:
    await at("/office/stock?state=damaged", "[data-testid=stock-grid][data-state=damaged]")(screen, demo)


async def office_inbound(screen: Screen, demo: Demo) -> None:
    await screen.id("inbound").last.get_by_role("link").click()
    await screen.id("inbound-line").first.wait_for()


async def office_lots(screen: Screen, demo: Demo) -> None:
    await screen.css('[data-testid=inbound-line][data-sku^="PAN"]').get_by_test_id("enter-lots").click()
    await screen.id("add-lot").click()
    rows = screen.id("lot-row")
    await rows.first.get_by_test_id("row-lot").fill("L-4417")
    await rows.first.get_by_test_id("row-expires").fill("2020-02-29")
    await rows.first.get_by_test_id("row-whole").fill("7.5")
    await rows.last.get_by_test_id("row-lot").fill("L-4417")
    await rows.last.get_by_test_id("row-whole").fill("some")
    await screen.id("lots-done").click()
    await screen.css("[data-testid=row-lot][aria-invalid]").wait_for()


async def office_serials(screen: Screen, demo: Demo) -> None:
    await screen.css('[data-testid=inbound-line][data-sku^="LGT"]').get_by_test_id("enter-lots").click()
    await screen.id("serials-whole").fill("B-20417\nB-20418\nB-20417\nB-20418-B-20419-B-20420")
    await screen.id("lot-fault").first.wait_for()


async def office_lots_entered(screen: Screen, demo: Demo) -> None:
    await screen.id("serials-whole").fill("B-20417\nB-20418")
    await screen.id("serials-damaged").fill("B-20419")
    await screen.id("lots-done").click()
    await screen.id("lot-names").wait_for()


async def office_as_shipped(screen: Screen, demo: Demo) -> None:
    await screen.id("enter-lots").first.click()
    await screen.id("as-shipped").click()
    await screen.id("lot-row").first.wait_for()


async def office_count_lots(screen: Screen, demo: Demo) -> None:
    """A count of all coffee is opened, and its lots are entered."""
    await dismiss(screen)
    await at("/office/counts", "[data-testid=open-count]")(screen, demo)
    await screen.id("open-count").click()
    await screen.id("line-item").fill("PAN-MANA-BEA")
    await screen.id("line-item").press("Enter")
    await screen.css("[data-testid=picked-lines] li").wait_for()
    await screen.id("confirm-count").click()
    await screen.id("toast").last.get_by_role("button").click()
    await expect(screen.id("toast")).to_have_count(0)
    await screen.id("enter-lots").first.click()
    await screen.id("row-lot").first.wait_for()


async def office_count(screen: Screen, demo: Demo) -> None:
    await screen.id("count").first.get_by_role("link").click()
    await screen.id("count-line").first.wait_for()


async def office_whole(screen: Screen, demo: Demo) -> None:
    await at("/office/stock/PAN-MANA-BEA", "[data-testid=lot]")(screen, demo)
    await screen.id("last-movements").wait_for()


async def office_whole_serial(screen: Screen, demo: Demo) -> None:
    await at("/office/stock/LGT-PONT-BLA", "[data-testid=holder]")(screen, demo)


async def office_ahead(screen: Screen, demo: Demo) -> None:
    await screen.open(f"/office/stock/{demo.seeded.walk_skus[0]}")
    await screen.id("edit-ahead").first.click()
    await screen.id("ahead-day").wait_for()


async def office_ahead_refused(screen: Screen, demo: Demo) -> None:
    await screen.id("ahead-units").fill("-1")
    await screen.id("ahead-day").fill("2020-01-01")
    await screen.id("save-ahead").click()
    await screen.css("#edit-ahead .error").nth(1).wait_for()


async def office_traced(screen: Screen, demo: Demo) -> None:
    await screen.css("[data-testid=lot][data-name$=R]").first.get_by_test_id("trace").click()
    await screen.css("[data-testid=traced] [data-testid=movement]").first.wait_for()


async def office_no_trace(screen: Screen, demo: Demo) -> None:
    await screen.id("trace-name").fill("NO-SUCH-LOT")
    await screen.id("trace-go").click()
    await screen.css("[data-testid=trace-dialog] [data-testid=list-empty]").wait_for()


async def office_leases(screen: Screen, demo: Demo) -> None:
    await at("/office/stock/leases", "[data-testid=lease]")(screen, demo)
    await screen.id("lease-lines").last.click()
    await screen.id("leased-line").first.wait_for()


async def office_abandon_refused(screen: Screen, demo: Demo) -> None:
    await screen.id("abandon").first.click()
    await screen.id("confirm-abandon").click()
    await screen.css("#abandon-lease .error").wait_for()


OFFICE = [
    Stop("sign-in", at("/office", "[data-testid=email]")),
    Stop("items", office_items),
    Stop("palette", press("open-palette", "[data-testid=palette-input]")),
    Stop("stock", closing(office_stock)),
    Stop("adjust", press("adjust", "[data-testid=reason]")),
    Stop("movements", closing(press("to-movements", "[data-testid=movements]"))),
    Stop("orders", press("nav-o", "[data-testid=order]")),
    Stop("order", office_order),
    Stop("changed", office_changed),
    Stop("canceled", closing(office_canceled)),
    Stop("held", closing(office_held)),
    Stop("refund", office_refund),
    Stop("refunded", office_refunded),
    Stop("closes", at("/office/payments", "[data-testid=closes], [data-testid=list-empty]")),
    Stop("books", at("/office/payments/providers?provider=practice", "[data-testid=difference-order]")),
    Stop("books-agree", office_books_agree),
    Stop("owed", at("/office/payments/invoices", "[data-testid=owed-row][data-overdue=true]")),
    Stop("owed-pay", office_owed),
    Stop("owed-none", closing(office_owed_none)),
    Stop("refunds", at("/office/payments/refunds", "[data-testid=refund-tender]")),
    Stop("refund-tried", office_refund_tried),
    Stop("refunds-overtaken", office_refunds_overtaken),
    Stop("returns", at("/office/payments/returns", "[data-testid=return-policy]")),
    Stop("return-tried", office_return_tried),
    Stop("wrong-returns", office_wrong_returns),
    Stop("new-returns", press("add-policy", "[data-testid=policy-category]")),
    Stop("no-card", office_no_card),
    Stop("issue-card", press("issue-card", "[data-testid=issue-amount]")),
    Stop("issued-card", office_card),
    Stop("blocked-card", closing(office_blocked)),
    Stop("journal", press("nav-j", "[data-testid=journal-row]")),
    Stop("work", at("/office/work", "[data-testid=work]")),
    Stop("waves", press("tab-waves", "[data-testid=wave]")),
    Stop("wave", press("look-wave", "[data-testid=wave-shown] [data-testid=wave-stop]")),
    Stop("no-wave", closing(office_no_wave)),
    Stop("grid", closing(press("nav-s", "[data-testid=stock-line]"))),
    Stop("editing", office_editing),
    Stop("paste", office_paste),
    Stop("damaged", closing(office_damaged)),
    Stop("whole", office_whole),
    Stop("trace", office_traced),
    Stop("no-trace", closing(office_no_trace)),
    Stop("whole-serial", closing(office_whole_serial)),
    Stop("no-item", at("/office/stock/NO-SUCH", "[data-testid=list-error]")),
    Stop("ahead", office_ahead),
    Stop("ahead-refused", office_ahead_refused),
    Stop("leases", closing(office_leases)),
    Stop("abandon", office_abandon_refused),
    Stop("settled", closing(press("leases-settled", "[data-testid=list-empty]"))),
    Stop("receiving", press("nav-r", "[data-testid=inbound]")),
    Stop("announce", press("announce", "[data-testid=inbound-dialog]")),
    Stop("delivery", closing(office_inbound)),
    Stop("lots", office_lots),
    Stop("serials", closing(office_serials)),
    Stop("lots-entered", office_lots_entered),
    Stop("close-delivery", press("close-inbound", "[data-testid=confirm-close]")),
    Stop("transfers", closing(press("nav-t", "[data-testid=inbound]"))),
    Stop("ship", press("announce", "[data-testid=ship-to]")),
    Stop("transfer", closing(office_inbound)),
    Stop("as-shipped", office_as_shipped),
    Stop("counts", closing(press("nav-c", "[data-testid=count]"))),
    Stop("new-count", press("open-count", "[data-testid=count-category]")),
    Stop("one-count", closing(office_count)),
    Stop("count-lots", office_count_lots),
    Stop("rules", closing(press("nav-p", "[data-testid=rule]"))),
    Stop("rule", press("edit-rule", "[data-testid=rule-dialog]")),
    Stop("sending", closing(press("nav-f", "[data-testid=sourcing]"))),
    Stop("dry-run", press("dry-run", "[data-testid=replay]")),
    Stop("places", press("nav-l", "[data-testid=place-form]")),
    Stop("carriers", press("tab-carriers", "[data-testid=carrier-form]")),
    Stop("wrong-carrier", office_wrong_carrier),
    Stop("holidays", press("tab-holidays", "[data-testid=holiday]")),
    Stop("closed", press("closed-places", "[data-testid=closed-dialog]")),
    Stop("times", closing(press("nav-b", "[data-testid=slots]"))),
    Stop("bays", office_bays),
    Stop("book", press("book", "[data-testid=chip]")),
    Stop("unasked", office_unasked),
    Stop("cancel", closing(press("cancel", "[data-testid=cancel-dialog]"))),
    Stop("calendars", closing(press("tab-calendars", "[data-testid=resource-form]"))),
    Stop("wrong-calendar", office_wrong_calendar),
    Stop("sent", office_sent),
    Stop("reject", press("reject", "[data-testid=reject-dialog]")),
    Stop("no-reason", office_no_reason),
    Stop("invoice", closing(office_invoice)),
    Stop("verified", closing(office_verified)),
]

STOPS: dict[str, list[Stop]] = {"shop": SHOP, "pos": TILL, "desk": DESK, "office": OFFICE}


@asynccontextmanager
async def visiting(
    browser: Browser, demo: Demo, face: str, *, size: tuple[int, int], language: str = "en", theme: str = "light"
) -> AsyncIterator[tuple[Screen, AsyncIterator[Stop]]]:
    """A fresh browser at a face, and its screens one after the other; each is shown when it is handed out."""
    async with opened(browser, face, url=demo.url, size=size, language=language, theme=theme) as screen:
        yield screen, _walk(screen, demo, face)


async def _walk(screen: Screen, demo: Demo, face: str) -> AsyncIterator[Stop]:
    cards = CARDS if face == "shop" and demo.takes_cards else []
    for stop in [*STOPS[face], *cards]:
        try:
            await stop.way(screen, demo)
        except Exception as error:
            error.add_note(f"on the way to {face} {stop.name}, at {screen.page.url}")
            raise
        yield stop

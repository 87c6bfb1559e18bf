"""The till's screens."""

import msgspec
from playwright.async_api import expect

from portico.app.demo import chain
from portico.app.demo.catalogue import gtin
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, Screen, opened
from tests.browser.screens.stops import Stop, at, closing, press


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


async def till_no_coupon(screen: Screen, demo: Demo) -> None:
    await screen.id("ask-coupon").click()
    await screen.id("coupon-code").fill("ABRACADABRA")
    await screen.id("use-coupon").click()
    await screen.css("[data-testid=coupon-code][aria-invalid]").wait_for()


async def till_coupon(screen: Screen, demo: Demo) -> None:
    await screen.id("coupon-code").fill("welcome-es")
    await screen.id("use-coupon").click()
    await screen.id("coupon").wait_for()


_CODE = """async () => (await (await fetch('/v1/wallet-codes', { method: 'POST' })).json()).token"""


async def till_member(screen: Screen, demo: Demo) -> None:
    """She shows the code of her phone: who she is, her tier and points."""
    browser = screen.page.context.browser
    assert browser is not None
    async with opened(browser, "phone", url=demo.url, size=PHONE) as phone:
        await people.sign_in_as_shopper(phone, demo)
        code = await phone.page.evaluate(_CODE)
    await screen.id("scan").fill(code)
    await screen.id("scan").press("Enter")
    await screen.id("member").wait_for()


_PRINTED = """async () => (await (await fetch('/v1/gift-card-batches', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'Portico-Channel': 'office' },
  body: JSON.stringify({ name: '...', market: 'es', cards: 1 }),
})).json()).codes[0]"""


async def till_sell_card(screen: Screen, demo: Demo) -> None:
    """A printed gift card is paid, and its code is asked for."""
    await at("/pos", "[data-testid=scan]")(screen, demo)
    await screen.id("scan").fill("GIFT-CARD")
    await screen.id("scan").press("Enter")
    await expect(screen.id("line")).to_have_count(1)
    await screen.id("pay").click()
    await screen.id("complete").click()
    await screen.id("sell-cards").wait_for()


async def till_sell_wrong(screen: Screen, demo: Demo) -> None:
    await screen.id("sell-code").fill("0000-0000-0000-0000")
    await screen.id("sell-do").click()
    await screen.css("[data-testid=sell-code][aria-invalid]").wait_for()


async def till_card_sold(screen: Screen, demo: Demo) -> None:
    browser = screen.page.context.browser
    assert browser is not None
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office:
        await people.sign_in_with_password(office, demo.seeded.manager)
        code = await office.page.evaluate(_PRINTED)
    await screen.id("sell-code").fill(code)
    await screen.id("sell-do").click()
    await screen.id("sell-code").wait_for(state="detached")


async def till_company(screen: Screen, demo: Demo) -> None:
    await at("/pos", "[data-testid=attach-customer]")(screen, demo)
    await screen.id("attach-customer").click()
    await screen.id("find-company").fill("estudio")
    await screen.id("find-company-option").first.wait_for()


async def till_for_company(screen: Screen, demo: Demo) -> None:
    """Who of it stands here: her basket is the company's at once, at its prices."""
    await screen.css("[data-testid=company-buyers] button", has_text="Carla").click()
    await screen.id("customer-name").wait_for()
    await people.scan(screen, gtin(demo.seeded.walk_skus[0]))
    await screen.id("po-number").wait_for()


async def till_put_back(screen: Screen, demo: Demo) -> None:
    """The sale is set aside, and its basket goes on without anything in it."""
    await screen.id("set-aside").click()
    await expect(screen.id("line")).to_have_count(0)
    await at("/pos/pickups", "[data-testid=pickup], [data-testid=list-empty]")(screen, demo)


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
    Stop("no-coupon", till_no_coupon),
    Stop("coupon", till_coupon),
    Stop("settings", press("settings", "[data-testid=sign-out]")),
    Stop("customer", closing(press("attach-customer", "[data-testid=find-customer]"))),
    Stop("new-customer", press("new-customer", "[data-testid=given-name]")),
    Stop("member", closing(till_member)),
    Stop("rewards", press("rewards", "[data-testid=rewards-dialog]")),
    Stop("collect", closing(press("way", "[data-testid=store]"))),
    Stop("pay", closing(press("pay", "[data-testid=due]"))),
    Stop("pay-card", press("tender-terminal", "[data-testid=approval]")),
    Stop("pay-gift", press("tender-gift_card", "[data-testid=gift-code]")),
    Stop("pay-points", press("tender-points", "[data-testid=take]")),
    Stop("pay-wallet", press("tender-wallet", "[data-testid=take]")),
    Stop("receipt", till_receipt),
    Stop("printed", till_printed),
    Stop("sell-card", till_sell_card),
    Stop("card-wrong", till_sell_wrong),
    Stop("card-sold", till_card_sold),
    Stop("company", till_company),
    Stop("company-buyers", press("find-company-option", "[data-testid=company-buyers] button")),
    Stop("buying-for", till_for_company),
    Stop("pay-account", press("pay", "[data-testid=tender-invoice]")),
    Stop("on-account", press("tender-invoice", "[data-testid=take]")),
    Stop("pickups", closing(till_put_back)),
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

"""The office's screens."""

from playwright.async_api import expect

from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import Screen
from tests.browser.screens import office_loyalty as loyalty
from tests.browser.screens import office_money as money
from tests.browser.screens import office_prices as prices
from tests.browser.screens.office_companies import COMPANIES
from tests.browser.screens.office_people import PEOPLE
from tests.browser.screens.office_segments import SEGMENTS
from tests.browser.screens.stops import Stop, at, closing, dismiss, press


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


async def office_no_wave(screen: Screen, demo: Demo) -> None:
    """A wave of no orders is none."""
    await screen.id("make-wave").click()
    await screen.id("wave-most").fill("0")
    await screen.css("[data-testid=wave-most][aria-invalid]").wait_for()


async def office_verified(screen: Screen, demo: Demo) -> None:
    await press("nav-j", "[data-testid=journal-row]")(screen, demo)
    await press("verify-journal", "[data-testid=journal-whole]")(screen, demo)


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
    Stop("refund", money.office_refund),
    Stop("refunded", money.office_refunded),
    Stop("loyalty", at("/office/loyalty", "[data-testid=programme]")),
    Stop("programme", loyalty.office_programme),
    Stop("programme-tried", loyalty.office_tried),
    Stop("programme-wrong", loyalty.office_programme_wrong),
    Stop("programme-new", loyalty.office_programme_new),
    Stop("batches", at("/office/loyalty/batches", "[data-testid=batch]")),
    Stop("batch-new", loyalty.office_batch),
    Stop("batch-codes", loyalty.office_batch_codes),
    Stop("card-policies", closing(at("/office/loyalty/policies", "[data-testid=card-policy]"))),
    Stop("liability", at("/office/loyalty/liability", "[data-testid=liability]")),
    Stop("closes", at("/office/payments", "[data-testid=closes], [data-testid=list-empty]")),
    Stop("books", at("/office/payments/providers?provider=practice", "[data-testid=difference-order]")),
    Stop("books-agree", money.office_books_agree),
    Stop("owed", at("/office/payments/invoices", "[data-testid=owed-row][data-overdue=true]")),
    Stop("owed-pay", money.office_owed),
    Stop("owed-none", closing(money.office_owed_none)),
    Stop("refunds", at("/office/payments/refunds", "[data-testid=refund-tender]")),
    Stop("refund-tried", money.office_refund_tried),
    Stop("refunds-overtaken", money.office_refunds_overtaken),
    Stop("returns", at("/office/payments/returns", "[data-testid=return-policy]")),
    Stop("return-tried", money.office_return_tried),
    Stop("wrong-returns", money.office_wrong_returns),
    Stop("new-returns", press("add-policy", "[data-testid=policy-category]")),
    Stop("no-card", money.office_no_card),
    Stop("issue-card", press("issue-card", "[data-testid=issue-amount]")),
    Stop("issued-card", money.office_card),
    Stop("blocked-card", closing(money.office_blocked)),
    Stop("promotions", closing(press("nav-e", "[data-testid=promotion]"))),
    Stop("promotion-tried", prices.office_tried),
    Stop("coupon-taken", prices.office_coupons),
    Stop("promotion-hours", prices.office_hours),
    Stop("promotion-no-hours", prices.office_no_hours),
    Stop("wrong-promotion", prices.office_wrong_promotion),
    Stop("price-lists", prices.office_listed),
    Stop("wrong-list", prices.office_wrong_list),
    Stop("delivery", prices.office_delivery),
    Stop("wrong-delivery", prices.office_wrong_delivery),
    Stop("carriage-off", prices.office_carriage_off),
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
    Stop("invoice", closing(money.office_invoice)),
    Stop("verified", closing(office_verified)),
    *PEOPLE,
    *SEGMENTS,
    *COMPANIES,
]

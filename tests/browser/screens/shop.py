"""The shop's screens."""

from portico.privacy import api as privacy
from tests.browser import people
from tests.browser.demo import SECRET, Demo
from tests.browser.screen import Screen
from tests.browser.screens.stops import Stop, at, press
from tests.payments import stripe_server

READER = "reader@example.com"  # who has no account here


async def shop_item(screen: Screen, demo: Demo) -> None:
    await at(f"/items/{demo.seeded.walk_slugs[0]}", "form[data-enhance=add]")(screen, demo)


async def shop_code_refused(screen: Screen, demo: Demo) -> None:
    await screen.open("/sign-in")
    await screen.css("#address").fill(demo.seeded.shopper.name)
    await screen.css("main form button").click()
    await screen.css("#code").fill("000000")
    await screen.css("main form button").click()
    await screen.css("#code-error").wait_for()


async def shop_no_newsletter(screen: Screen, demo: Demo) -> None:
    """What looks like an address and is none."""
    await screen.css("main #email").fill("reader@nowhere")
    await screen.css("main form button").click()
    await screen.css("#email-error").wait_for()


async def shop_newsletter_sent(screen: Screen, demo: Demo) -> None:
    await screen.css("main #email").fill(READER)
    await screen.css("main form button").click()
    await screen.css("main [role=status]").wait_for()


async def shop_newsletter_link(screen: Screen, demo: Demo) -> None:
    await at(await demo.link_sent_to(READER, "/newsletter/"), "main form button")(screen, demo)


async def shop_newsletter_confirmed(screen: Screen, demo: Demo) -> None:
    await screen.css("main form button").click()
    await screen.css("main [role=status]").wait_for()


async def shop_unsubscribe(screen: Screen, demo: Demo) -> None:
    """By the link at the end of a letter, without a sign-in."""
    token = privacy.link(SECRET, whom=privacy.Linked(None, privacy.digest(READER), "marketing", "email"))
    await at(f"/unsubscribe/{token}", "main form button")(screen, demo)


async def shop_unsubscribed(screen: Screen, demo: Demo) -> None:
    await screen.css("main form button").click()
    await screen.css("main [role=status]").wait_for()


async def shop_preferences_by_link(screen: Screen, demo: Demo) -> None:
    await screen.css("main a[href^='/preferences/']").click()
    await screen.css("main fieldset").first.wait_for()


async def shop_preferences_saved(screen: Screen, demo: Demo) -> None:
    await screen.css("main fieldset input[type=checkbox]").first.click()
    await screen.css("main button.primary").click()
    await screen.css("main [role=status]").wait_for()


async def shop_copy_asked(screen: Screen, demo: Demo) -> None:
    await screen.css("form[action='/account/data/copies'] button").click()
    await screen.css("[data-testid=copies] li").nth(1).wait_for()


async def shop_forget_asked(screen: Screen, demo: Demo) -> None:
    await screen.css("input[name=reason]").fill("...")
    await screen.css("input[name=sure]").check()
    await screen.css("form[action='/account/data/forget'] button").click()
    await screen.css("form[action$='/withdraw'] button").wait_for()


async def shop_forget_withdrawn(screen: Screen, demo: Demo) -> None:
    await screen.css("form[action$='/withdraw'] button").click()
    await screen.css("form[action='/account/data/forget'] button").wait_for()


async def shop_wallet_no_card(screen: Screen, demo: Demo) -> None:
    await screen.css("#code").fill("0000-0000-0000-0000")
    await screen.css("form[action='/wallet/cards'] button").click()
    await screen.css("#code-error").wait_for()


async def shop_wallet_no_day(screen: Screen, demo: Demo) -> None:
    await screen.css("#day").fill("31")
    await screen.css("#month").fill("2")
    await screen.css("form[action='/wallet/birthday'] button").click()
    await screen.css("#day-error").wait_for()
    assert await screen.css("#day").input_value() == "31", "what was typed stays"


async def shop_wallet_reward(screen: Screen, demo: Demo) -> None:
    await screen.css("[data-testid=rewards] button").first.click()
    await screen.css("main [role=status]").wait_for()


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


async def shop_no_coupon(screen: Screen, demo: Demo) -> None:
    """A coupon that nobody knows."""
    await screen.css(".coupon-entry summary").click()
    await screen.css("#code").fill("ABRACADABRA")
    await screen.css(".coupon-entry button").click()
    await screen.css("#code-error").wait_for()


async def shop_coupon(screen: Screen, demo: Demo) -> None:
    """One that takes something off."""
    await screen.css("#code").fill("welcome-es")
    await screen.css(".coupon-entry button").click()
    await screen.css("form.coupon").wait_for()


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
    Stop("newsletter", at("/newsletter", "main #email")),
    Stop("no-newsletter", shop_no_newsletter),
    Stop("newsletter-sent", shop_newsletter_sent),
    Stop("newsletter-link", shop_newsletter_link),
    Stop("newsletter-confirmed", shop_newsletter_confirmed),
    Stop("unsubscribe", shop_unsubscribe),
    Stop("unsubscribed", shop_unsubscribed),
    Stop("preferences-by-link", shop_preferences_by_link),
    Stop("preferences-saved", shop_preferences_saved),
    Stop("account", shop_account),
    Stop("story", at("/account/story", ".story li")),
    Stop("preferences", at("/preferences", "main fieldset")),
    Stop("data", at("/account/data", "#forget")),
    Stop("copy-asked", shop_copy_asked),
    Stop("sure", at("/account/data?forget", "input[name=sure]")),
    Stop("forget-asked", shop_forget_asked),
    Stop("forget-withdrawn", shop_forget_withdrawn),
    Stop("wallet", at("/wallet", "[data-testid=points]")),
    Stop("wallet-no-card", shop_wallet_no_card),
    Stop("wallet-no-day", shop_wallet_no_day),
    Stop("wallet-reward", shop_wallet_reward),
    Stop("wallet-code", press("show-code", "portico-wallet-code svg")),
    Stop("account-again", at("/account", ".order-list")),
    Stop("order", shop_order),
    Stop("return", shop_return),
    Stop("return-refused", shop_return_refused),
    Stop("return-seen", shop_return_seen),
    Stop("returned", shop_returned),
    Stop("basket", shop_basket),
    Stop("no-coupon", shop_no_coupon),
    Stop("coupon", shop_coupon),
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

"""The office's screens of prices: promotions, coupons, price lists, rates of carriage."""

from tests.browser.demo import Demo
from tests.browser.screen import Screen
from tests.browser.screens.stops import press


async def office_tried(screen: Screen, demo: Demo) -> None:
    """A promotion that needs a coupon is tried on past orders."""
    await screen.id("promotion-row").filter(has_text="welcome").click()
    await screen.id("batch").first.wait_for()
    await screen.id("try-days").fill("90")
    await screen.id("try-do").click()
    await screen.id("tried").wait_for()


async def office_coupons(screen: Screen, demo: Demo) -> None:
    """A word that is one of this promotion's coupons already."""
    await screen.id("coupon-word").fill("welcome-es")
    await screen.id("coupon-make").click()
    await screen.css("[data-testid=coupons] [role=alert]").wait_for()


async def office_hours(screen: Screen, demo: Demo) -> None:
    """A promotion that runs at some hours of the week."""
    await screen.id("promotion-row").filter(has_text="happy-hour").click()
    await screen.id("week-from").wait_for()
    await screen.id("add-hours").scroll_into_view_if_needed()


async def office_no_hours(screen: Screen, demo: Demo) -> None:
    """More hours, from a time that is none."""
    await screen.id("add-hours").click()
    await screen.id("week-from").last.fill("")
    await screen.id("save-promotion").click()
    await screen.css("[data-testid=week-hours] .error").wait_for()
    await screen.id("add-hours").scroll_into_view_if_needed()


async def office_wrong_promotion(screen: Screen, demo: Demo) -> None:
    await press("add-promotion", "[data-testid=promotion]")(screen, demo)
    await screen.id("promo-kind").select_option("bundle")
    await screen.id("save-promotion").click()
    await screen.css("[data-testid=promo-code][aria-invalid]").wait_for()


async def office_listed(screen: Screen, demo: Demo) -> None:
    await press("tab-lists", "[data-testid=list-price]")(screen, demo)


async def office_wrong_list(screen: Screen, demo: Demo) -> None:
    await press("add-list", "[data-testid=price-list]")(screen, demo)
    await screen.id("list-code").fill("Ü")
    await screen.id("save-list").click()
    await screen.css("[data-testid=list-code][aria-invalid]").wait_for()


async def office_delivery(screen: Screen, demo: Demo) -> None:
    """What a basket would pay by the rates that hold."""
    await press("tab-delivery", "[data-testid=rate]")(screen, demo)
    await screen.id("try-amount").fill("30")
    await screen.id("try-delivery-do").click()
    await screen.id("tried-delivery").wait_for()


async def office_wrong_delivery(screen: Screen, demo: Demo) -> None:
    """A step that costs more than the one before it, in a country that is none."""
    await screen.id("rate-countries").first.fill("Italia")
    await screen.id("step-amount").nth(1).fill("99")
    await screen.id("save-delivery").click()
    await screen.css("[data-testid=rate-countries][aria-invalid]").wait_for()


async def office_carriage_off(screen: Screen, demo: Demo) -> None:
    """A promotion of carriage, for some ways."""
    await press("tab-promotions", "[data-testid=promotion-row]")(screen, demo)
    await press("add-promotion", "[data-testid=promotion]")(screen, demo)
    await screen.id("promo-kind").select_option("carriage")
    await screen.id("promo-carriage-for").wait_for()

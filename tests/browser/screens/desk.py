"""The desk's screens."""

from playwright.async_api import expect

from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import Screen
from tests.browser.screens.stops import Stop, at, closing, press


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


async def desk_no_coupon(screen: Screen, demo: Demo) -> None:
    await screen.id("ask-coupon").click()
    await screen.id("coupon-code").fill("ABRACADABRA")
    await screen.id("use-coupon").click()
    await screen.css("[data-testid=coupon-code][aria-invalid]").wait_for()


async def desk_coupon(screen: Screen, demo: Demo) -> None:
    await screen.id("coupon-code").fill("welcome-es")
    await screen.id("use-coupon").click()
    await screen.id("coupon").wait_for()


async def desk_deliver(screen: Screen, demo: Demo) -> None:
    """The ways to have it brought, with what each costs; one of them is held."""
    await screen.id("place").click()
    await screen.id("how-deliver").click()
    await screen.id("street").fill("Calle Sierpes, 12")
    await screen.id("town").fill("Sevilla")
    await screen.id("postal").fill("41001")
    await screen.id("look-ways").click()
    await screen.id("deliver-way").first.check()
    await screen.css("[data-testid=confirm-place]:enabled").wait_for()


async def desk_story(screen: Screen, demo: Demo) -> None:
    """What happened with her in every channel."""
    await screen.id("touch").first.wait_for()
    await screen.id("timeline").scroll_into_view_if_needed()


async def desk_company(screen: Screen, demo: Demo) -> None:
    """Somebody rings for a company: it is found by name, and who of it she is."""
    await at("/desk", "[data-testid=find-company]")(screen, demo)
    await screen.id("find-company").fill("estudio")
    await screen.id("find-company-option").first.wait_for()


async def desk_for_company(screen: Screen, demo: Demo) -> None:
    await screen.css("[data-testid=company-buyers] button", has_text="Carla").click()
    await screen.css("[data-testid=start-basket]:enabled, [data-testid=add-item]").first.wait_for()
    if await screen.id("start-basket").count():
        await screen.id("start-basket").click()
    await screen.id("add-item").fill(demo.seeded.walk_skus[0])
    await screen.id("add-item").press("Enter")
    await screen.id("line").first.wait_for()
    await screen.id("buying-for").locator("select").select_option(label="Estudio Lago S.L.")
    await screen.id("po-number").fill("PO-3001")


async def desk_on_account(screen: Screen, demo: Demo) -> None:
    await screen.id("po-number").press("Enter")
    await screen.id("use-po").wait_for(state="detached")
    await screen.id("place").click()
    await screen.css("[data-testid=place-dialog] [data-testid=on-account]").wait_for()
    await screen.css("[data-testid=place-dialog] [data-testid=store]").first.wait_for()


DESK = [
    Stop("sign-in", at("/desk", "[data-testid=email]")),
    Stop("nobody", desk_nobody),
    Stop("found", desk_found),
    Stop("person", desk_person),
    Stop("story", desk_story),
    Stop("basket", desk_basket),
    Stop("no-coupon", desk_no_coupon),
    Stop("coupon", desk_coupon),
    Stop("swap", press("swap", "[data-testid=swap-item]")),
    Stop("code", closing(press("hand-over", "[data-testid=baton-code]"))),
    Stop("deliver", closing(desk_deliver)),
    Stop("place", closing(press("place", "[data-testid=place-dialog] [data-testid=store]"))),
    Stop("order", closing(press("order", "[data-testid=order-view]"))),
    Stop("company", closing(desk_company)),
    Stop("company-buyers", press("find-company-option", "[data-testid=company-buyers] button")),
    Stop("buying-for", desk_for_company),
    Stop("on-account", desk_on_account),
]

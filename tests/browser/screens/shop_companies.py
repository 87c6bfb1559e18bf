"""The shop's screens of somebody who buys for a company: its page, what is asked for, a basket that it pays."""

from portico.app.demo.people import CUSTOMERS
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import Screen
from tests.browser.screens.stops import Stop, at

BUYER, _, ADMIN, COLLEAGUE = (one.email or "" for one in CUSTOMERS["es"][1:5])


async def sign_in_anew(screen: Screen, demo: Demo, address: str) -> None:
    await people.sign_out_at_shop(screen)
    await people.sign_in_at_shop(screen, demo, address)


async def firm(screen: Screen, demo: Demo) -> None:
    await sign_in_anew(screen, demo, ADMIN)
    await screen.css("a[href='/account/company']").click()
    await screen.id("colleagues").wait_for()


async def no_limit(screen: Screen, demo: Demo) -> None:
    await screen.css("[data-testid=colleagues] summary").first.click()
    await screen.css("[data-testid=colleagues] input[name=per_order]").first.fill("many")
    await screen.css("[data-testid=colleagues] button").first.click()
    await screen.css("main [role=alert]").wait_for()


async def invited(screen: Screen, demo: Demo) -> None:
    await screen.css("[data-testid=invite] input[name=email]").fill(COLLEAGUE)
    await screen.css("[data-testid=invite] button").click()
    await screen.id("invited").first.wait_for()


async def asked(screen: Screen, demo: Demo) -> None:
    await screen.css("[data-testid=requests] a").first.click()
    await screen.css("button[value=approve]").wait_for()


async def no_reason(screen: Screen, demo: Demo) -> None:
    await screen.css("button[value=refuse]").click()
    await screen.css("#reason-error").wait_for()


async def invitation(screen: Screen, demo: Demo) -> None:
    await sign_in_anew(screen, demo, COLLEAGUE)
    await at("/account/company", "[data-testid=invitation]")(screen, demo)


async def basket(screen: Screen, demo: Demo) -> None:
    await sign_in_anew(screen, demo, BUYER)
    await people.add_from_item_page(screen, demo.seeded.walk_slugs[0])
    await people.add_from_item_page(screen, demo.seeded.walk_slugs[1])
    await at("/basket", "[data-testid=buying-for]")(screen, demo)


async def basket_for_it(screen: Screen, demo: Demo) -> None:
    await people.buy_for(screen, "Estudio Lago S.L.", po="PO-2044")


async def checkout(screen: Screen, demo: Demo) -> None:
    await screen.css("form[action='/checkout/begin'] button").click()
    await people.keep_way(screen, "collect")
    await screen.css("input[name=pay][value=account]").wait_for()


async def above_her_limit(screen: Screen, demo: Demo) -> None:
    await screen.css(".summary button.primary").click()
    await screen.css("button[formaction='/checkout/approval']").wait_for()


async def hers(screen: Screen, demo: Demo) -> None:
    await screen.css("#note").fill("...")
    await screen.css("button[formaction='/checkout/approval']").click()
    await screen.css("button[value=withdraw]").wait_for()


async def withdrawn(screen: Screen, demo: Demo) -> None:
    await screen.css("button[value=withdraw]").click()
    await screen.css("button[value=again]").wait_for()


FIRMS = [
    Stop("firm", firm),
    Stop("firm-no-limit", no_limit),
    Stop("firm-invited", invited),
    Stop("firm-asked", asked),
    Stop("firm-no-reason", no_reason),
    Stop("firm-invitation", invitation),
    Stop("firm-may-buy", basket),
    Stop("firm-basket", basket_for_it),
    Stop("firm-checkout", checkout),
    Stop("firm-above-limit", above_her_limit),
    Stop("firm-hers", hers),
    Stop("firm-withdrawn", withdrawn),
    Stop("firm-of-buyer", at("/account/company", "[data-testid=company-orders], [data-testid=requests]")),
]

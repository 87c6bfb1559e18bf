"""The office's screens of companies: who buys, on what terms, what is owed and what waits; and who lives together."""

from tests.browser.demo import Demo
from tests.browser.screen import Screen
from tests.browser.screens.stops import Stop, at, closing, press

_LIVES_THERE = """async () => {
  const answer = await (await fetch('/v1/customers?q=Calvo', { headers: { 'Portico-Channel': 'office' } })).json()
  return answer.items[0].id
}"""


async def none_found(screen: Screen, demo: Demo) -> None:
    await screen.id("company-search").fill("xyzzyx")
    await screen.id("list-empty").wait_for()


async def bad_company(screen: Screen, demo: Demo) -> None:
    """What the form sees is wrong."""
    await screen.id("company-tax-id").fill("B58378432")
    await screen.id("credit-EUR").fill("much")
    await screen.id("save-company").click()
    await screen.css("[data-testid=credit-EUR][aria-invalid]").wait_for()


async def no_tax_number(screen: Screen, demo: Demo) -> None:
    """What only the server sees."""
    await screen.id("company-name").fill("Taller Roble S.L.")
    await screen.id("company-street").fill("Calle del Roble 8")
    await screen.id("company-town").fill("Madrid")
    await screen.id("credit-EUR").fill("2500")
    await screen.id("save-company").click()
    await screen.css("[data-testid=company-tax-id][aria-invalid]").wait_for()


async def company(screen: Screen, demo: Demo) -> None:
    await at("/office/companies", "[data-testid=company]")(screen, demo)
    await screen.id("company").filter(has_text="Lago").click()
    await screen.id("open-invoices").wait_for()
    await screen.id("company-orders").wait_for()


async def wrong_limit(screen: Screen, demo: Demo) -> None:
    await screen.id("buyer-order-EUR").fill("many")
    await screen.css("[data-testid=buyer-order-EUR][aria-invalid]").wait_for()


async def invited(screen: Screen, demo: Demo) -> None:
    await screen.id("buyer-order-EUR").fill("150")
    await screen.id("invite-email").fill("nora@lago.example.com")
    await screen.id("save-buyer").click()
    await screen.id("invitation").first.wait_for()


async def household(screen: Screen, demo: Demo) -> None:
    found = await screen.page.evaluate(_LIVES_THERE)
    await at(f"/office/people/{found}", "[data-testid=household-member]")(screen, demo)
    await screen.id("household").scroll_into_view_if_needed()


async def no_household(screen: Screen, demo: Demo) -> None:
    """Somebody who has said of nobody that they live together."""
    await at("/office/people/find", "[data-testid=find-customer]")(screen, demo)
    await screen.id("find-customer").fill("Teresa Blanco")
    await screen.page.get_by_role("option").first.click()
    await screen.id("household-add").click()
    await screen.id("household-name").wait_for()


COMPANIES = [
    Stop("companies", closing(press("nav-n", "[data-testid=company]"))),
    Stop("companies-none", none_found),
    Stop("company-new", press("new-company", "[data-testid=company-form]")),
    Stop("company-wrong", bad_company),
    Stop("company-no-tax-number", no_tax_number),
    Stop("company", closing(company)),
    Stop("company-pay", press("pay-invoice", "dialog[open]")),
    Stop("company-approvals", closing(press("tab-approvals", "[data-testid=approvals]"))),
    Stop("company-terms", press("tab-terms", "[data-testid=company-form]")),
    Stop("company-buyers", press("tab-buyers", "[data-testid=buyers]")),
    Stop("buyer-new", press("add-buyer", "[data-testid=buyer-dialog]")),
    Stop("buyer-wrong-limit", wrong_limit),
    Stop("buyer-invited", invited),
    Stop("household", household),
    Stop("household-add", press("household-add", "[data-testid=household] [data-testid=find-customer]")),
    Stop("household-new", no_household),
]

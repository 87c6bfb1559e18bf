"""The office's screens about people: what happened with somebody, what she agreed to, what she asks for."""

from playwright.async_api import expect

from tests.browser.demo import Demo
from tests.browser.screen import Screen
from tests.browser.screens.stops import Stop, at, closing, press

_HER = """async (phone) => {
  const asked = `/v1/customers?phone=${encodeURIComponent(phone)}`
  const answer = await (await fetch(asked, { headers: { 'Portico-Channel': 'office' } })).json()
  return answer.items[0].id
}"""


async def person(screen: Screen, demo: Demo) -> None:
    """The shopper's own page, whose story has every channel in it."""
    found = await screen.page.evaluate(_HER, demo.seeded.shopper_phone)
    await at(f"/office/people/{found}", "[data-testid=touch]")(screen, demo)


async def no_source(screen: Screen, demo: Demo) -> None:
    await screen.id("record-consent").click()
    await screen.id("confirm-consent").click()
    await screen.css("[data-testid=consent-source][aria-invalid]").wait_for()


async def recorded(screen: Screen, demo: Demo) -> None:
    await screen.id("consent-source").fill("...")
    await screen.id("confirm-consent").click()
    await screen.css("[data-testid=words] tr").first.wait_for()


async def data(screen: Screen, demo: Demo) -> None:
    await screen.id("tab-data").click()
    await screen.id("fetch-export").first.wait_for()
    await screen.id("look").first.wait_for()


async def erasure(screen: Screen, demo: Demo) -> None:
    await screen.css("[data-testid=erasure][data-state=requested] button").first.click()
    await screen.id("erasure-decision").wait_for()


async def refused(screen: Screen, demo: Demo) -> None:
    await screen.id("refuse-erasure").click()
    await screen.css("[data-testid=erasure-decision][aria-invalid]").wait_for()


async def not_an_address(screen: Screen, demo: Demo) -> None:
    await screen.id("add-suppression").click()
    await screen.id("suppress-address").fill("?")
    await screen.id("confirm-suppress").click()
    await screen.css("[data-testid=suppress-address][aria-invalid]").wait_for()


async def tried(screen: Screen, demo: Demo) -> None:
    await screen.id("dry-run").click()
    await expect(screen.id("due")).not_to_have_count(0)


async def tried_days(screen: Screen, demo: Demo) -> None:
    await screen.id("edit-rule").first.click()
    await screen.id("retention-days").fill("400")
    await screen.id("try-retention").click()
    await screen.id("retention-tried").wait_for()


async def records(screen: Screen, demo: Demo) -> None:
    """Somebody whose records were joined: by what, and by whom."""
    await screen.id("find-customer").fill("Morozova")
    await screen.page.get_by_role("option").first.click()
    await screen.id("tab-records").click()
    await screen.id("known").wait_for()


async def matching(screen: Screen, demo: Demo) -> None:
    await press("tab-matching", "[data-testid=match-policy]")(screen, demo)
    await screen.id("merge-bits").wait_for()


async def matching_tried(screen: Screen, demo: Demo) -> None:
    """What another threshold would do with the pairs that wait."""
    await screen.id("merge-bits").fill("40")
    await screen.id("match-tried").wait_for()


async def matching_wrong(screen: Screen, demo: Demo) -> None:
    await screen.id("merge-bits").fill("often")
    await screen.css("[data-testid=merge-bits][aria-invalid]").wait_for()


async def no_reason(screen: Screen, demo: Demo) -> None:
    await screen.id("confirm-unmerge").click()
    await screen.css("[data-testid=unmerge-reason][aria-invalid]").wait_for()


async def apart(screen: Screen, demo: Demo) -> None:
    """Taken apart: two again."""
    await screen.id("unmerge-reason").fill("...")
    await screen.id("confirm-unmerge").click()
    await screen.id("unmerge-dialog").wait_for(state="detached")


PEOPLE = [
    Stop("reviews", closing(press("nav-h", "[data-testid=pair]"))),
    Stop("joined", press("join", "[data-testid=undo-bar]")),
    Stop("matching", matching),
    Stop("matching-tried", matching_tried),
    Stop("matching-wrong", matching_wrong),
    Stop("find", press("tab-find", "[data-testid=find-customer]")),
    Stop("records", records),
    Stop("unmerge", press("unmerge", "[data-testid=unmerge-reason]")),
    Stop("unmerge-no-reason", no_reason),
    Stop("apart", apart),
    Stop("person", person),
    Stop("consents", press("tab-consents", "[data-testid=choices]")),
    Stop("no-source", no_source),
    Stop("consent-recorded", recorded),
    Stop("person-data", data),
    Stop("erasures", press("nav-v", "[data-testid=erasure]")),
    Stop("erasure", erasure),
    Stop("erasure-refused", refused),
    Stop("suppressions", closing(press("tab-suppressions", "[data-testid=suppression]"))),
    Stop("lift", press("lift", "[data-testid=lift-dialog]")),
    Stop("not-an-address", closing(not_an_address)),
    Stop("purposes", closing(press("tab-purposes", "[data-testid=purpose]"))),
    Stop("purpose", press("edit-purpose", "[data-testid=purpose-dialog]")),
    Stop("retention", closing(press("tab-retention", "[data-testid=rule]"))),
    Stop("retention-tried", tried),
    Stop("retention-days", tried_days),
    Stop("access", closing(press("tab-access", "[data-testid=look]"))),
]

"""The office's screens of segments: the list with its live counts, one that is written and counted, what is wrong in it."""

from playwright.async_api import expect

from tests.browser.demo import Demo
from tests.browser.screen import Screen
from tests.browser.screens.stops import Stop, closing, press


async def counted(screen: Screen, demo: Demo) -> None:
    await screen.id("open-segment").filter(has_text="Green").click()
    await screen.id("count-people").wait_for()
    await screen.id("sample").wait_for()


async def written(screen: Screen, demo: Demo) -> None:
    """A group in a group, and more about what was bought."""
    await screen.id("add-segment").click()
    await screen.id("segment-code").wait_for()
    await screen.id("add-row").click()
    await screen.id("row-more").click()
    await screen.id("slot-spent").fill("20")
    await screen.id("add-group").first.click()
    await screen.id("row-kind").last.select_option("lives")
    await screen.id("slot-cities").fill("Madrid")
    await screen.id("count-people").wait_for()


async def wrong(screen: Screen, demo: Demo) -> None:
    """The server names the row; what is not filled in is told by the form."""
    await screen.id("slot-days").fill("0")
    await screen.id("row-wrong").wait_for()
    await screen.id("save-segment").click()
    await screen.css("[data-testid=segment-code][aria-invalid]").wait_for()


async def chosen(screen: Screen, demo: Demo) -> None:
    """A promotion chooses by name."""
    await screen.id("nav-e").click()
    await screen.id("promo-row").or_(screen.id("promotion-row")).filter(has_text="for-regulars").first.click()
    await expect(screen.css("[data-testid=segment-picker] input:checked")).to_have_count(1)


SEGMENTS = [
    Stop("segments", closing(press("nav-d", "[data-testid=live-count]"))),
    Stop("segment", counted),
    Stop("segment-written", written),
    Stop("segment-wrong", wrong),
    Stop("segment-chosen", chosen),
]

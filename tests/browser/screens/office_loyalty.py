"""The office's screens of loyalty."""

from tests.browser.demo import Demo
from tests.browser.screen import Screen


async def office_programme(screen: Screen, demo: Demo) -> None:
    await screen.id("programme").first.click()
    await screen.id("try-terms").wait_for()


async def office_tried(screen: Screen, demo: Demo) -> None:
    await screen.id("try-run").click()
    await screen.id("tried").wait_for()


async def office_programme_wrong(screen: Screen, demo: Demo) -> None:
    """A rule that gives nothing is told at its field."""
    await screen.id("rule-points").first.fill("0")
    await screen.css("[data-testid=rule-points][aria-invalid]").first.wait_for()


async def office_programme_new(screen: Screen, demo: Demo) -> None:
    await screen.open("/office/loyalty?programme=new")
    await screen.id("add-tier").click()
    await screen.id("add-reward").click()
    await screen.id("reward-name-en").wait_for()


async def office_batch(screen: Screen, demo: Demo) -> None:
    await screen.id("make-batch").click()
    await screen.id("batch-cards").fill("0")
    await screen.css("[data-testid=batch-cards][aria-invalid]").wait_for()


async def office_batch_codes(screen: Screen, demo: Demo) -> None:
    await screen.id("batch-name").fill("...")
    await screen.id("batch-cards").fill("3")
    await screen.id("batch-do").click()
    await screen.id("codes-kept").wait_for()

"""How long a change takes from one screen to the others.

    python -m tests.browser.measure_live --rounds 20 [--json]

One basket is open at three doors: the shopper's phone, the agent's desk, the till. Each in turn changes a quantity, and
the wall clock is read when the other two show it. The commit lies between the writer's request and its answer, so each
pair has two figures: since the answer (the least it can be) and since the request (the most). Wants a machine that
does nothing else.
"""

import argparse
import asyncio
import json
import math
import os
import statistics
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

import msgspec
from playwright.async_api import expect

from tests.browser import chromium, people
from tests.browser import demo as demos
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, TABLET, Lag, Screen, Sight, changing, opened
from tests.conftest import free_port

WARM_UP = 3
WRITES = {
    "shopper": "POST /basket/lines/[^/]+",
    "agent": "PATCH /v1/carts/[^/]+/lines/[^/]+",
    "cashier": "PATCH /v1/carts/[^/]+/lines/[^/]+",
}


class Figures(msgspec.Struct, frozen=True):
    """Of one pair of screens, in milliseconds."""

    writer: str
    reader: str
    rounds: int
    answer_least: float
    answer_median: float
    answer_p95: float
    request_median: float
    request_p95: float


def figures(lags: Sequence[Lag]) -> list[Figures]:
    """Per pair, in the order in which the pairs came up."""
    pairs: dict[tuple[str, str], list[Lag]] = {}
    for one in lags:
        pairs.setdefault((one.writer, one.reader), []).append(one)
    return [
        Figures(
            writer, reader, len(some),
            *(round(figure, 1) for figure in _spread([one.from_answer for one in some])),
            *(round(figure, 1) for figure in _spread([one.from_request for one in some])[1:]),
        )
        for (writer, reader), some in pairs.items()
    ]  # fmt: skip


def _spread(values: list[float]) -> tuple[float, float, float]:
    """Least, median, and what 95 of 100 do not exceed."""
    ordered = sorted(values)
    return ordered[0], statistics.median(ordered), ordered[math.ceil(len(ordered) * 0.95) - 1]


def sight(screen: Screen, quantity: int) -> Sight:
    if screen.name == "shopper":
        return Sight(f'[data-line] input.quantity[value="{quantity}"]')
    return Sight("[data-testid=line] [data-testid=qty-value]", str(quantity))


async def press(screen: Screen, quantity: int) -> None:
    """Change the only line from 1 to 2 or back."""
    if screen.name == "shopper":
        await screen.css(f'[data-line] button.step[value="{quantity}"]').click()
    else:
        await screen.id("qty-plus" if quantity == 2 else "qty-minus").click()


async def measure(demo: Demo, *, rounds: int) -> list[Lag]:
    """`rounds` changes by each of the three, after a few that warm everything up."""
    about, lags = demo.seeded, list[Lag]()
    async with chromium.launched() as browser, AsyncExitStack() as stack:
        shopper, agent, cashier = [
            await stack.enter_async_context(opened(browser, name, url=demo.url, size=size))
            for name, size in (("shopper", PHONE), ("agent", DESKTOP), ("cashier", TABLET))
        ]
        screens = (shopper, agent, cashier)
        await people.sign_in_as_shopper(shopper, demo)
        await people.add_from_item_page(shopper, about.walk_slugs[0])
        await people.sign_in_with_password(agent, about.agent)
        await people.find_by_phone(agent, about.shopper_phone)
        await people.sign_in_at_till(cashier, about.till_code, about.cashier)
        await agent.id("hand-over").click()
        await cashier.id("scan").fill(await agent.id("baton-code").inner_text())
        await cashier.id("scan").press("Enter")
        await agent.page.keyboard.press("Escape")
        await shopper.open("/basket")
        for screen in (agent, cashier):
            await expect(screen.id("line")).to_have_count(1)
            await screen.live()
        await expect(shopper.css("[data-line]")).to_have_count(1)
        await asyncio.sleep(1)  # the shop says nowhere that its stream is open
        for writer in screens:
            for i in range(WARM_UP + rounds):
                quantity = 2 if i % 2 == 0 else 1
                seen = {screen: sight(screen, quantity) for screen in screens if screen is not writer}
                taken: list[Lag] = []
                async with changing(f"round {i}", writer, write=WRITES[writer.name], seen=seen, lags=taken):
                    await press(writer, quantity)
                lags += taken if i >= WARM_UP else []
                await _settled(screens, quantity)
            if (WARM_UP + rounds) % 2:
                await press(writer, 1)
                await _settled(screens, 1)
    return lags


async def _settled(screens: Sequence[Screen], quantity: int) -> None:
    """Everybody, the writer too, shows it; then a moment of rest, so that rounds do not run into one another."""
    for screen in screens:
        seen = sight(screen, quantity)
        await expect(screen.css(seen.selector, has_text=seen.text or None)).to_have_count(1)
    await asyncio.sleep(0.15)


async def main(rounds: int, *, as_json: bool) -> None:
    async with demos.alone(port=free_port()) as demo:
        found = figures(await measure(demo, rounds=rounds))
    if as_json:
        print(json.dumps([msgspec.structs.asdict(one) for one in found], indent=2))
        return
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"milliseconds from commit to screen; {os.cpu_count()} cores, load {load}")
    print(f"{'':24}{'since the answer':>24}{'since the request':>24}")
    print(f"{'writer -> reader':<24}{'least':>8}{'median':>8}{'p95':>8}{'median':>16}{'p95':>8}{'rounds':>8}")
    for one in found:
        print(
            f"{one.writer + ' -> ' + one.reader:<24}{one.answer_least:>8}{one.answer_median:>8}{one.answer_p95:>8}"
            f"{one.request_median:>16}{one.request_p95:>8}{one.rounds:>8}"
        )


if __name__ == "__main__":
    if chromium.found() is None:
        sys.exit(chromium.MISSING)
    parser = argparse.ArgumentParser(description="Measure how fast a change reaches the other screens.")
    parser.add_argument("--rounds", type=int, default=20, help="changes by each of the three screens")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args()
    asyncio.run(main(max(1, given.rounds), as_json=given.json))

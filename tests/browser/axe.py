"""axe on a screen as it stands: everything on phone and desktop, and what a theme can change in each theme."""

from typing import Any

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]

from tests.browser.screen import DESKTOP, PHONE, Screen

# A color half way between two themes is nobody's choice: what moves is brought to its end, what never ends goes on.
# What follows from a change of theme or size begins a frame later.
_REST = """async () => {
    for (let turn = 0; turn < 2; turn++) {
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
        document.getAnimations().forEach((each) => { try { each.finish() } catch {} })
    }
}"""
_SIZES = {"phone": PHONE, "desktop": DESKTOP}
_EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
# A theme is colors: names, roles and order are the same in both.
_COLORS = {**_EVERYTHING, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


async def found_on(screen: Screen) -> list[str]:
    """What axe has against the screen, in each size and theme, each with its place."""
    found = []
    for size, (width, height) in _SIZES.items():
        await screen.page.set_viewport_size({"width": width, "height": height})
        for theme, rules in (("dark", _COLORS), ("light", _EVERYTHING)):
            await screen.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            await screen.page.evaluate(_REST)
            found += [f"{size}, {theme}: {one}" for one in await _violations(screen, rules)]
    return found


async def _violations(screen: Screen, rules: dict[str, Any]) -> list[str]:
    if not await screen.page.evaluate("'axe' in window"):
        await screen.page.evaluate(Axe().axe_script)
    violations = await screen.page.evaluate("async (rules) => (await axe.run(rules)).violations", rules)
    return [
        f"{violation['id']} ({violation['impact']}) at {' '.join(map(str, node['target']))}: "
        + "; ".join(one["message"] for one in [*node["any"], *node["all"], *node["none"]][:1])
        for violation in violations
        for node in violation["nodes"]
    ]

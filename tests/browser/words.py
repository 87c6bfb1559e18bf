"""The words of a screen: nothing left in English, no bare key, nothing wider than the screen."""

import json
import re
from functools import cache
from pathlib import Path

import portico
from tests.browser.screen import Screen

PACKAGE = Path(portico.__file__).parent
PLACE = re.compile(r"\{[a-z_]+\}")
SHORTEST = 4  # shorter sentences are units, signs and abbreviations

# Every piece of text that a person reads or is read to.
_TEXTS = """() => {
  const texts = [document.title]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    if (!parent.closest('script, style, [lang]:not(html)')) texts.push(walker.currentNode.textContent.trim())
  }
  for (const each of document.body.querySelectorAll('*')) {
    for (const name of ['aria-label', 'placeholder', 'title', 'alt']) {
      const text = each.getAttribute(name)
      if (text && !each.closest('[lang]:not(html)')) texts.push(text.trim())
    }
  }
  return [...new Set(texts.filter(Boolean))]
}"""
# What sticks out to the right where nobody is meant to scroll: the page itself, or what a box with scrolling cuts off.
# A region that takes the focus or calls itself a list of links scrolls on purpose.
_TOO_WIDE = """() => {
  const { scrollWidth, clientWidth } = document.documentElement
  const meant = '.scroll-x, nav, .truncate, .visually-hidden, select, svg, [tabindex="0"]'
  const out = [...document.body.querySelectorAll('*')].filter((each) => {
    const { right, width } = each.getBoundingClientRect()
    return width > 1 && right > clientWidth + 1 && !each.closest(meant)
  })
  const told = out.slice(0, 3).map((each) => each.outerHTML.slice(0, 120))
  return scrollWidth > clientWidth ? [`${scrollWidth} > ${clientWidth}`, ...told] : told
}"""


@cache
def sentences(language: str) -> dict[str, list[str]]:
    """Every sentence of the faces and of the server by its key; one with plural forms has several."""
    found: dict[str, list[str]] = {}
    folders = [PACKAGE.parents[1] / "ui" / "locales", *sorted(PACKAGE.rglob("locales"))]
    for folder in folders:
        file = folder / f"{language}.json"
        if file.is_file() and "node_modules" not in file.parts:
            for key, said in json.loads(file.read_text()).items():
                found.setdefault(key, []).extend(said.values() if isinstance(said, dict) else [said])
    return found


@cache
def only_english(language: str) -> frozenset[str]:
    """Sentences without places to fill that are English and nothing that `language` says."""
    said = {text for texts in sentences(language).values() for text in texts}
    english = {
        text for texts in sentences("en").values() for text in texts if "{" not in text and len(text) >= SHORTEST
    }
    return frozenset(english - said)


@cache
def keys() -> re.Pattern[str]:
    """A bare key, as it shows where its sentence is missing."""
    return re.compile(
        r"(?<![\w.])(" + "|".join(re.escape(key) for key in sentences("en") if "." in key) + r")(?![\w.])"
    )


async def wrong(screen: Screen, language: str) -> list[str]:
    """What is wrong with the words of a screen that should speak `language`, and with their room."""
    texts = await screen.page.evaluate(_TEXTS)
    assert texts, "an empty page speaks no language"
    found = [f"bare key in {text!r}" for text in texts if keys().search(text)]
    found += [f"nothing filled in: {text!r}" for text in texts if PLACE.search(text)]
    if language != "en":
        found += [f"English left: {text!r}" for text in texts if text in only_english(language)]
    if (said := await screen.page.evaluate("document.documentElement.lang")) != language:
        found.append(f"says it is in {said!r}")
    return found + [f"too wide: {one}" for one in await screen.page.evaluate(_TOO_WIDE)]

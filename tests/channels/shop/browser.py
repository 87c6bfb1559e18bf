"""A browser without JavaScript: it reads pages, fills forms, and follows redirects, as a person with any browser can."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from html.parser import HTMLParser

import httpx

KEY_LEFT = re.compile(r"\b(?:shop|checkout|problem|totals|receipt)\.[a-z_]+\.?[a-z_.]*\b")
PLACE_LEFT = re.compile(r"\{[a-z_]+\}")


class Form:
    """A form of a page: where it goes, and the fields as they stand."""

    def __init__(self, action: str, method: str) -> None:
        self.action, self.method = action, method
        self.fields: dict[str, str] = {}


class Page(HTMLParser):
    """What a page says: its forms, its text, its language."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(convert_charrefs=True)
        self.answer, self.status, self.html = answer, answer.status_code, answer.text
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.language = ""
        self._select: str | None = None
        self._hidden = 0
        self.feed(self.html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def form(self, action: str) -> Form:
        return next(one for one in self.forms if one.action == action)

    def untranslated(self) -> list[str]:
        """Keys that were shown instead of their words, and places nobody filled."""
        visible = unescape(re.sub(r"<script.*?</script>", "", self.html, flags=re.S))
        return [*KEY_LEFT.findall(self.text), *PLACE_LEFT.findall(visible)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag == "input" and self.forms and given.get("name"):
            if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "select" and self.forms and given.get("name"):
            self._select = given["name"]
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.forms[-1].fields):
            self.forms[-1].fields[self._select] = given.get("value", "")
        elif tag in ("script", "style"):
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag in ("script", "style"):
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


class Browser:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str) -> Page:
        return Page(await self.client.get(path))

    async def post(self, path: str, **fields: str) -> Page:
        """Send a form by its address."""
        return Page(await self.client.post(path, data=fields))

    async def send(self, page: Page, action: str, **typed: str) -> Page:
        """Fill a form of a page and send it; what is not typed stays as it stood."""
        return await self.post(action, **{**page.form(action).fields, **typed})

    async def press(self, page: Page, to: str, *, of: str = "/checkout", **typed: str) -> Page:
        """Fill a form of a page and press a button of it that sends it elsewhere."""
        return await self.post(to, **{**page.form(of).fields, **typed})


@asynccontextmanager
async def browsing(url: str, *, language: str = "en") -> AsyncIterator[Browser]:
    headers = {"accept": "text/html,application/xhtml+xml", "accept-language": language}
    async with httpx.AsyncClient(base_url=url, headers=headers, follow_redirects=True, timeout=20) as client:
        yield Browser(client)

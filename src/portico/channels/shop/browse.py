"""Finding something: the home page and the results of a search, whose filters are its address."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get

from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import Category
from portico.channels.shop import stores
from portico.channels.shop.forms import clean
from portico.channels.shop.page import Choice, page
from portico.channels.shop.visit import Visit, visit
from portico.channels.shop.words import Reduced, Stock
from portico.offers import api as offers
from portico.offers.types import ItemBrief
from portico.platform.db import Tx
from portico.platform.http import Door

FEATURED, LOOKED_AT, PAGE_SIZE = 8, 100, 24
PAGES_SIFTED_MAX = 10  # how far a search looks ahead for what a store has


class Card(msgspec.Struct, frozen=True):
    """An item in a grid. `stock` is None where all is as one hopes."""

    href: str
    title: str
    price: str
    image_url: str
    image_alt: str
    category: str
    stock: Stock | None
    reduced: Reduced | None = None


class Tile(msgspec.Struct, frozen=True):
    """A category in a grid."""

    href: str
    title: str
    count: str
    image_url: str


class Home(msgspec.Struct, frozen=True):
    cards: tuple[Card, ...]
    tiles: tuple[Tile, ...]
    stores: tuple[stores.StoreCard, ...]


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was found, and what it was sifted by."""

    heading: str
    count: str
    q: str
    cards: tuple[Card, ...]
    categories: tuple[Choice, ...]
    stores: tuple[Choice, ...]
    next_href: str
    first_href: str


@get("/", include_in_schema=False)
async def home(door: Door) -> Response[str]:
    here = await visit(door)
    async with door.database.read() as tx:
        found = await offers.search(
            tx, market=here.market, directory=here.directory, language=here.language, limit=LOOKED_AT, asker=here.asker
        )
        tops = [one for one in await catalog.categories(tx, language=here.language) if _shown(one)]
    view = Home(
        tuple(card(here, one) for one in _mixed(found.items)),
        tuple(_tile(here, one) for one in tops),
        stores.cards(here),
    )
    return await page(here, "home.html", title="", description=here.say("shop.home.text"), view=view)


def _mixed(items: Sequence[ItemBrief]) -> list[ItemBrief]:
    """Some that can be bought, of as many categories as there are: a shop window, not a shelf."""
    turns: Counter[str] = Counter()
    in_turn = []
    for place, one in enumerate(one for one in items if one.price_from is not None and one.available > 0):
        slug = one.category.slug if one.category else ""
        in_turn.append((turns[slug], place, one))
        turns[slug] += 1
    return [one for _, _, one in sorted(in_turn, key=lambda each: each[:2])][:FEATURED]


def _shown(one: Category) -> bool:
    return one.parent_slug is None and one.item_count > 0


def _tile(here: Visit, one: Category) -> Tile:
    count = here.say("shop.items", count=one.item_count)
    return Tile(f"/search?{urlencode({'category': one.slug})}", one.title, count, one.image_url or "")


def card(here: Visit, one: ItemBrief) -> Card:
    return Card(
        href=f"/items/{one.slug}",
        title=one.title,
        price=here.words.price(one.price_from, upto=one.price_to),
        image_url=one.image_url or "",
        image_alt=one.image_alt or one.title,
        category=one.category.title if one.category else "",
        stock=here.words.stock(0) if one.available <= 0 else None,
        reduced=here.words.reduced(one.reduction) if one.reduction else None,
    )


@get("/search", include_in_schema=False)
async def search(door: Door, q: str = "", category: str = "", at: str = "", cursor: str = "") -> Response[str]:
    """What matches; `at` is a store, and then only what it has."""
    here = await visit(door)
    q, category = clean(q)[:200], clean(category)
    place = _place(here, at)
    async with door.database.read() as tx:
        briefs, next_cursor, total = await _found(here, tx, q, category, place, clean(cursor))
        every = await catalog.categories(tx, language=here.language)
    names = {one.slug: one.title for one in every}
    kept = {"q": q, "category": category, "at": str(place) if place else ""}
    view = Results(
        heading=here.say("shop.search.heading", q=q) if q else names.get(category) or here.say("shop.search.all"),
        count="" if total is None else here.say("shop.items", count=total),
        q=q,
        cards=tuple(card(here, one) for one in briefs),
        categories=tuple(Choice(one.slug, one.title, one.slug == category) for one in every if _shown(one)),
        stores=tuple(Choice(str(one.id), one.name, one.id == place) for one in stores.places(here)),
        next_href=_address({**kept, "cursor": next_cursor}) if next_cursor else "",
        first_href=_address(kept) if cursor else "",
    )
    return await page(here, "search.html", title=view.heading, noindex=bool(q or cursor or place), query=q, view=view)


def _place(here: Visit, text: str) -> LocationId | None:
    try:
        chosen = LocationId.parse(text)
    except ValueError:
        return None
    return chosen if chosen in stores.ids(stores.places(here)) else None


async def _found(
    here: Visit, tx: Tx, q: str, category: str, place: LocationId | None, cursor: str
) -> tuple[list[ItemBrief], str | None, int | None]:
    """A page of items. With a place, pages are read until enough of them is there, so that none looks half empty."""
    kept: list[ItemBrief] = []
    after: str | None = cursor or None
    for _ in range(PAGES_SIFTED_MAX):
        found = await offers.search(
            tx, market=here.market, directory=here.directory, language=here.language, q=q, category=category or None,
            cursor=after, limit=PAGE_SIZE, location_id=place, asker=here.asker,
        )  # fmt: skip
        kept += [one for one in found.items if place is None or one.available > 0]
        after = found.next_cursor
        if place is None:
            return kept, after, found.total
        if after is None or len(kept) >= PAGE_SIZE:
            break
    return kept, after, None


def _address(fields: dict[str, Any]) -> str:
    asked = {name: value for name, value in fields.items() if value}
    return f"/search?{urlencode(asked)}" if asked else "/search"


routes: list[Any] = [home, search]

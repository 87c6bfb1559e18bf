"""One item: pictures, options, price, and what each store has of it right now."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post

from portico.business.types import LocationId
from portico.catalog.types import Picture
from portico.channels.shop import forms, glance, stores
from portico.channels.shop.forms import clean
from portico.channels.shop.glance import Glance
from portico.channels.shop.page import Choice, page, see
from portico.channels.shop.visit import Visit, visit
from portico.channels.shop.whereabouts import Whereabouts, remember, whereabouts
from portico.channels.shop.words import Reduced, Stock
from portico.offers import api as offers
from portico.offers.types import ItemOffer, Offer
from portico.platform.db import Tx
from portico.platform.http import Door

PICTURES_MAX = 8


class OptionLinks(msgspec.Struct, frozen=True):
    """A thing to choose, each value a link to the variant that has it."""

    name: str
    values: tuple[Choice, ...]


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """An item with one of its variants chosen. `problem` is why it was not put into the basket; `typed` how many."""

    slug: str
    title: str
    category: Choice | None
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    pictures: tuple[Choice, ...]
    image_url: str
    image_alt: str
    options: tuple[OptionLinks, ...]
    variant_id: str
    public_id: str
    sku: str
    price: str
    reduced: Reduced | None
    for_sale: bool
    taxes: str
    unit: str
    scale: int
    typed: str
    problem: str
    stock: Stock
    stores: tuple[stores.StoreCard, ...]
    glance: Glance | None
    data: dict[str, Any]


@get("/items/{name:str}", include_in_schema=False)
async def item(door: Door, name: str, v: str = "", picture: int = 0) -> Response[str]:
    """An item; `v` is the public id of the variant to show, `picture` which of its pictures is large."""
    return await show(await visit(door), clean(name), chosen=clean(v), picture=picture)


async def show(
    here: Visit,
    name: str,
    *,
    chosen: str = "",
    picture: int = 0,
    typed: str = "1",
    problem: str = "",
    status: int = 200,
    where: Whereabouts | None = None,
) -> Response[str]:
    """The page, also as the answer to an attempt to buy that went wrong."""
    async with here.door.database.read() as tx:
        found = await offers.item(
            tx, name=name, market=here.market, directory=here.directory, language=here.language, asker=here.asker
        )
        variant = _chosen(found, chosen)
        at = await _stock(here, tx, variant) if variant else {}
        seen = None
        if variant and variant.price is not None:
            seen = await glance.of_variant(here, tx, variant.id, where or await whereabouts(here, tx))
    view = _view(here, found, variant, at, picture, typed, problem, seen)
    first = view.paragraphs[0] if view.paragraphs else ""
    return await page(
        here, "item.html", title=found.title, status=status, description=first[:160], image=view.image_url, view=view
    )


@post("/items/{name:str}/postal-code", include_in_schema=False)
async def look_from(door: Door, name: str) -> Response[Any]:
    """How soon it can be had where she is. The postal code is kept in her browser."""
    here, fields = await visit(door), await forms.read(door)
    name, chosen = clean(name), fields.get("v", "")
    async with door.database.read() as tx:
        at = await whereabouts(here, tx, typed=fields.get("postal", ""))
    if at.error:
        return await show(here, name, chosen=chosen, where=at, status=422)
    remember(here, at)
    return see(_address(name, chosen) + "#glance")


def _chosen(found: ItemOffer, public_id: str) -> Offer | None:
    """The variant asked for, or the first that is there, or the first."""
    named = [one for one in found.variants if one.public_id == public_id]
    there = [one for one in found.variants if one.available > 0]
    return next(iter([*named, *there, *found.variants]), None)


async def _stock(here: Visit, tx: Tx, variant: Offer) -> dict[LocationId, Stock]:
    rows = await offers.availability(
        tx, variant_ids=[variant.id], location_ids=stores.ids(stores.places(here)), channel_id=here.door.doorway.id,
        staff=False,
    )  # fmt: skip
    return stores.by_place(here, rows, scale=variant.scale, unit=variant.unit)


def _view(
    here: Visit,
    found: ItemOffer,
    variant: Offer | None,
    at: dict[LocationId, Stock],
    picture: int,
    typed: str,
    problem: str,
    seen: Glance | None,
) -> ItemView:
    pictures = _pictures(found, variant)
    large = pictures[picture] if 0 <= picture < len(pictures) else pictures[0] if pictures else Picture("", found.title)
    public_id = variant.public_id if variant else ""
    unit, scale = (variant.unit, variant.scale) if variant else ("C62", 0)
    total = here.words.stock(sum(one.value for one in at.values()), scale=scale, unit=unit)
    return ItemView(
        slug=found.slug,
        title=found.title,
        category=Choice(f"/search?category={found.category.slug}", found.category.title, False)
        if found.category
        else None,
        paragraphs=tuple(part.strip() for part in found.description.split("\n") if part.strip()),
        facts=tuple((one.name, one.value) for one in found.attributes),
        pictures=tuple(
            Choice(_address(found.slug, public_id, i), one.url, one.url == large.url) for i, one in enumerate(pictures)
        ),
        image_url=large.url,
        image_alt=large.alt or found.title,
        options=_options(found, variant),
        variant_id=str(variant.id) if variant else "",
        public_id=public_id,
        sku=variant.sku if variant else "",
        price=here.words.price(variant.price if variant else None, unit=unit),
        reduced=here.words.reduced(variant.reduction, unit=unit) if variant and variant.reduction else None,
        for_sale=variant is not None and variant.price is not None,
        taxes=here.say("shop.price.taxes_included")
        if here.market.taxes_included
        else here.say("shop.price.taxes_added"),
        unit=here.words.unit(unit),
        scale=scale,
        typed=typed,
        problem=problem,
        stock=total,
        stores=stores.cards(here, at),
        glance=seen,
        data=_schema_org(here, found, variant, total, large.url),
    )


def _pictures(found: ItemOffer, variant: Offer | None) -> list[Picture]:
    """The chosen variant's own picture first."""
    own = [Picture(variant.image_url, variant.image_alt)] if variant and variant.image_url else []
    whole = [Picture(found.image_url, found.image_alt)] if found.image_url else []
    by_url = {one.url: one for one in reversed([*own, *whole, *found.media])}
    order = dict.fromkeys(one.url for one in [*own, *whole, *found.media])
    return [by_url[url] for url in order][:PICTURES_MAX]


def _address(slug: str, public_id: str, picture: int = 0) -> str:
    asked = {"v": public_id, **({"picture": picture} if picture else {})}
    return f"/items/{slug}?{urlencode(asked)}"


def _options(found: ItemOffer, variant: Offer | None) -> tuple[OptionLinks, ...]:
    if variant is None:
        return ()
    groups = []
    for option in found.options:
        links = [
            Choice(_address(found.slug, nearest.public_id), value, variant.options.get(option.name) == value)
            for value in option.values
            if (nearest := _nearest(found.variants, variant, option.name, value))
        ]
        groups.append(OptionLinks(option.name, tuple(links)))
    return tuple(groups)


def _nearest(variants: Sequence[Offer], now: Offer, name: str, value: str) -> Offer | None:
    """The variant with this value that keeps most of what is chosen already."""
    having = [one for one in variants if one.options.get(name) == value]
    return max(having, key=lambda one: sum(one.options.get(k) == v for k, v in now.options.items()), default=None)


def _schema_org(here: Visit, found: ItemOffer, variant: Offer | None, stock: Stock, image: str) -> dict[str, Any]:
    """schema.org's Product, for those who read pages without eyes."""
    base = here.door.platform.public_url
    data: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Product", "name": found.title, "description": found.description,
        "brand": {"@type": "Brand", "name": here.directory.brand.name}, "url": f"{base}/items/{found.slug}",
    }  # fmt: skip
    if image:
        data["image"] = image if image.startswith("http") else base + image
    if variant is None:
        return data
    data["sku"] = variant.sku
    gtins = [one for one in variant.barcodes if one.isdigit() and len(one) in (8, 12, 13, 14)]
    if gtins:
        data["gtin"] = gtins[0]
    if variant.price is not None:
        asked = variant.reduction.amount if variant.reduction else variant.price
        digits = str(asked).rjust(variant.exponent + 1, "0")
        point = len(digits) - variant.exponent
        data["offers"] = {
            "@type": "Offer",
            "price": f"{digits[:point]}.{digits[point:]}" if variant.exponent else digits,
            "priceCurrency": variant.currency,
            "availability": "https://schema.org/InStock" if stock.value else "https://schema.org/OutOfStock",
            "url": base + _address(found.slug, variant.public_id),
        }
    return data


routes: list[Any] = [item, look_from]

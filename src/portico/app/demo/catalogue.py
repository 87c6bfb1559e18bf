"""The demo's catalogue: categories, items and prices, made from what `goods` says of each thing."""

import hashlib
from collections.abc import Iterator
from functools import cache

import msgspec

from portico.app.demo.art import Look, draw
from portico.app.demo.goods import THINGS
from portico.app.demo.goods.facts import (
    CARE,
    CARES,
    CHOICES,
    COLOURS,
    DIMENSIONS,
    GROUNDS,
    MATERIAL,
    MATERIALS,
    Size,
    Texts,
    Thing,
    said,
)
from portico.business.types import BrandId
from portico.catalog.types import MediaKind, NewCategory, NewItem, NewMedia, NewVariant, Trait

LANGUAGES = ("en", "es", "it", "ru")

CATEGORIES = {
    "lighting": said("Lighting", "Iluminación", "Illuminazione", "Свет"),
    "tableware": said("Tableware", "Mesa", "Tavola", "Посуда"),
    "textiles": said("Textiles", "Textiles", "Tessili", "Текстиль"),
    "decor": said(
        "Vases, mirrors & candles", "Jarrones, espejos y velas", "Vasi, specchi e candele", "Вазы, зеркала и свечи"
    ),
    "furniture": said("Furniture", "Muebles", "Mobili", "Мебель"),
    "greenery": said("Pots & garden", "Macetas y jardín", "Vasi e giardino", "Кашпо и сад"),
    "stationery": said("Paper & pencils", "Papel y lápices", "Carta e matite", "Бумага и карандаши"),
    "pantry": said("Coffee & tea", "Café y té", "Caffè e tè", "Кофе и чай"),
}

# GS1 leaves 20 to 29 to codes that mean something only inside one company; 29 is on our loyalty cards.
GTIN_PREFIX = "20"


class Sold(msgspec.Struct, frozen=True):
    """One sellable thing: which colour and size of what."""

    sku: str
    thing: Thing
    colour: str
    accent: str
    drawn_in: str
    size: Size | None


@cache
def assortment() -> tuple[Sold, ...]:
    """Every variant, in the order of the catalogue."""
    return tuple(one for thing in THINGS for one in variants_of(thing))


def variants_of(thing: Thing) -> Iterator[Sold]:
    for i, colour in enumerate(thing.colours):
        accent = thing.accents[i % len(thing.accents)]
        drawn_in = thing.drawn_in[i] if thing.drawn_in else colour
        for size in thing.sizes or (None,):
            parts = [thing.sku, colour[:3].upper(), *([size.code] if size else [])]
            yield Sold("-".join(parts), thing, colour, accent, drawn_in, size)


def categories() -> list[NewCategory]:
    return [NewCategory(slug=slug, titles=titles, position=i) for i, (slug, titles) in enumerate(CATEGORIES.items())]


def items(brand_id: BrandId) -> list[NewItem]:
    """Every item with its variants and their pictures."""
    return [_item(thing, list(variants_of(thing)), brand_id) for thing in THINGS]


def _item(thing: Thing, variants: list[Sold], brand_id: BrandId) -> NewItem:
    return NewItem(
        external_ref=f"demo:{thing.slug}",
        slug=thing.slug,
        titles=thing.titles,
        descriptions=thing.descriptions,
        category_slug=thing.category,
        brand_id=brand_id.uuid,
        attributes=tuple(_attributes(thing)),
        variants=tuple(
            NewVariant(
                sku=one.sku,
                options=tuple(_options(one)),
                barcodes=(gtin(one.sku),),
                unit=thing.unit,
                scale=thing.scale,
                tax_category=thing.tax_category,
                tracking=thing.tracking,
            )
            for one in variants
        ),
        media=tuple(NewMedia(kind=MediaKind.SVG, content=picture(one), alts=alt(one), sku=one.sku) for one in variants),
    )


def _options(one: Sold) -> Iterator[Trait]:
    """What a shopper chooses: only where there is more than one to choose from."""
    if len(one.thing.colours) > 1:
        yield Trait(CHOICES[one.thing.choice], COLOURS[one.colour][1])
    if one.size:
        yield Trait(CHOICES["size"], one.size.label)


def _attributes(thing: Thing) -> Iterator[Trait]:
    yield Trait(MATERIAL, MATERIALS[thing.material])
    if dimensions := _dimensions(thing):
        yield Trait(DIMENSIONS, in_units(dimensions))
    if len(thing.colours) == 1 and thing.choice == "colour":
        yield Trait(CHOICES["colour"], COLOURS[thing.colours[0]][1])
    yield Trait(CARE, CARES[thing.care])


def _dimensions(thing: Thing) -> str:
    if not thing.sizes:
        return thing.dimensions
    named = len(thing.sizes[0].code) == 1  # S, M, L; others are called by their dimensions
    return "; ".join(f"{one.code}: {one.dimensions}" if named else one.dimensions for one in thing.sizes)


def in_units(text: str) -> Texts:
    """Centimetres and millilitres as each language abbreviates them."""
    return said(text, text, text, text.replace("cm", "см").replace("ml", "мл"))


def picture(one: Sold) -> str:
    """The drawing of a variant, from its facts."""
    thing = one.thing
    return draw(
        Look(
            kind=thing.kind,
            style=thing.style,
            colour=COLOURS[one.drawn_in][0],
            accent=COLOURS[one.accent][0],
            size=one.size.drawn if one.size else 1.0,
            ground=GROUNDS[thing.ground],
        )
    )


def alt(one: Sold) -> Texts:
    """What the picture shows, for those who cannot see it: the thing, its colour, its size."""
    return {
        language: ", ".join(
            [
                one.thing.titles[language],
                COLOURS[one.colour][1][language],
                *([one.size.label[language]] if one.size else []),
            ]
        )
        for language in LANGUAGES
    }


def gtin(sku: str) -> str:
    """A GTIN-13 for use inside the company, the same for the same SKU."""
    body = GTIN_PREFIX + f"{int.from_bytes(hashlib.sha256(sku.encode()).digest()[:8]) % 10**10:010d}"
    weighted = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(body))
    return body + str(-weighted % 10)


RATES_TO_EURO = {"EUR": 1.0, "GBP": 0.87, "RUB": 95.0}


def price(one: Sold, currency: str) -> int:
    """What one unit costs in a market of this currency, in minor units: converted, then put on a price people know."""
    euros = one.thing.price / 100 * (one.size.cost if one.size else 1)
    return familiar(euros * RATES_TO_EURO[currency], currency)


def familiar(amount: float, currency: str) -> int:
    """The shelf price next to an amount, in minor units: 12.90, 64.90, 149.00; in roubles 990, 6490, 17 490."""
    if currency == "RUB":
        step, less = (100, 10) if amount < 10_000 else (500, 10)
    elif amount >= 95:
        step, less = 10, 1
    else:
        return max(90, round(amount * (2 if amount < 20 else 1)) * (50 if amount < 20 else 100) - 10)
    return max(step, round(amount / step) * step) * 100 - less * 100

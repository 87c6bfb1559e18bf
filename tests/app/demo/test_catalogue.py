"""The demo's facts: complete in every language, codes that scan, prices that people know, pictures that are safe."""

import re
from xml.etree import ElementTree

import pytest

from portico.app.demo import catalogue, chain
from portico.app.demo.art import KINDS, Look, draw
from portico.app.demo.art.paint import Canvas, lightness, mix
from portico.app.demo.goods import THINGS
from portico.app.demo.goods.facts import COLOURS, Thing
from portico.app.demo.people import CUSTOMERS
from portico.business.types import BrandId
from portico.catalog.types import NewItem
from portico.customers import rules as customer_rules
from portico.platform import i18n

SVG_BYTES_MAX = 6_500
LANGUAGES = set(i18n.LANGUAGES)
ITEMS = catalogue.items(BrandId(bytes(16)))
SOLD = catalogue.assortment()


def texts_of(item: NewItem) -> list[tuple[str, dict[str, str]]]:
    found = [("title", item.titles), ("description", item.descriptions)]
    found += [("attribute", text) for one in item.attributes for text in (one.name, one.value)]
    found += [
        ("option", text) for variant in item.variants for one in variant.options for text in (one.name, one.value)
    ]
    return found + [("alt", one.alts) for one in item.media]


@pytest.mark.parametrize("item", ITEMS, ids=lambda one: one.slug)
def test_every_text_is_said_in_every_language(item: NewItem) -> None:
    for what, texts in texts_of(item):
        assert set(texts) == LANGUAGES, (what, texts)
        assert all(text == text.strip() != "" for text in texts.values()), (what, texts)
    assert re.search("[а-яё]", item.titles["ru"])
    assert re.search("[а-яё]", item.descriptions["ru"])
    assert len(set(item.descriptions.values())) == len(LANGUAGES)
    assert not any(re.search("[а-яё]", item.descriptions[one], re.IGNORECASE) for one in ("en", "es", "it"))


def test_categories_and_taglines_are_said_in_every_language() -> None:
    assert all(set(one.titles) == LANGUAGES and all(one.titles.values()) for one in catalogue.categories())
    assert {one.category for one in THINGS} == {one.slug for one in catalogue.categories()}
    assert set(chain.TAGLINES) == LANGUAGES


def test_the_catalogue_is_as_large_as_a_shop() -> None:
    assert len(catalogue.categories()) == 8
    assert len(THINGS) >= 60
    assert 150 <= len(SOLD) <= 250
    assert {one.unit: one.scale for one in THINGS} == {"C62": 0, "MTR": 2, "KGM": 3}


def test_codes_scan_and_name_one_variant_each() -> None:
    codes = [code for item in ITEMS for variant in item.variants for code in variant.barcodes]
    skus = [variant.sku for item in ITEMS for variant in item.variants]
    assert len(set(codes)) == len(codes) == len(SOLD)
    assert len(set(skus)) == len(skus)
    for code in codes:
        # 20 is for use inside one company; 29 would be a loyalty card of ours.
        assert re.fullmatch("20[0-9]{11}", code)
        assert sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(code)) % 10 == 0


@pytest.mark.parametrize("currency", sorted({one.currency for one in chain.MARKETS}))
def test_prices_are_familiar_and_follow_what_things_cost(currency: str) -> None:
    by_cost = sorted(SOLD, key=lambda one: one.thing.price * (one.size.cost if one.size else 1))
    amounts = [catalogue.price(one, currency) for one in by_cost]
    assert min(amounts) > 0
    assert amounts == sorted(amounts)
    assert all(one % 10 == 0 for one in amounts)
    if currency == "RUB":
        assert all(one % 10_000 == 9_000 for one in amounts)


@pytest.mark.parametrize("thing", THINGS, ids=lambda one: one.slug)
def test_pictures_are_small_safe_and_the_same_every_time(thing: Thing) -> None:
    for one in catalogue.variants_of(thing):
        svg = catalogue.picture(one)
        assert svg == catalogue.picture(one)
        assert len(svg.encode()) <= SVG_BYTES_MAX
        root = ElementTree.fromstring(svg)
        assert root.get("viewBox") == "0 0 800 800"
        ids = {element.get("id") for element in root.iter()}
        for element in root.iter():
            assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in ALLOWED
            for name, value in element.attrib.items():
                assert not name.startswith("on")
                assert "nan" not in value and "inf" not in value
                for used in re.findall(r"url\((.*?)\)", value) + ([value] if name.endswith("href") else []):
                    assert used.startswith("#") and used[1:] in ids


ALLOWED = {
    "svg", "defs", "g", "path", "rect", "circle", "ellipse", "use", "clipPath", "linearGradient", "radialGradient", "stop",
}  # fmt: skip


def test_variants_of_one_item_look_different_by_colour() -> None:
    for thing in THINGS:
        pictures = {one.colour: catalogue.picture(one) for one in catalogue.variants_of(thing)}
        assert len(set(pictures.values())) == len(pictures), thing.slug


def test_every_kind_of_drawing_is_used() -> None:
    assert {one.kind for one in THINGS} == set(KINDS)


def test_halfway_between_two_colours_looks_halfway() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
    assert abs(lightness(mix("#000000", "#ffffff", 0.5)) - 0.5) < 0.01


def test_a_gradient_is_written_once() -> None:
    canvas = Canvas(Look(kind="vase", style="bud", colour="#c4694a"))
    assert canvas.round("#c4694a") == canvas.round("#c4694a") != canvas.round("#8fa588")
    assert draw(Look(kind="vase", style="bud", colour="#c4694a")).count("<svg") == 1


def test_people_can_be_called_and_written_to_without_reaching_anybody() -> None:
    people = [one for some in CUSTOMERS.values() for one in some]
    contacts = [contact for one in people for contact in customer_rules.contacts(one)]
    assert len({one.value for one in contacts}) == len(contacts) == 2 * len(people)
    assert all(one.value.endswith("@example.com") for one in contacts if "@" in one.value)
    assert all(one.value.startswith("+44207946") for one in contacts if one.value.startswith("+44"))


def test_every_store_is_staffed() -> None:
    for store in chain.STORES:
        roles = sorted(one.role for one in chain.STAFF if one.place == store.code)
        assert roles == ["cashier", "cashier", "manager"], store.code
    assert len({one.number for one in chain.STAFF}) == len({one.email for one in chain.STAFF}) == len(chain.STAFF)


def test_stores_keep_different_hours() -> None:
    by_day = {
        store.code: {day: [h for h in store.hours if h.weekday == day] for day in range(1, 8)} for store in chain.STORES
    }
    assert any(not days[7] for days in by_day.values())
    assert any(len(days[1]) == 2 for days in by_day.values())
    assert any(one.closes.hour == 22 for store in chain.STORES for one in store.hours)
    assert all(COLOURS[colour][0] for one in THINGS for colour in (*one.colours, *one.accents, *one.drawn_in))

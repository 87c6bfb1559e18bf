"""Finding items: by words of four languages, by codes, by category, page by page."""

import pytest

from portico.catalog import api
from portico.catalog.types import (
    BadCheckDigit,
    BadCursor,
    ItemPage,
    NewCategory,
    NewItem,
    NewVariant,
    Put,
    Texts,
    Trait,
    UnknownCode,
    VariantId,
)
from portico.platform.db import Database
from portico.platform.events import Hand

BY = Hand(actor="system:test", actor_name="test")


def item(slug: str, titles: Texts, *, description: str = "", category: str | None = None, barcode: str = "") -> NewItem:
    variant = NewVariant(sku=slug.upper(), barcodes=(barcode,) if barcode else ())
    return NewItem(
        slug=slug, titles=titles, descriptions={"en": description}, category_slug=category, variants=(variant,)
    )


async def stocked(database: Database) -> dict[str, VariantId]:
    async with database.transaction() as tx:
        await api.put_categories(
            tx,
            categories=[
                NewCategory(slug="home", titles={"en": "Home"}),
                NewCategory(slug="light", titles={"en": "Light"}, parent_slug="home", position=1),
                NewCategory(slug="empty", titles={"en": "Empty"}, position=2),
            ],
        )
        answers = await api.put_items(
            tx,
            items=[
                item("lamp-arco", {"en": "Arco Lamp", "es": "Lámpara Arco", "ru": "Лампа «Ёлочка»"}, category="light"),
                item("sofa", {"en": "Sofa", "it": "Divano"}, description="Goes well with a lamp.", category="home"),
                item("lampion", {"en": "Lampion"}, barcode="036000291452"),
                item("22423", {"en": "Cake stand"}),
                item("40170724", {"en": "A SKU that looks like a misread EAN"}),
            ],
            by=BY,
        )
    return {one.slug: next(iter(one.variant_ids.values())) for one in answers if isinstance(one, Put)}


async def search(database: Database, q: str | None = None, **more: object) -> list[str]:
    return [one.slug for one in (await page(database, q, **more)).items]


async def page(database: Database, q: str | None = None, **more: object) -> ItemPage:
    async with database.read() as tx:
        return await api.search(tx, q=q, **more)  # type: ignore[arg-type]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("lamp", ["lamp-arco", "lampion", "sofa"]),  # a whole word of the title, a beginning, a word of the text
        ("LÁMP", ["lamp-arco", "lampion", "sofa"]),
        ("lampara arco", ["lamp-arco"]),
        ("arco lamp", ["lamp-arco"]),
        ("елоч", ["lamp-arco"]),
        ("divano", ["sofa"]),
        ("lamp sofa", ["sofa"]),
        ("lamp-ARCO", ["lamp-arco"]),
        ("036000291452", ["lampion"]),
        ("00036000291452", ["lampion"]),
        ("22423", ["22423"]),
        ("xyzzy", []),
        ("?", []),
        ("lamp' | 'sofa", ["sofa"]),
        ("\\ ' : & !", []),
    ],
)
async def test_words_and_codes_find_their_items(database: Database, q: str, found: list[str]) -> None:
    await stocked(database)
    assert await search(database, q) == found


@pytest.mark.asyncio
async def test_a_category_takes_in_what_lies_below_it(database: Database) -> None:
    await stocked(database)
    assert await search(database, category="home") == ["lamp-arco", "sofa"]
    assert await search(database, category="light") == ["lamp-arco"]
    assert await search(database, "lamp", category="home") == ["lamp-arco", "sofa"]
    assert await search(database, "lamp", category="nowhere") == []
    async with database.read() as tx:
        counted = {one.slug: (one.item_count, one.parent_slug) for one in await api.categories(tx)}
    assert counted == {"home": (2, None), "light": (1, "home"), "empty": (0, None)}


@pytest.mark.asyncio
@pytest.mark.parametrize("q", [None, "same"])
async def test_pages_miss_nothing_and_repeat_nothing(database: Database, q: str | None) -> None:
    async with database.transaction() as tx:
        await api.put_items(tx, items=[item(f"same-{i}", {"en": "Same title"}) for i in range(57)], by=BY)
    seen: list[str] = []
    first = current = await page(database, q, limit=10)
    seen += [one.slug for one in current.items]
    while current.next_cursor:
        current = await page(database, q, limit=10, cursor=current.next_cursor)
        assert current.total is None
        seen += [one.slug for one in current.items]
    assert first.total == 57 == len(seen) == len(set(seen))


@pytest.mark.asyncio
async def test_a_cursor_of_somebody_else_is_refused(database: Database) -> None:
    for bad in ("x", "AAAA", "ÿ" * 32, "/" * 32):
        with pytest.raises(BadCursor):
            await page(database, cursor=bad)


@pytest.mark.asyncio
async def test_look_up_by_any_code(database: Database) -> None:
    known = await stocked(database)
    async with database.read() as tx:
        for code in (
            "036000291452",
            "0036000291452",
            "00036000291452",
            "0360 0029 1452",
            "LAMPION",
            "lampion",
            "]C1010003600029145210L-7",
            "(01)00036000291452(10)L-7",
        ):
            assert await api.lookup(tx, code=code) == known["lampion"], code
        assert await api.lookup(tx, code="40170724") == known["40170724"]
        with pytest.raises(BadCheckDigit) as misread:
            await api.lookup(tx, code="036000291453")
        assert misread.value.expected_digit == "2"
        for code in ("4006381333931", "nothing", "", "\x00"):
            with pytest.raises(UnknownCode):
                await api.lookup(tx, code=code)


@pytest.mark.asyncio
async def test_what_is_archived_is_not_sold_but_still_named(database: Database) -> None:
    known = await stocked(database)
    async with database.transaction() as tx:
        await api.put_items(tx, items=[item("other", {"en": "x"})], by=BY)
        gone = NewItem(slug="sofa", titles={"en": "Sofa"}, variants=(NewVariant(sku="SOFA"),), status="archived")  # type: ignore[arg-type]
        await api.put_items(tx, items=[gone], by=BY)
    async with database.read() as tx:
        assert "sofa" not in await search(database, "sofa")
        with pytest.raises(UnknownCode):
            await api.lookup(tx, code="SOFA")
        assert (await api.variants(tx, ids=[known["sofa"]]))[known["sofa"]].status == "archived"


@pytest.mark.asyncio
async def test_options_are_searched_in_every_language(database: Database) -> None:
    black = Trait({"en": "Colour", "ru": "Цвет"}, {"en": "Black", "ru": "Чёрный"})
    async with database.transaction() as tx:
        await api.put_items(
            tx,
            items=[NewItem(slug="a", titles={"en": "A"}, variants=(NewVariant(sku="1", options=(black,)),))],
            by=BY,
        )
    assert await search(database, "черн") == ["a"] == await search(database, "black")

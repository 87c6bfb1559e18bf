"""Putting items in: new, changed, unchanged, refused."""

import asyncio
from collections.abc import Sequence

import pytest

from portico.catalog import api
from portico.catalog.types import (
    BadCheckDigit,
    BadItem,
    Change,
    DuplicateBarcode,
    DuplicateItem,
    DuplicateSku,
    MediaKind,
    NewCategory,
    NewItem,
    NewMedia,
    NewVariant,
    Put,
    Trait,
    UnknownCategory,
)
from portico.platform.db import Database, Query
from portico.platform.events import Hand
from portico.platform.refusals import NotFound, Refused

BY = Hand(actor="system:test", actor_name="test")
FACTS = Query(int, "select count(*) from platform.fact where type = 'catalog.item_changed.v1'")
ITEMS = Query(int, "select count(*) from catalog.item")
VERSIONS = Query(
    str,
    """
    select xmin::text || ctid::text from catalog.item
    union all
    select xmin::text || ctid::text from catalog.variant
    order by 1
    """,
)


def lamp(*skus: str, ref: str | None = "test:lamp", **more: object) -> NewItem:
    colours = ("black", "white", "red")
    variants = tuple(
        NewVariant(sku=sku, options=(Trait({"en": "Colour"}, {"en": colours[i % 3]}),)) for i, sku in enumerate(skus)
    )
    return NewItem(**{"titles": {"en": "Arco lamp"}, "variants": variants, "external_ref": ref, **more})  # type: ignore[arg-type]


async def put(database: Database, *items: NewItem) -> list[Put | Refused]:
    async with database.transaction() as tx:
        return await api.put_items(tx, items=items, by=BY)


async def put_one(database: Database, item: NewItem) -> Put:
    (answer,) = await put(database, item)
    assert isinstance(answer, Put), answer
    return answer


async def count(database: Database, query: Query[int]) -> int:
    async with database.read() as tx:
        return await tx.one(query)


@pytest.mark.asyncio
async def test_an_item_comes_back_as_it_was_put(database: Database) -> None:
    async with database.transaction() as tx:
        await api.put_categories(tx, categories=[NewCategory(slug="light", titles={"en": "Light", "ru": "Свет"})])
    answer = await put_one(
        database,
        NewItem(
            slug="arco",
            titles={"en": "Arco lamp", "ru": "Лампа «Дуга»"},
            descriptions={"en": "It bends.", "ru": "Она гнётся."},
            category_slug="light",
            attributes=(Trait({"en": "Height", "ru": "Высота"}, {"en": "50 cm", "ru": "50 см"}),),
            variants=(
                NewVariant(
                    sku="ARCO-B",
                    options=(Trait({"en": "Colour", "ru": "Цвет"}, {"en": "Black", "ru": "Чёрный"}),),
                    barcodes=("036000291452",),
                ),
                NewVariant(
                    sku="ARCO W/1",
                    options=(Trait({"en": "Colour", "ru": "Цвет"}, {"en": "White", "ru": "Белый"}),),
                ),
            ),
            media=(
                NewMedia(kind=MediaKind.SVG, content="<svg/>"),
                NewMedia(kind=MediaKind.SVG, content="<svg id='w'/>", sku="ARCO W/1", alts={"ru": "Белая"}),
            ),
        ),
    )
    async with database.read() as tx:
        item = await api.item(tx, slug_or_id="arco", language="ru")
        by_id = await api.item(tx, slug_or_id=str(answer.id), language="ru")
    assert item == by_id
    assert item.title == "Лампа «Дуга»" and item.description == "Она гнётся."
    assert item.category and item.category.title == "Свет"
    assert [(one.name, one.value) for one in item.attributes] == [("Высота", "50 см")]
    assert [(one.name, one.values) for one in item.options] == [("Цвет", ("Чёрный", "Белый"))]
    assert [one.title for one in item.variants] == ["Лампа «Дуга», Чёрный", "Лампа «Дуга», Белый"]
    assert [one.public_id for one in item.variants] == ["ARCO-B", "ARCO-W-1"]
    assert item.variants[0].barcodes == ("036000291452",)
    assert item.image_url == item.variants[0].image_url != item.variants[1].image_url
    assert item.variants[1].image_alt == "Белая" and len(item.media) == 2


@pytest.mark.asyncio
async def test_the_same_again_touches_no_row_and_announces_nothing(database: Database) -> None:
    first = await put_one(database, lamp("A", "B"))
    async with database.read() as tx:
        before = await tx.all(VERSIONS)
    again = await put_one(database, lamp("A", "B"))
    async with database.read() as tx:
        assert await tx.all(VERSIONS) == before
    assert (first.change, again.change) == (Change.NEW, Change.UNCHANGED)
    assert again == Put(first.id, first.slug, first.variant_ids, Change.UNCHANGED)
    assert await count(database, FACTS) == 1


@pytest.mark.asyncio
async def test_a_change_keeps_ids_slug_and_pictures_and_archives_what_is_gone(database: Database) -> None:
    drawing = NewMedia(kind=MediaKind.SVG, content="<svg/>")
    first = await put_one(database, lamp("A", "B", media=(drawing,)))
    async with database.read() as tx:
        picture = (await api.item(tx, slug_or_id=first.slug)).image_url
    second = await put_one(database, lamp("A", "C", titles={"en": "Bow lamp"}, media=(drawing,)))
    assert (second.id, second.slug, second.change) == (first.id, "arco-lamp", Change.CHANGED)
    assert second.variant_ids["A"] == first.variant_ids["A"]
    async with database.read() as tx:
        item = await api.item(tx, slug_or_id="arco-lamp")
        gone = (await api.variants(tx, ids=[first.variant_ids["B"]]))[first.variant_ids["B"]]
    assert [one.sku for one in item.variants] == ["A", "C"]
    assert gone.status == "archived" and item.image_url == picture
    assert await count(database, FACTS) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("bad", "refusal"),
    [
        (lamp("a"), DuplicateSku),  # SKUs are one whatever their case
        (lamp("X", "x"), DuplicateSku),
        (lamp(), BadItem),
        (lamp("X", titles={"en": " "}), BadItem),
        (lamp("X", slug="Not a slug"), BadItem),
        (lamp("X", slug="arco-lamp"), DuplicateItem),
        (lamp("X", ref="test:known"), DuplicateItem),
        (lamp("X", ref=None), BadItem),
        (lamp("X", category_slug="nowhere"), UnknownCategory),
        (lamp("X", variants=(NewVariant(sku="X", barcodes=("036000291453",)),)), BadCheckDigit),
        (lamp("X", variants=(NewVariant(sku="X", barcodes=("0036000291452",)),)), DuplicateBarcode),
        (lamp("X", variants=(NewVariant(sku="X", scale=7),)), BadItem),
        (lamp("X", media=(NewMedia(kind=MediaKind.URL, content="javascript:alert(1)"),)), BadItem),
    ],
)
async def test_one_bad_item_is_refused_and_its_neighbours_are_not(
    database: Database, bad: NewItem, refusal: type[Refused]
) -> None:
    known = lamp("A", ref="test:known", variants=(NewVariant(sku="A", barcodes=("036000291452",)),))
    if bad.external_ref == "test:lamp":
        bad = lamp_with_ref(bad, "test:bad")
    answers = await put(database, known, bad, lamp("Z", ref="test:other"))
    assert [type(one) for one in answers] == [Put, refusal, Put]
    assert await count(database, ITEMS) == 2 == await count(database, FACTS)


def lamp_with_ref(item: NewItem, ref: str) -> NewItem:
    return NewItem(**{name: getattr(item, name) for name in item.__struct_fields__} | {"external_ref": ref})


@pytest.mark.asyncio
async def test_items_of_one_title_get_slugs_of_their_own(database: Database) -> None:
    answers = await put(database, *(lamp(f"S{i}", ref=f"test:{i}") for i in range(3)), lamp("S-1", ref="test:s1"))
    made = [one.slug for one in answers if isinstance(one, Put)]
    assert made[:2] == ["arco-lamp", "arco-lamp-s1"] and len(set(made)) == 4


@pytest.mark.asyncio
async def test_a_draft_is_not_shown(database: Database) -> None:
    answer = await put_one(database, lamp("A", status="draft"))
    async with database.read() as tx:
        with pytest.raises(NotFound):
            await api.item(tx, slug_or_id=answer.slug)


@pytest.mark.asyncio
async def test_two_who_put_the_same_item_at_once_make_one(database: Database) -> None:
    """Without the lock both find nothing and the second dies on a unique key."""

    async def hurry(i: int) -> Sequence[Put | Refused]:
        return await put(database, *(lamp(f"R{j}", ref=f"test:race{j}") for j in range(20)))

    rounds = await asyncio.gather(*(hurry(i) for i in range(6)))
    ids = {one.id for answers in rounds for one in answers if isinstance(one, Put)}
    changes = [one.change for answers in rounds for one in answers if isinstance(one, Put)]
    assert len(ids) == 20 == changes.count(Change.NEW) and changes.count(Change.UNCHANGED) == 100


@pytest.mark.asyncio
async def test_thousands_go_in_at_once(database: Database) -> None:
    answers = await put(database, *(lamp(f"T{i}", f"T{i}-2", ref=f"test:{i}") for i in range(3000)))
    assert all(isinstance(one, Put) for one in answers)
    async with database.read() as tx:
        ids = await api.all_variant_ids(tx, limit=10_000)
    assert len(ids) == 6000 == len(set(ids))

"""Bundles that share components, packs that hold many, and what a scan of them says."""

from datetime import date

import pytest

from portico.catalog import api
from portico.catalog.types import (
    BadItem,
    Component,
    NewComponent,
    NewItem,
    NewPack,
    NewVariant,
    Pack,
    Put,
    Tracking,
    UnknownComponent,
    WrongUnit,
)
from portico.platform.db import Database
from portico.platform.refusals import Refused
from tests.world import World


async def put(database: Database, world: World, *variants: NewVariant, slug: str = "set") -> Put | Refused:
    async with database.transaction() as tx:
        (answer,) = await api.put_items(
            tx, items=[NewItem(slug=slug, titles={"en": "Set"}, variants=variants)], by=world.by
        )
    return answer


SET = NewVariant(sku="SET-1", components=(NewComponent("LAMP-1"), NewComponent("MUG-1", 4)))


async def test_a_bundle_is_its_components(database: Database, world: World) -> None:
    answer = await put(database, world, SET)
    assert isinstance(answer, Put)
    bundle_id = answer.variant_ids["SET-1"]
    async with database.read() as tx:
        bundle = (await api.variants(tx, ids=[bundle_id]))[bundle_id]
    lamp, mug = world.variants["LAMP-1"], world.variants["MUG-1"]
    assert bundle.components == (Component(lamp, 1), Component(mug, 4))
    assert bundle.parts(3) == (Component(lamp, 3), Component(mug, 12))
    assert isinstance(await put(database, world, NewVariant(sku="SET-1")), Put)  # it is none any more
    async with database.read() as tx:
        assert (await api.variants(tx, ids=[bundle_id]))[bundle_id].components == ()


async def test_bundles_that_cannot_be(database: Database, world: World) -> None:
    await put(database, world, SET)
    nested = NewVariant(sku="NEST", components=(NewComponent("SET-1"),))
    wrong: list[tuple[NewVariant, type[Refused]]] = [
        (nested, UnknownComponent),
        (NewVariant(sku="NEST", components=(NewComponent("NOBODY"),)), UnknownComponent),
        (NewVariant(sku="NEST", components=(NewComponent("NEST"),)), UnknownComponent),
        (NewVariant(sku="NEST", components=(NewComponent("MUG-1", 0),)), BadItem),
        (NewVariant(sku="NEST", components=(NewComponent("MUG-1"), NewComponent("mug-1"))), BadItem),
        (NewVariant(sku="NEST", components=(NewComponent("MUG-1"),), tracking=Tracking.LOT), BadItem),
    ]
    for variant, kind in wrong:
        assert isinstance(await put(database, world, variant, slug="nest"), kind), variant
    made_of_cup = NewItem(
        slug="lamp-1", titles={"en": "x"}, variants=(NewVariant(sku="LAMP-1", components=(NewComponent("CUP-1"),)),)
    )
    async with database.transaction() as tx:
        (answer,) = await api.put_items(tx, items=[made_of_cup], by=world.by)
    assert isinstance(answer, UnknownComponent)  # a bundle holds the lamp
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from catalog.component") == 2
        assert await connection.fetchval("select count(*) from catalog.item where slug = 'nest'") == 0


async def test_a_pack_is_counted_by_its_barcode_and_unit(database: Database, world: World) -> None:
    case = NewVariant(sku="WATER", barcodes=("4006381333931",), packs=(NewPack("CS", 12, "14006381333938"),))
    answer = await put(database, world, case, slug="water")
    assert isinstance(answer, Put)
    water = answer.variant_ids["WATER"]
    async with database.read() as tx:
        variant = (await api.variants(tx, ids=[water]))[water]
        assert variant.packs == (Pack("CS", 12),)
        assert [api.steps(variant, 2, unit) for unit in (None, "C62", "CS")] == [2, 2, 24]
        with pytest.raises(WrongUnit) as refused:
            api.steps(variant, 1, "KGM")
        assert refused.value.units == ("C62", "CS")
        assert (await api.scan(tx, code="4006381333931")).quantity == 1
        assert (await api.scan(tx, code="14006381333938")).quantity == 12
        scan = await api.scan(tx, code="(01)14006381333938(17)301231(10)L7(37)3")
    assert (scan.variant_id, scan.quantity, scan.lot, scan.expires_on) == (water, 36, "L7", date(2030, 12, 31))


async def test_packs_that_cannot_be(database: Database, world: World) -> None:
    for packs in (
        (NewPack("CS", 1),), (NewPack("C62", 6),), (NewPack("CS", 6), NewPack("CS", 12)), (NewPack("case", 6),),
    ):  # fmt: skip
        assert isinstance(await put(database, world, NewVariant(sku="W", packs=packs), slug="w"), BadItem)

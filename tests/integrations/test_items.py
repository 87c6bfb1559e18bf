"""Product exports of other shops: variants, prices and stock taken over; anything broken refused by row and column."""

from pathlib import Path
from typing import Any

import pytest

from portico.business import api as business
from portico.business.types import Address, Location, LocationId, LocationKind
from portico.catalog import api as catalog
from portico.catalog.types import Item
from portico.integrations.shops import broken, grounds, items, items_import
from portico.integrations.shops.report import Report
from portico.inventory import api as inventory
from portico.platform.db import Database, Query
from portico.pricing import api as pricing
from tests.integrations.real_files import real_file

WRITTEN = Query(
    int,
    """
    select (select count(*) from catalog.item) + (select count(*) from catalog.category)
        + (select count(*) from pricing.price) + (select count(*) from inventory.movement)
        + (select count(*) from business.market) + (select count(*) from platform.fact)
    """,
)

SHOPIFY = """\
Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,\
Variant Inventory Qty,Variant Price,Variant Barcode,Image Src,Image Alt Text,Variant Image,Status
arco,Arco lamp,"<p>It <b>bends</b>.</p><script>alert(1)</script><p>A lot.</p>",Lumo,Lamps,true,Colour,Black,Size,S,\
ARCO-B,5,129.00,'036000291452,https://example.com/1.png,A lamp,,active
arco,,,,,,,White,,S,ARCO-W,0,139.5,,https://example.com/2.png,,https://example.com/w.png,
arco,,,,,,,,,,,,,,https://example.com/3.png,,,
mug,Mug,,,,true,Title,Default Title,,,,-2,9.99,,,,,active
"""


def woo(*rows: dict[str, str]) -> str:
    columns = ["ID", "Type", "SKU", "Name", "Published", "Stock", "Sale price", "Date sale price ends", "Regular price",
               "Categories", "Images", "Parent", "Attribute 1 name", "Attribute 1 value(s)", items_gtin()]  # fmt: skip
    return "\n".join(
        [
            ",".join(f'"{one}"' for one in columns),
            *(",".join(f'"{row.get(one, "")}"' for one in columns) for row in rows),
        ]
    )


def items_gtin() -> str:
    return "GTIN, UPC, EAN, or ISBN"


TEE = {"ID": "1", "Type": "variable", "SKU": "tee", "Name": "Tee", "Categories": "Clothing > Tees, Sale"}
TEE_RED = {
    "ID": "2",
    "Type": "variation",
    "SKU": "tee-red",
    "Name": "Tee - Red",
    "Parent": "tee",
    "Regular price": "20",
    "Attribute 1 name": "Colour",
    "Attribute 1 value(s)": "Red",
    "Stock": "3",
}
TEE_ANY = {**TEE_RED, "ID": "3", "SKU": "", "Parent": "id:1", "Sale price": "15", "Attribute 1 value(s)": ""}
CAP = {
    "ID": "4",
    "Type": "simple",
    "SKU": "cap",
    "Name": "Cap",
    "Regular price": "9.5",
    "Sale price": "5",
    "Date sale price ends": "2030-01-01",
    items_gtin(): "036000291452",
    "Images": "https://e.com/a.png, https://e.com/b.png",
}


async def run(database: Database, path: Path, content: str | bytes | None = None, **more: Any) -> Report:
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return await items_import.run(database, path, **{"currency": "EUR", "country": "ES", **more})


async def item(database: Database, slug: str) -> Item:
    async with database.read() as tx:
        return await catalog.item(tx, slug_or_id=slug)


async def prices(database: Database, shown: Item) -> list[int]:
    async with database.read() as tx:
        market = await grounds.market(tx)
        found = await pricing.prices(tx, variant_ids=[one.id for one in shown.variants], market_ids=[market.id])
    return [found[one.id, market.id].amount for one in shown.variants]


async def count(database: Database) -> int:
    async with database.read() as tx:
        return await tx.one(WRITTEN)


async def store(database: Database) -> LocationId:
    async with database.transaction() as tx:
        market = await grounds.market(tx, currency="EUR", country="ES")
        made = Location(
            id=LocationId.new(), code="madrid", kind=LocationKind.STORE, name="Madrid", market_id=market.id,
            address=Address("Calle 1", "Madrid", "28001", "ES"), latitude=40.4, longitude=-3.7,
            time_zone="Europe/Madrid",
        )  # fmt: skip
        await business.put_locations(tx, locations=[made])
    return made.id


async def test_shopify_products_come_with_variants_prices_and_stock(database: Database, tmp_path: Path) -> None:
    place = await store(database)
    report = await run(database, tmp_path / "products.csv", SHOPIFY)
    assert (report.source, report.read, report.imported, report.adds_up) == ("shopify", 4, 4, True)
    lamp, mug = await item(database, "arco-lamp"), await item(database, "mug")
    assert lamp.description == "It bends.\nA lot." and lamp.category and lamp.category.slug == "lamps"
    assert [(one.name, one.values) for one in lamp.options] == [("Colour", ("Black", "White")), ("Size", ("S",))]
    assert [one.sku for one in lamp.variants + mug.variants] == ["ARCO-B", "ARCO-W", "mug-1"]
    assert lamp.variants[0].barcodes == ("036000291452",) and lamp.variants[1].image_url == "https://example.com/w.png"
    assert await prices(database, lamp) == [12900, 13950] and await prices(database, mug) == [999]
    assert mug.options == () and len(lamp.media) == 4 and lamp.image_alt == "A lamp"
    async with database.read() as tx:
        levels = await inventory.levels(tx, variant_ids=[one.id for one in lamp.variants + mug.variants])
    assert [(one.location_id, one.on_hand) for one in levels] == [(place, 5)]


async def test_woocommerce_variations_join_their_product(database: Database, tmp_path: Path) -> None:
    content = woo(TEE_RED, TEE, CAP, TEE_ANY, {"ID": "5", "Type": "grouped", "SKU": "set", "Name": "Set"})
    report = await run(database, tmp_path / "products.csv", content, rejects_path=tmp_path / "rejects.csv")
    assert report.adds_up and (report.read, report.imported) == (5, 4) and report.reasons == {"not_sold_here": 1}
    tee, cap = await item(database, "tee"), await item(database, "cap")
    assert [(one.sku, one.options) for one in tee.variants] == [("tee-red", {"Colour": "Red"}), ("woo-3", {})]
    assert await prices(database, tee) == [2000, 1500]
    assert await prices(database, cap) == [950]  # a sale with dates is not a price
    assert len(cap.media) == 2 and cap.variants[0].barcodes == ("036000291452",)
    assert tee.category and tee.category.slug == "clothing-tees"
    assert report.notes, "there is no location, so stock was not imported, and that is said"
    assert "not_sold_here" in (tmp_path / "rejects.csv").read_text()


async def test_running_it_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    await store(database)
    first = await run(database, tmp_path / "products.csv", SHOPIFY)
    before = await count(database)
    again = await run(database, tmp_path / "products.csv")
    assert not first.changed_nothing and again.changed_nothing and await count(database) == before


async def test_a_new_price_in_the_file_is_the_new_price(database: Database, tmp_path: Path) -> None:
    place = await store(database)
    await run(database, tmp_path / "products.csv", SHOPIFY)
    report = await run(
        database, tmp_path / "products.csv", SHOPIFY.replace("139.5", "99.5").replace("ARCO-B,5", "ARCO-B,9")
    )
    shown = await item(database, "arco-lamp")
    assert await prices(database, shown) == [12900, 9950]
    assert (report.things["prices"].changed, report.things["prices"].unchanged) == (1, 2)
    async with database.read() as tx:
        levels = await inventory.levels(tx, variant_ids=[one.id for one in shown.variants])
    assert [(one.location_id, one.on_hand) for one in levels] == [(place, 5)], "stock is ours once it was opened"


@pytest.mark.parametrize(
    ("content", "kind", "row", "column"),
    [
        ("", broken.EmptyFile, 0, ""),
        (SHOPIFY.encode("utf-16"), broken.WrongEncoding, 1, ""),
        (SHOPIFY.replace("lamp", "l\u00e1mpara").encode("latin-1"), broken.WrongEncoding, 2, ""),
        (SHOPIFY.replace("Variant Price", "Cost"), broken.MissingColumns, 1, ""),
        (SHOPIFY.replace("Handle", "Slug"), broken.MissingColumns, 1, ""),
        ("name,price\na,1\n", broken.NotATable, 1, ""),
        ("PK\x03\x04", broken.NotATable, 0, ""),
        (SHOPIFY[: SHOPIFY.index("bends")], broken.Truncated, 2, "Body (HTML)"),
        (SHOPIFY[:-25], broken.Truncated, 5, "Option1 Value"),
        (SHOPIFY.replace("Arco lamp", "=cmd|' /C calc'!A0"), broken.Formula, 2, "Title"),
        (SHOPIFY.replace("139.5", "-139.5"), broken.BadValue, 3, "Variant Price"),
        (SHOPIFY.replace("139.5", '"1,395.00"'), broken.BadValue, 3, "Variant Price"),
        (SHOPIFY.replace("139.5", "9" * 30), broken.BadValue, 3, "Variant Price"),
        (SHOPIFY.replace("ARCO-W,0", "ARCO-W,many"), broken.BadValue, 3, "Variant Inventory Qty"),
        (SHOPIFY.replace("ARCO-W", "arco-b"), broken.Repeated, 3, "Variant SKU"),
        (SHOPIFY.replace("'036000291452", "036000291453"), broken.BadValue, 2, "Variant Barcode"),
        (SHOPIFY.replace("https://example.com/2.png", "javascript:alert(1)"), broken.BadValue, 3, "Image Src"),
        (SHOPIFY.replace("mug,Mug", "mug,"), broken.BadValue, 5, "Title"),
        (SHOPIFY.replace("Arco lamp", "x" * 200_000), broken.CellTooLong, 2, "Title"),
        (woo(TEE, {**TEE_RED, "Parent": "nothing"}), broken.BadValue, 3, "Parent"),
        (woo(CAP, {**CAP, "ID": "9"}), broken.Repeated, 3, "SKU"),
        (woo({**CAP, "Type": "subscription"}), broken.BadValue, 2, "Type"),
        (woo({**CAP, "Regular price": "-1"}), broken.BadValue, 2, "Regular price"),
        (woo(CAP, {**CAP, "ID": "9", "SKU": "cap-2"}), broken.BadValue, 3, items_gtin()),
    ],
)
async def test_a_broken_file_is_refused_and_nothing_is_written(
    database: Database, tmp_path: Path, content: str | bytes, kind: type[broken.BrokenFile], row: int, column: str
) -> None:
    with pytest.raises(broken.BrokenFile) as refused:
        await run(database, tmp_path / "products.csv", content)
    assert (type(refused.value), refused.value.row, refused.value.column) == (kind, row, column), refused.value
    assert await count(database) == 0


async def test_without_a_market_nobody_guesses_the_currency(database: Database, tmp_path: Path) -> None:
    with pytest.raises(broken.NoMarket):
        await run(database, tmp_path / "products.csv", SHOPIFY, currency=None, country=None)
    with pytest.raises(broken.NoMarket):
        await run(database, tmp_path / "products.csv", SHOPIFY, market="nowhere")
    await store(database)
    before = await count(database)
    with pytest.raises(broken.NoLocation):
        await run(database, tmp_path / "products.csv", SHOPIFY, location="nowhere")
    assert await count(database) == before


async def test_the_sample_of_a_real_shop_is_taken(database: Database) -> None:
    report = await run(database, real_file("catalogs/woocommerce_sample_products.csv"))
    assert report.adds_up and (report.read, report.imported) == (24, 22)
    hoodie = await item(database, "hoodie")
    assert len(hoodie.variants) == 6 and set(await prices(database, hoodie)) == {4200, 4500}


def test_markup_becomes_text() -> None:
    html = "<h1>One &amp; two</h1><style>p{}</style><ul><li>a</li><li>b  c</li></ul><script>x()</script>d<br/>e"
    assert items.plain(html) == "One & two\na\nb c\nd\ne"
    assert items.plain("<p>never closed <b>") == "never closed"

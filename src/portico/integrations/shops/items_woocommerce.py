"""WooCommerce's product export: one row per product or variation; variations name a `Parent` by SKU or `id:<ID>`."""

import re
from collections.abc import Sequence
from decimal import Decimal

from portico.integrations.shops import items
from portico.integrations.shops.items import Parsed, ParsedItem, ParsedVariant, Skus
from portico.integrations.shops.reading import Row, Table

SOURCE = "woocommerce"
MARKS = ("Type", "Regular price")
REQUIRED = ("Type", "SKU", "Name", "Regular price")
GTIN = "GTIN, UPC, EAN, or ISBN"
ATTRIBUTES_MAX = 20


def read(table: Table) -> Parsed:
    """All products, or a refusal that names row and column. Grouped and external products are rejected: nothing of them
    is sold here by the piece; so is a variable product without variations."""
    table.require(REQUIRED)
    file = table.path.name
    products: list[Row] = []
    variations: dict[str, list[Row]] = {}
    rejected: list[tuple[Row, str]] = []
    count = 0
    for row in table:
        count += 1
        row = Row(row.number, {column: cell for column, cell in row.cells.items() if cell.strip()})
        kinds = {one.strip() for one in row.get("Type").lower().split(",")}
        if "variation" in kinds:
            if not row.get("Parent"):
                raise items.bad(file, row, "Parent", "", "the SKU of the product this is a variation of")
            variations.setdefault(row.get("Parent").lower(), []).append(row)
        elif kinds & {"grouped", "external"}:
            rejected.append((row, "not_sold_here"))
        elif kinds & {"simple", "variable"}:
            products.append(row)
        else:
            raise items.bad(file, row, "Type", row.get("Type"), "simple, variable, variation, grouped or external")
    skus = Skus(file, "SKU")
    found = []
    for row in products:
        own = [one for name in _names(row) for one in variations.pop(name, ())]
        if "variable" not in row.get("Type").lower():
            found.append(_item(file, row, [row], skus))
        elif own:
            skus.take(row, _sku(file, row))
            found.append(_item(file, row, own, skus))
        else:
            rejected.append((row, "no_variations"))
    for parent, rows in variations.items():
        raise items.bad(file, rows[0], "Parent", parent, "the SKU or id of a variable product of this file")
    return Parsed(SOURCE, count, tuple(found), barcode_column=GTIN, sku_column="SKU", rejected=tuple(rejected))


def _names(row: Row) -> list[str]:
    """How variations may call their parent."""
    return [one.lower() for one in (row.get("SKU"), f"id:{row.get('ID')}") if one and one != "id:"]


def _item(file: str, row: Row, sold: Sequence[Row], skus: Skus) -> ParsedItem:
    varied = sold[0] is not row
    path = row.get("Categories").split(",")[0]
    return ParsedItem(
        row=row.number,
        key=f"{SOURCE}:{row.get('ID') or _sku(file, row)}",
        title=items.title(file, row, "Name"),
        description=items.plain(row.get("Description") or row.get("Short description")),
        category=tuple(one.strip() for one in path.split(">") if one.strip()),
        attributes=() if varied else tuple((name, ", ".join(values)) for name, values in _attributes(row)),
        images=tuple((items.image(file, row, "Images", one), "") for one in _addresses(row))[: items.IMAGES_MAX],
        variants=items.variants(file, row, [_variant(file, one, skus, varied=varied) for one in sold]),
        for_sale=row.get("Published") != "0" and row.get("Published") != "-1",
    )


def _variant(file: str, row: Row, skus: Skus, *, varied: bool) -> ParsedVariant:
    pictures = _addresses(row) if varied else []
    return ParsedVariant(
        row=row.number,
        sku=skus.take(row, _sku(file, row)),
        options=tuple((name, values[0]) for name, values in _attributes(row)) if varied else (),
        price=_price(file, row),
        stock=items.stock(file, row, "Stock"),
        barcode=row.get(GTIN),
        image=items.image(file, row, "Images", pictures[0]) if pictures else "",
    )


def _price(file: str, row: Row) -> Decimal | None:
    """What it costs today: the sale's price where the sale has no dates."""
    regular, sale = items.price(file, row, "Regular price"), items.price(file, row, "Sale price")
    dated = row.get("Date sale price starts") or row.get("Date sale price ends")
    return sale if sale is not None and not dated else regular


def _sku(file: str, row: Row) -> str:
    if row.get("SKU"):
        return row.get("SKU")
    if not row.get("ID"):
        raise items.bad(file, row, "SKU", "", "a SKU or an ID")
    return f"woo-{row.get('ID')}"


def _attributes(row: Row) -> list[tuple[str, list[str]]]:
    """Names and values; an empty value ("any") leaves its attribute out."""
    found = []
    for i in range(1, ATTRIBUTES_MAX + 1):
        values = [one.strip() for one in row.get(f"Attribute {i} value(s)").split(",") if one.strip()]
        if row.get(f"Attribute {i} name") and values:
            found.append((row.get(f"Attribute {i} name"), values))
    return found


def _addresses(row: Row) -> list[str]:
    return [one for one in re.split(r"\s*,\s*(?=https?://)", row.get("Images")) if one]

"""Shopify's product export: one row per variant or further picture, tied together by `Handle`.

Title, text, category and the names of the options stand on a product's first row only.
"""

from collections.abc import Sequence

from portico.integrations.shops import items
from portico.integrations.shops.items import Parsed, ParsedItem, ParsedVariant, Skus
from portico.integrations.shops.reading import Row, Table

SOURCE = "shopify"
MARKS = ("Handle", "Variant SKU")  # what tells this format from others
REQUIRED = ("Handle", "Title", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Price")
HANDLE_LENGTH_MAX = 200
_OPTIONS = (1, 2, 3)


def read(table: Table) -> Parsed:
    """All products, or a refusal that names row and column."""
    table.require(REQUIRED)
    by_handle: dict[str, list[Row]] = {}
    count = 0
    for row in table:
        count += 1
        handle = row.get("Handle")
        if not handle or len(handle) > HANDLE_LENGTH_MAX:
            raise items.bad(table.path.name, row, "Handle", handle, "the handle of a product")
        by_handle.setdefault(handle, []).append(_trimmed(row))
    skus = Skus(table.path.name, "Variant SKU")
    found = tuple(_item(table.path.name, handle, rows, skus) for handle, rows in by_handle.items())
    return Parsed(SOURCE, count, found, barcode_column="Variant Barcode", sku_column="Variant SKU")


def _trimmed(row: Row) -> Row:
    """Without empty cells: an export has fifty columns and fills a dozen."""
    return Row(row.number, {column: cell for column, cell in row.cells.items() if cell.strip()})


def _item(file: str, handle: str, rows: Sequence[Row], skus: Skus) -> ParsedItem:
    head = rows[0]
    names = [head.get(f"Option{i} Name") for i in _OPTIONS]
    sold = [row for row in rows if row.get("Option1 Value") or row.get("Variant Price") or row.get("Variant SKU")]
    if not sold:
        raise items.bad(file, head, "Variant Price", "", "at least one variant")
    category = head.get("Type") or head.get("Product Category").rpartition(">")[2].strip()
    attributes = [("Brand", head.get("Vendor"))] if head.get("Vendor") else []
    return ParsedItem(
        row=head.number,
        key=f"{SOURCE}:{handle}",
        title=items.title(file, head, "Title"),
        description=items.plain(head.get("Body (HTML)")),
        category=(category,) if category else (),
        attributes=tuple(attributes),
        images=tuple(_images(file, rows)),
        variants=items.variants(
            file, head, [_variant(file, handle, i, row, names, skus) for i, row in enumerate(sold, 1)]
        ),
        for_sale=head.get("Status").lower() in ("", "active") and head.get("Published").lower() != "false",
    )


def _variant(file: str, handle: str, place: int, row: Row, names: Sequence[str], skus: Skus) -> ParsedVariant:
    values = [row.get(f"Option{i} Value") for i in _OPTIONS]
    options = [(name or f"Option {i}", value) for i, name, value in zip(_OPTIONS, names, values, strict=True) if value]
    if options == [("Title", "Default Title")]:  # how Shopify writes that there is nothing to choose
        options = []
    picture = row.get("Variant Image")
    return ParsedVariant(
        row=row.number,
        sku=skus.take(row, row.get("Variant SKU").removeprefix("'") or f"{handle}-{place}"[:100]),
        options=tuple(options),
        price=items.price(file, row, "Variant Price"),
        stock=items.stock(file, row, "Variant Inventory Qty"),
        barcode=row.get("Variant Barcode").removeprefix("'"),
        image=items.image(file, row, "Variant Image", picture) if picture else "",
    )


def _images(file: str, rows: Sequence[Row]) -> list[tuple[str, str]]:
    found = {
        items.image(file, row, "Image Src", address): row.get("Image Alt Text")
        for row in rows
        if (address := row.get("Image Src"))
    }
    return list(found.items())[: items.IMAGES_MAX]

"""Past orders as tables of other shops have them: a row per line, whose first also tells what the order as a whole was.

Pure: which column means what, and what a cell says. `orders_import.py` hands what was read to the rooms.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from portico.integrations.shops.reading import Row

# What a column may be called: our own name first, then Shopify's order export, then WooCommerce's (one row per item).
COLUMNS: dict[str, tuple[str, ...]] = {
    "order": ("order", "Name", "order_number", "Order Number", "order_id"),
    "placed_at": ("placed_at", "Created at", "date", "order_date", "Order Date"),
    "sku": ("sku", "Lineitem sku", "item_sku", "SKU"),
    "quantity": ("quantity", "Lineitem quantity", "item_quantity", "Quantity"),
    "unit_price": ("unit_price", "Lineitem price", "item_price", "Item Cost"),
    "line_total": ("line_total", "item_total"),
    "line_tax": ("line_tax", "item_total_tax", "item_tax"),
    "currency": ("currency", "Currency", "order_currency"),
    "discount": ("discount", "Discount Amount", "discount_total"),
    "shipping": ("shipping", "Shipping", "shipping_total"),
    "tax": ("tax", "Taxes", "tax_total", "order_tax"),
    "total": ("total", "Total", "order_total", "Order Total Amount"),
}
REQUIRED = ("order", "placed_at", "sku", "quantity")
QUANTITY_MAX = 1_000_000_000
AMOUNT_MAX = 1_000_000_000_000
REFERENCE_LENGTH_MAX = 100
_NUMBER = re.compile(r"([+-]?)([0-9]{1,12})(?:[.,]([0-9]{1,6}))?", re.ASCII)
_OFFSET = re.compile(r" (?=[+-]\d\d:?\d\d$)")


class Bad(Exception):
    """A cell that does not hold what its column is for. `reason` is a word of `imports.rejected.*`."""

    def __init__(self, row: int, column: str, reason: str) -> None:
        super().__init__(f"row {row}, {column}: {reason}")
        self.row, self.column, self.reason = row, column, reason


class ReadLine(msgspec.Struct, frozen=True):
    """`price` None where the file gives the line's total only; `quantity` as written, in whole units and millionths."""

    row: int
    sku: str
    quantity: int
    price: int | None
    total: int | None
    tax: int | None


class ReadOrder(msgspec.Struct, frozen=True):
    """Amounts in minor units; None where the file does not say."""

    reference: str
    placed_at: datetime
    lines: tuple[ReadLine, ...]
    discount: int
    shipping: int
    tax: int | None
    total: int | None
    row: int


def columns_of(found: Sequence[str], *, given: Mapping[str, str]) -> dict[str, str]:
    """Which column of the file holds what: as `given`, else by the first of its names that is there."""
    chosen = {}
    for ours, names in COLUMNS.items():
        name = given.get(ours) or next((one for one in names if one in found), None)
        if name:
            chosen[ours] = name
    return chosen


def read_order(
    rows: Sequence[Row], columns: Mapping[str, str], *, currency: str, exponent: int, zone: str, now: datetime
) -> ReadOrder:
    """One order of its rows. Raises Bad with the row and the column of the first fault."""
    first = rows[0]

    def cell(row: Row, name: str) -> str:
        return row.get(columns[name]) if name in columns else ""

    def amount(row: Row, name: str) -> int | None:
        text = cell(row, name)
        return money_of(text, exponent=exponent, row=row.number, column=columns[name]) if text else None

    reference = cell(first, "order")
    if not 0 < len(reference) <= REFERENCE_LENGTH_MAX:
        raise Bad(first.number, columns["order"], "no_order")
    for row in rows:
        if (told := cell(row, "currency")) and told.upper() != currency:
            raise Bad(row.number, columns["currency"], "other_currency")
    return ReadOrder(
        reference=reference,
        placed_at=moment_of(
            cell(first, "placed_at"), zone=zone, now=now, row=first.number, column=columns["placed_at"]
        ),
        lines=tuple(_line(row, columns, cell, amount) for row in rows),
        discount=abs(amount(first, "discount") or 0),
        shipping=amount(first, "shipping") or 0,
        tax=amount(first, "tax"),
        total=amount(first, "total"),
        row=first.number,
    )


def _line(row: Row, columns: Mapping[str, str], cell, amount) -> ReadLine:  # type: ignore[no-untyped-def]
    sku = cell(row, "sku")
    if not sku:
        raise Bad(row.number, columns["sku"], "no_sku")
    quantity = millionths_of(cell(row, "quantity"))
    if quantity is None or not 0 < quantity <= QUANTITY_MAX * 1_000_000:
        raise Bad(row.number, columns["quantity"], "bad_quantity")
    price, total = amount(row, "unit_price"), amount(row, "line_total")
    if price is None and total is None:
        raise Bad(row.number, columns.get("unit_price") or columns.get("line_total") or "unit_price", "bad_amount")
    if (price or 0) < 0 or (total or 0) < 0:
        raise Bad(row.number, columns["unit_price" if (price or 0) < 0 else "line_total"], "bad_amount")
    return ReadLine(row.number, sku, quantity, price, total, amount(row, "line_tax"))


def millionths_of(text: str) -> int | None:
    """A number in millionths; None if it is none."""
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    sign, whole, parts = found.groups()
    value = int(whole) * 1_000_000 + int((parts or "").ljust(6, "0"))
    return -value if sign == "-" else value


def money_of(text: str, *, exponent: int, row: int, column: str) -> int:
    """Minor units: decimals after a point or a comma, no more than the currency has. Raises Bad."""
    value = millionths_of(text)
    if value is None or value % 10 ** (6 - exponent) or abs(value) > AMOUNT_MAX * 1_000_000:
        raise Bad(row, column, "bad_amount")
    return int(value // 10 ** (6 - exponent))


def moment_of(text: str, *, zone: str, now: datetime, row: int, column: str) -> datetime:
    """ISO 8601, with or without its offset (then by the market's clocks); never in the future. Raises Bad."""
    try:
        moment = datetime.fromisoformat(_OFFSET.sub("", text.removesuffix(" UTC")))
    except ValueError:
        raise Bad(row, column, "bad_date") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo("UTC") if text.endswith(" UTC") else ZoneInfo(zone))
    if moment > now or moment.year < 1970:
        raise Bad(row, column, "bad_date")
    return moment

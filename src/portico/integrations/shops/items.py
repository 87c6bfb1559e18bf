"""Products as shop exports tell of them: what the readers of each format make, and the checks they share."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser

import msgspec

from portico.catalog.types import SVG_LENGTH_MAX, TEXT_LENGTH_MAX, VARIANTS_MAX
from portico.integrations.shops.broken import BadValue, Repeated, shown
from portico.integrations.shops.reading import Row

PRICE_MAX = Decimal(10**10)
STOCK_MAX = 10**9
TITLE_LENGTH_MAX = 500
IMAGES_MAX = 20
URL_LENGTH_MAX = min(2_000, SVG_LENGTH_MAX)

_PRICE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_STOCK = re.compile(r"-?[0-9]{1,10}(?:\.0+)?")
_SKU = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_BLOCKS = frozenset({"p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table"})


class ParsedVariant(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to sell. `price` in the market's own units, None where it is not for sale; `stock` None where it is not
    counted."""

    row: int
    sku: str
    options: tuple[tuple[str, str], ...] = ()
    price: Decimal | None = None
    stock: int | None = None
    barcode: str = ""
    image: str = ""


class ParsedItem(msgspec.Struct, frozen=True, kw_only=True):
    """A product with its variants; `category` from the widest to the narrowest."""

    row: int
    key: str  # "<source>:<its key>"
    title: str
    description: str
    category: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]
    images: tuple[tuple[str, str], ...]  # address, alternative text
    variants: tuple[ParsedVariant, ...]
    for_sale: bool


class Parsed(msgspec.Struct, frozen=True):
    """A file, read whole: its items, and the rows that no item can be made of, with their reason."""

    source: str
    rows: int
    items: tuple[ParsedItem, ...]
    barcode_column: str
    sku_column: str
    rejected: tuple[tuple[Row, str], ...] = ()


class Skus:
    """The SKUs a file has named so far; one is one, whatever its case."""

    def __init__(self, file: str, column: str) -> None:
        self._file, self._column = file, column
        self._first: dict[str, int] = {}

    def take(self, row: Row, sku: str) -> str:
        """Refuses BadValue, Repeated."""
        if not _SKU.fullmatch(sku) or not sku.isprintable():
            raise bad(self._file, row, self._column, sku, "a SKU of at most 100 characters")
        first = self._first.setdefault(sku.lower(), row.number)
        if first != row.number:
            raise Repeated(file=self._file, row=row.number, column=self._column, value=sku, first_row=first)
        return sku


def bad(file: str, row: Row, column: str, value: str, expected: str) -> BadValue:
    return BadValue(file=file, row=row.number, column=column, value=shown(value), expected=expected)


def price(file: str, row: Row, column: str) -> Decimal | None:
    """The cell's price; None for an empty one. Refuses BadValue for anything but digits and a decimal point."""
    cell = row.get(column)
    if not cell:
        return None
    try:
        value = Decimal(cell) if _PRICE.fullmatch(cell) else None
    except InvalidOperation:
        value = None
    if value is None or value > PRICE_MAX:
        raise bad(file, row, column, cell, "a price such as 12.50, not negative")
    return value


def stock(file: str, row: Row, column: str) -> int | None:
    """The cell's number of pieces; None for an empty one. Shops that sell beyond their stock count below zero: that is
    none on the shelf. Refuses BadValue."""
    cell = row.get(column)
    if not cell:
        return None
    if not _STOCK.fullmatch(cell) or (value := int(Decimal(cell))) > STOCK_MAX:
        raise bad(file, row, column, cell, "a whole number")
    return max(0, value)


def title(file: str, row: Row, column: str) -> str:
    text = " ".join(row.get(column).split())
    if not text or len(text) > TITLE_LENGTH_MAX:
        raise bad(file, row, column, text, f"a title of at most {TITLE_LENGTH_MAX} characters")
    return text


def image(file: str, row: Row, column: str, address: str) -> str:
    if len(address) > URL_LENGTH_MAX or not address.startswith(("https://", "http://")):
        raise bad(file, row, column, address, "an address that begins with https://")
    return address


def variants(file: str, row: Row, found: Sequence[ParsedVariant]) -> tuple[ParsedVariant, ...]:
    if len(found) > VARIANTS_MAX:
        raise bad(file, row, "", str(len(found)), f"at most {VARIANTS_MAX} variants")
    return tuple(found)


def plain(html: str) -> str:
    """Markup as text: no tags, no scripts, blocks on lines of their own."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)[:TEXT_LENGTH_MAX]


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._unseen += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)

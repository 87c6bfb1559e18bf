"""The "Online Retail" data set (UCI, Chen 2015): every invoice line of a British gift shop, December 2010 to 2011.

One row is one line of an invoice: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,
Country. Read in batches, twice: once to check the whole file and learn items and customers from it, once to hand out
orders. What a row means is decided here, from the row alone:

- an invoice number that begins with C cancels: its negative quantities are returns;
- one that begins with A adjusts bad debt, and is no sale;
- a negative quantity on any other invoice, or a price of nothing without a customer, corrects stock, and is no sale;
- a price of nothing with a customer is a gift, and is one of her lines;
- codes that are words (POST, D, M, BANK CHARGES, ...) are services, discounts and corrections of the invoice.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from portico.integrations.shops.broken import BadValue, CellTooLong, MissingColumns, NotATable, TooLarge, Truncated
from portico.integrations.shops.reading import check_file
from portico.platform.money import round_half_up

SOURCE = "online-retail"
CURRENCY, COUNTRY, TIME_ZONE = "GBP", "GB", "Europe/London"
EXPECTED = "a Parquet file of invoice lines"
ROWS_AT_ONCE = 32_768
ROWS_MAX = 20_000_000
CELL_BYTES_MAX = 10_000
QUANTITY_MAX, PRICE_MAX = 10**9, 10**9

COLUMNS: dict[str, tuple[str, Callable[[pa.DataType], bool]]] = {
    "InvoiceNo": ("text", lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind)),
    "StockCode": ("text", lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind)),
    "Description": ("text", lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind)),
    "Quantity": ("whole numbers", pa.types.is_integer),
    "InvoiceDate": ("timestamps", pa.types.is_timestamp),
    "UnitPrice": ("numbers", lambda kind: pa.types.is_floating(kind) or pa.types.is_integer(kind)),
    "CustomerID": ("numbers", lambda kind: pa.types.is_floating(kind) or pa.types.is_integer(kind)),
    "Country": ("text", lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind)),
}

# Codes that are no goods, and what giving them back is.
SERVICES = {
    "POST": "refund",
    "DOT": "refund",
    "C2": "refund",
    "D": "refund",
    "M": "correction",
    "S": "correction",
    "B": "correction",
    "BANK CHARGES": "correction",
    "AMAZONFEE": "correction",
    "CRUK": "correction",
}
LANGUAGES = {"Spain": "es", "Italy": "it"}

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,29}")
_INVOICE = re.compile(r"[A-Z]?[0-9]{1,20}")
_FORMULA_STARTS = ("=", "@", "+")
_ZONE = ZoneInfo(TIME_ZONE)


class Line(msgspec.Struct, frozen=True):
    """A row that means something: a line of a sale, or (quantity below zero) of a return. Amounts in pence."""

    row: int
    invoice: str
    code: str
    description: str
    quantity: int
    at: datetime
    unit_price: int
    amount: int
    customer: str | None
    country: str

    @property
    def is_return(self) -> bool:
        return self.quantity < 0


class Rejected(msgspec.Struct, frozen=True):
    """A row that is not taken, with its cells as they were."""

    row: int
    reason: str
    cells: tuple[object, ...]


class Item(msgspec.Struct, frozen=True):
    """A code with the name and the price it was most often sold under (None: never for money)."""

    code: str
    title: str
    price: int | None

    @property
    def is_service(self) -> bool:
        return self.code in SERVICES


class Survey(msgspec.Struct, frozen=True):
    """What the whole file tells, once it is checked."""

    rows: int
    items: tuple[Item, ...]
    customers: dict[str, str]  # number -> country of the first invoice
    sale_lines: dict[str, int]  # invoice -> number of its lines


Row = tuple[object, ...]


def rows(path: Path) -> Iterator[Row]:
    """All rows, in order, as (row number from 1, the eight cells). Refusals name what is broken about the file."""
    check_file(path)
    try:
        with pq.ParquetFile(path) as file:
            _check_columns(path, file)
            number = 0
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=list(COLUMNS)):
                _check_lengths(path, batch, number)
                columns = [batch.column(name).to_pylist() for name in COLUMNS]
                for number, row in enumerate(zip(*columns, strict=True), number + 1):  # noqa: B020 - it counts on
                    yield (number, *row)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def _check_columns(path: Path, file: pq.ParquetFile) -> None:
    schema = file.schema_arrow
    missing = [name for name in COLUMNS if name not in schema.names]
    if missing:
        raise MissingColumns(file=path.name, columns=", ".join(missing))
    for name, (expected, fits) in COLUMNS.items():
        kind = schema.field(name).type
        if not fits(kind):
            raise BadValue(file=path.name, column=name, value=str(kind), expected=expected)
    if file.metadata.num_rows > ROWS_MAX:
        raise TooLarge(file=path.name, limit=ROWS_MAX)


def _check_lengths(path: Path, batch: pa.RecordBatch, before: int) -> None:
    """A cell of any size is found while it is still one value in Arrow's memory, before Python makes texts of it."""
    for name in ("InvoiceNo", "StockCode", "Description", "Country"):
        column = batch.column(name)
        lengths = pc.binary_length(column)
        longest = pc.max(lengths).as_py() or 0
        if longest > CELL_BYTES_MAX:
            row = before + pc.index(lengths, longest).as_py() + 1
            raise CellTooLong(file=path.name, row=row, column=name, characters_max=CELL_BYTES_MAX)


def _unreadable(path: Path, error: Exception) -> NotATable | Truncated | BadValue:
    with path.open("rb") as stream:
        is_parquet = stream.read(4) == b"PAR1"
    if isinstance(error, UnicodeDecodeError):
        return BadValue(file=path.name, expected="UTF-8")
    return Truncated(file=path.name) if is_parquet else NotATable(file=path.name, expected=EXPECTED)


def judge(row: Row) -> Line | Rejected:
    """What one row means."""
    number, invoice, code, description, quantity, at, price, customer, country = row
    reason = _reason(invoice, code, description, quantity, at, price, customer)
    if reason:
        return Rejected(number, reason, row[1:])  # type: ignore[arg-type]
    assert isinstance(invoice, str) and isinstance(code, str) and isinstance(quantity, int)
    assert isinstance(at, datetime) and isinstance(price, int | float)
    unit_price, exact = _pence(price)
    return Line(
        row=number,  # type: ignore[arg-type]
        invoice=invoice.strip(),
        code=_one_object(code.strip().upper()),
        description=" ".join(str(description or "").split()),
        quantity=quantity,
        at=at,
        unit_price=unit_price,
        amount=unit_price * quantity if exact is None else round_half_up(exact * quantity),
        customer=_customer(customer),
        country=str(country or ""),
    )


def _reason(
    invoice: object, code: object, description: object, quantity: object, at: object, price: object, customer: object
) -> str | None:
    """Why a row is not taken; None if it is."""
    if not (isinstance(invoice, str) and isinstance(code, str) and isinstance(quantity, int)):
        return "incomplete"
    if not isinstance(at, datetime) or not isinstance(price, int | float) or price != price:
        return "incomplete"
    if isinstance(description, str) and description.lstrip().startswith(_FORMULA_STARTS):
        return "formula"
    if not _INVOICE.fullmatch(invoice.strip()) or not _CODE.fullmatch(code.strip()):
        return "bad_code"
    kind = invoice.strip()[0]
    if kind == "A":
        return "bad_debt"
    if kind.isalpha() and kind != "C":
        return "unknown_invoice"
    if price < 0 or abs(quantity) > QUANTITY_MAX or price > PRICE_MAX or quantity == 0:
        return "out_of_range"
    if kind == "C":
        return None if quantity < 0 else "not_a_return"
    if quantity < 0:
        return "stock_write_off"
    if price == 0 and _customer(customer) is None:
        return "stock_correction"
    return None


@lru_cache(maxsize=100_000)
def _pence(price: float) -> tuple[int, Decimal | None]:
    """A price in pence, and exactly where pence do not do."""
    exact = Decimal(repr(price)) * 100
    rounded = round_half_up(exact)
    return rounded, None if rounded == exact else exact


def _customer(value: object) -> str | None:
    return str(int(value)) if isinstance(value, int | float) and value == value else None


@lru_cache(maxsize=100_000)
def _one_object(text: str) -> str:
    """One object per code: half a million rows name four thousand."""
    return text


def local_moment(at: datetime) -> datetime:
    """The shop's clocks said `at`."""
    return at if at.tzinfo else at.replace(tzinfo=_ZONE)


def survey(path: Path, *, progress: Callable[[int], None] = lambda done: None) -> Survey:
    """Check the whole file and learn what is in it.

    Refuses NotReadable, EmptyFile, NotATable, Truncated, MissingColumns, BadValue, CellTooLong, TooLarge.
    """
    names: defaultdict[str, Counter[str]] = defaultdict(Counter)
    prices: defaultdict[str, Counter[int]] = defaultdict(Counter)
    customers: dict[str, str] = {}
    sale_lines: Counter[str] = Counter()
    count = 0
    for row in rows(path):
        count += 1
        if count % ROWS_AT_ONCE == 0:
            progress(count)
        line = judge(row)
        if isinstance(line, Rejected):
            continue
        if line.customer:
            customers.setdefault(line.customer, line.country)
        # A name counts more where somebody paid for the thing under it: "damaged?" is written on free rows.
        names[line.code][line.description] += 1000 if line.unit_price and not line.is_return else 1
        if not line.is_return:
            sale_lines[line.invoice] += 1
            if line.unit_price:
                prices[line.code][line.unit_price] += 1
    progress(count)
    items = tuple(Item(code, _title(code, found), _usual(prices[code])) for code, found in sorted(names.items()))
    return Survey(count, items, customers, dict(sale_lines))


def _title(code: str, names: Counter[str]) -> str:
    """The usual name, as a sentence: the till printed capitals only."""
    named = [(count, name) for name, count in names.items() if name]
    name = max(named, key=lambda one: (one[0], one[1]))[1] if named else code
    return name.capitalize() if name.isupper() else name


def _usual(prices: Counter[int]) -> int | None:
    return max(prices.items(), key=lambda one: (one[1], -one[0]))[0] if prices else None


class Invoice(msgspec.Struct, frozen=True):
    """All taken lines of one invoice number, in the order of the file."""

    number: str
    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        return self.lines[0]


def invoices(
    path: Path, *, sale_lines: dict[str, int], reject: Callable[[Rejected], None], returned: Callable[[Line], None]
) -> Iterator[Invoice]:
    """Sales, each as soon as its last line is read; returned lines and rejected rows go to the two callbacks."""
    open_lines: defaultdict[str, list[Line]] = defaultdict(list)
    for row in rows(path):
        line = judge(row)
        if isinstance(line, Rejected):
            reject(line)
        elif line.is_return:
            returned(line)
        else:
            lines = open_lines[line.invoice]
            lines.append(line)
            if len(lines) == sale_lines[line.invoice]:
                yield Invoice(line.invoice, tuple(open_lines.pop(line.invoice)))


def return_refs(lines: Sequence[Line]) -> list[str]:
    """A name for each returned line: its invoice, and its place among that invoice's."""
    seen: Counter[str] = Counter()
    refs = []
    for line in lines:
        seen[line.invoice] += 1
        refs.append(f"{SOURCE}:{line.invoice}/{seen[line.invoice]}")
    return refs

"""Reading tables that nobody vouches for: a row at a time, in bounded memory, with every fault named by row and column.

Python's `csv` alone would read a cell of any size into memory, take a cut-off file for a whole one, and say of bytes in
another encoding only that they are. Here a record is put together line by line, held to a size, and only then parsed.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from portico.integrations.shops.broken import (
    CellTooLong,
    EmptyFile,
    Formula,
    MissingColumns,
    NotATable,
    NotReadable,
    RaggedRow,
    TooLarge,
    Truncated,
    WrongEncoding,
    shown,
)

FILE_BYTES_MAX = 2 * 1024**3
ROWS_MAX = 1_000_000
CELL_CHARACTERS_MAX = 100_000  # a product's description with its markup is rarely a tenth of it
RECORD_CHARACTERS_MAX = 400_000
CELLS_MAX = 1_000

_TEXT = "utf-8-sig"
# Formulas as spreadsheets understand them: "=...", and the forms by which "+", "-" and "@" call or command something.
# "-5", "- a list" and "@home" are none.
_FORMULA = re.compile(r"\s*(?:=\s*\S|[+\-@][\w.+\-*/]*\(|[+\-@][^|]*\|.*!)", re.DOTALL)
# How other files begin that are often handed over by mistake.
_MAGIC = {
    b"PK\x03\x04": "zip",
    b"PAR1": "parquet",
    b"%PDF": "pdf",
    b"\x1f\x8b": "gzip",
    b"\xd0\xcf\x11\xe0": "xls",
}


_OTHER_TEXTS = ("{", "[", "<")  # JSON, HTML, XML


class Row(msgspec.Struct, frozen=True):
    """One record: the number of its first line, and its cells by column name."""

    number: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """The cell, trimmed; "" where the table has no such column."""
        return self.cells.get(column, "").strip()


class Table:
    """A delimited text file with a header, opened and looked at; iterate for its rows. May be iterated again."""

    def __init__(self, path: Path, *, expected: str) -> None:
        self.path, self.expected = path, expected
        check_file(path)
        with path.open("rb") as stream:
            start = stream.read(8192)
        if any(start.startswith(magic) for magic in _MAGIC) or b"\0" in start:
            if start.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise WrongEncoding(file=path.name, row=1)
            raise NotATable(file=path.name, expected=expected)
        self.delimiter, self.columns = ",", list[str]()
        header = next(_records(path), None)
        if header is None or not header[1].strip():
            raise EmptyFile(file=path.name)
        if header[1].lstrip()[:1] in _OTHER_TEXTS:
            raise NotATable(file=path.name, row=1, expected=expected)
        self.delimiter = max(",;\t", key=header[1].count)
        self.columns = [one.strip() for one in self._parse(1, header[1])]
        if len(self.columns) < 2:
            raise NotATable(file=path.name, row=1, expected=expected)
        if len(self.columns) > CELLS_MAX:
            raise TooLarge(file=path.name, row=1, limit=CELLS_MAX)

    def require(self, columns: Sequence[str]) -> None:
        """Refuses MissingColumns."""
        missing = [one for one in columns if one not in self.columns]
        if missing:
            raise MissingColumns(file=self.path.name, row=1, columns=", ".join(missing))

    def __iter__(self) -> Iterator[Row]:
        for number, text in self.records():
            yield self.row(number, text)

    def records(self) -> Iterator[tuple[int, str]]:
        """The records as they stand, with the number of their first line; `row` reads one."""
        records = _records(self.path)
        next(records)
        for count, (number, text) in enumerate(records, 1):
            if count > ROWS_MAX:
                raise TooLarge(file=self.path.name, row=number, limit=ROWS_MAX)
            if text.strip("\r\n \t"):
                yield number, text

    def row(self, number: int, text: str) -> Row:
        cells = self._parse(number, text)
        if len(cells) != len(self.columns):
            if not text.endswith(("\n", "\r")) and len(cells) < len(self.columns):
                raise Truncated(file=self.path.name, row=number, column=self.columns[len(cells) - 1])
            raise RaggedRow(file=self.path.name, row=number, cells=len(cells), expected_cells=len(self.columns))
        for column, cell in zip(self.columns, cells, strict=True):
            if len(cell) > CELL_CHARACTERS_MAX:
                raise self._too_long(number, column)
            if "\0" in cell:
                raise NotATable(file=self.path.name, row=number, column=column, expected=self.expected)
            if is_formula(cell):
                raise Formula(file=self.path.name, row=number, column=column, value=shown(cell))
        return Row(number, dict(zip(self.columns, cells, strict=True)))

    def _parse(self, number: int, text: str) -> list[str]:
        if len(text) > RECORD_CHARACTERS_MAX:
            raise self._too_long(number, self._long_column(text))
        if _is_open(text):
            raise Truncated(file=self.path.name, row=number, column=self._last_column(text))
        try:
            (cells,) = csv.reader([text], delimiter=self.delimiter) or ([],)
        except (csv.Error, ValueError):
            raise self._too_long(number, self._long_column(text)) from None
        return cells

    def _last_column(self, text: str) -> str:
        """The column in which an unfinished record breaks off."""
        return self._column(len(self._lengths(text)) - 1)

    def _long_column(self, text: str) -> str:
        """The column of the first cell that is too long; of the longest, if it is all of them together."""
        lengths = self._lengths(text)
        too_long = (place for place, length in enumerate(lengths) if length > CELL_CHARACTERS_MAX)
        return self._column(next(too_long, lengths.index(max(lengths))))

    def _column(self, place: int) -> str:
        return self.columns[place] if place < len(self.columns) else f"#{place + 1}"

    def _lengths(self, text: str) -> list[int]:
        """How long each cell of a record is, the last one perhaps unfinished."""
        lengths, quoted = [0], False
        for one in text:
            quoted ^= one == '"'
            if one == self.delimiter and not quoted:
                lengths.append(0)
            else:
                lengths[-1] += 1
        return lengths

    def _too_long(self, number: int, column: str) -> CellTooLong:
        return CellTooLong(file=self.path.name, row=number, column=column, characters_max=CELL_CHARACTERS_MAX)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run the text instead of showing it."""
    return cell[:1] in ("=", "+", "-", "@", " ", "\t", "\r", "\n") and _FORMULA.match(cell) is not None


def check_file(path: Path) -> None:
    """Refuses NotReadable, EmptyFile, TooLarge."""
    try:
        if path.is_dir():
            raise NotReadable(file=path.name or str(path), reason="directory")
        if not path.is_file():
            raise NotReadable(file=path.name, reason="missing" if not path.exists() else "special")
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise NotReadable(file=path.name, reason=error.strerror or "error") from None
    if size == 0:
        raise EmptyFile(file=path.name)
    if size > FILE_BYTES_MAX:
        raise TooLarge(file=path.name, limit=FILE_BYTES_MAX)


def _records(path: Path) -> Iterator[tuple[int, str]]:
    """Records with the number of their first line: lines joined while a quoted cell is open, to `RECORD_CHARACTERS_MAX`
    at most. A record that is still open there, or at the end of the file, is given out as it is."""
    with path.open("r", encoding=_TEXT, newline="") as stream:
        number, begins, record, is_open = 0, 1, "", False
        while True:
            try:
                line = stream.readline(RECORD_CHARACTERS_MAX + 1)
            except UnicodeDecodeError:
                raise WrongEncoding(file=path.name, row=_first_bad_line(path)) from None
            if not line:
                if record:
                    yield begins, record
                return
            number += 1
            if not record:
                begins = number
            record += line
            is_open ^= line.count('"') % 2 == 1
            if not is_open or len(record) > RECORD_CHARACTERS_MAX:
                yield begins, record
                if len(record) > RECORD_CHARACTERS_MAX:
                    return  # whoever parses it refuses it, and what follows means nothing
                record = ""


def _is_open(text: str) -> bool:
    return text.count('"') % 2 == 1


def _first_bad_line(path: Path) -> int:
    """The line of the first bytes that are no UTF-8: the decoder reads ahead, so it cannot say."""
    with path.open("rb") as stream:
        number = 1
        while line := stream.readline(1024 * 1024):
            try:
                line.decode()
            except UnicodeDecodeError as bad:
                if bad.end < len(line) or line.endswith(b"\n"):
                    return number
                # A character cut by the size of the reading is no fault; it is rare enough to look no closer.
            number += line.endswith(b"\n")
    return number

"""Why a file cannot be imported: which file, which row, which column. Nothing was written."""

from dataclasses import dataclass

from portico.platform.refusals import Refused

SHOWN_LENGTH_MAX = 80


@dataclass(eq=False)
class BrokenFile(Refused):
    """Base of them. `row` counts lines of the table from 1, the header's; 0 means the file as a whole."""

    code, status = "imports.broken_file", 422
    file: str
    row: int = 0
    column: str = ""


@dataclass(eq=False)
class NotReadable(BrokenFile):
    """There is no such file, it is a directory, or it may not be read."""

    code = "imports.not_readable"
    reason: str = ""


@dataclass(eq=False)
class EmptyFile(BrokenFile):
    code = "imports.empty_file"


@dataclass(eq=False)
class TooLarge(BrokenFile):
    """More bytes or rows than one import takes."""

    code = "imports.too_large"
    limit: int = 0


@dataclass(eq=False)
class WrongEncoding(BrokenFile):
    """Not UTF-8 from this row on."""

    code = "imports.wrong_encoding"


@dataclass(eq=False)
class NotATable(BrokenFile):
    """Not the kind of file that is expected here; `expected` says which is."""

    code = "imports.not_a_table"
    expected: str = ""


@dataclass(eq=False)
class MissingColumns(BrokenFile):
    code = "imports.missing_columns"
    columns: str = ""


@dataclass(eq=False)
class Truncated(BrokenFile):
    """The file ends in the middle of this row."""

    code = "imports.truncated"


@dataclass(eq=False)
class RaggedRow(BrokenFile):
    """The row has more or fewer cells than the header has."""

    code = "imports.ragged_row"
    cells: int = 0
    expected_cells: int = 0


@dataclass(eq=False)
class CellTooLong(BrokenFile):
    code = "imports.cell_too_long"
    characters_max: int = 0


@dataclass(eq=False)
class Formula(BrokenFile):
    """The cell begins like a spreadsheet formula. Texts are not run here, but the next program may run them."""

    code = "imports.formula"
    value: str = ""


@dataclass(eq=False)
class BadValue(BrokenFile):
    """The cell does not hold what its column is for; `expected` says what that is."""

    code = "imports.bad_value"
    value: str = ""
    expected: str = ""


@dataclass(eq=False)
class Repeated(BrokenFile):
    """The value stands in an earlier row already, and may stand once."""

    code = "imports.repeated"
    value: str = ""
    first_row: int = 0


@dataclass(eq=False)
class NoMarket(Refused):
    """There is no such market, or none at all, and the file does not say in which currency its prices are."""

    code, status = "imports.no_market", 409
    market: str


@dataclass(eq=False)
class NoLocation(Refused):
    code, status = "imports.no_location", 409
    location: str


def shown(value: str) -> str:
    """A cell's text as it may stand in a message: one line, not too long, nothing that moves a terminal's cursor."""
    text = "".join(one if one.isprintable() else " " for one in value[: SHOWN_LENGTH_MAX + 1])
    return text if len(text) <= SHOWN_LENGTH_MAX else f"{text[:SHOWN_LENGTH_MAX]}…"

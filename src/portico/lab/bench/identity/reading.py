"""Tables of people that nobody described: delimiter, encoding and meaning of the columns are found out."""

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from portico.identity.matching.frames import Frame, frame
from portico.identity.matching.kinds import SAMPLE, Kind, kinds_of

SNIFFED_BYTES = 64 * 1024
DELIMITERS = ",;\t|"


class Unreadable(Exception):
    """Says which file, and what is wrong with it."""


class People(msgspec.Struct, frozen=True):
    """`truth[record]` is the number of the person that the file says it is of; -1 where it does not say."""

    frame: Frame
    kinds: dict[str, Kind]
    truth: npt.NDArray[np.int64]
    skipped: int


def read(paths: Sequence[Path], *, truth: str, without: Sequence[str] = (), pattern: str = "") -> People:
    """The records of one or several files with the same columns. With a `pattern` the truth is what its group finds in the
    column, which is then no column of the data."""
    skipped = 0
    tables = []
    for path in paths:
        table, lost = _table(path)
        tables.append(table)
        skipped += lost
    table = pa.concat_tables(tables, promote_options="default")
    if truth not in table.column_names:
        raise Unreadable(f"{paths[0]}: there is no column {truth!r}; there are: {', '.join(table.column_names)}")
    if table.num_rows == 0:
        raise Unreadable(f"{paths[0]}: there are no records in it")
    says = pc.utf8_trim_whitespace(table[truth])
    if pattern:
        says = pc.struct_field(pc.extract_regex(says, f"(?P<person>{pattern})"), "person")
    columns = {
        name: table[name].combine_chunks().fill_null("") for name in table.column_names if name not in (truth, *without)
    }
    unique = {
        name
        for name, one in columns.items()
        if pc.count_distinct(one).as_py() == len(one) and pc.all(pc.not_equal(one, "")).as_py()
    }
    step = max(1, table.num_rows // (2 * SAMPLE))
    places = pa.array(range(0, table.num_rows, step))
    kinds = kinds_of({name: one.take(places).to_pylist() for name, one in columns.items()}, unique=unique)
    if not kinds:
        raise Unreadable(f"{paths[0]}: no column beside {truth!r} says anything about who somebody is")
    return People(frame(columns, kinds), kinds, _numbered(says), skipped)


def _numbered(says: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    coded = pc.if_else(pc.equal(says, ""), None, says).combine_chunks().dictionary_encode()
    return np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)


def _table(path: Path) -> tuple[pa.Table, int]:
    if not path.is_file():
        raise Unreadable(f"{path}: there is no such file")
    with path.open("rb") as stream:
        start = stream.read(SNIFFED_BYTES)
    skipped: list[int] = []
    try:
        if start.startswith(b"PAR1"):
            table = pyarrow.parquet.read_table(path)
        else:
            table = _delimited(path, start, skipped)
    except (pa.ArrowException, UnicodeError, csv.Error) as wrong:
        raise Unreadable(f"{path}: {wrong}") from None
    table = table.rename_columns([one.strip().lstrip("\ufeff") for one in table.column_names])
    if len(set(table.column_names)) < table.num_columns:
        raise Unreadable(f"{path}: two columns have the same name: {', '.join(table.column_names)}")
    return pa.table({name: _texts(table[name]) for name in table.column_names}), len(skipped)


def _delimited(path: Path, start: bytes, skipped: list[int]) -> pa.Table:
    encoding = _encoding(path, start)
    text = start.decode(encoding, "ignore")
    header = text.splitlines()[0] if text.strip() else ""
    if not header:
        raise Unreadable(f"{path}: the file is empty")
    delimiter = max(DELIMITERS, key=header.count)

    def skip(row: pa.csv.InvalidRow) -> str:
        skipped.append(row.actual_columns)
        return "skip"

    names = next(csv.reader([header], delimiter=delimiter, skipinitialspace=True))
    return pa.csv.read_csv(
        path,
        read_options=pa.csv.ReadOptions(
            encoding=encoding, column_names=names, skip_rows=1, block_size=16 * 1024 * 1024
        ),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
        convert_options=pa.csv.ConvertOptions(
            column_types={one: pa.string() for one in names}, strings_can_be_null=True
        ),
    )


def _encoding(path: Path, start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in start:
        raise Unreadable(f"{path}: this is no table of text")
    try:
        with path.open(encoding="utf-8") as stream:
            while stream.read(1024 * 1024):
                pass
    except UnicodeDecodeError:
        return "cp1252" if not any(one in start for one in (0x81, 0x8D, 0x8F, 0x90, 0x9D)) else "latin-1"
    return "utf-8"


def _texts(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whatever type a column has, as text, without the spaces around it."""
    if pa.types.is_list(values.type) or pa.types.is_struct(values.type):
        return pa.chunked_array([pa.array([str(one.as_py() or "") for one in values], pa.string())])
    return pc.utf8_trim_whitespace(pc.cast(values, pa.string()))

"""Tables nobody vouches for: every fault is named by file, row and column, and none is a bug."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.integrations.shops import broken, reading
from portico.integrations.shops.reading import Table

HEADER = "Handle,Title,Price\n"


def table(tmp_path: Path, content: str | bytes) -> Table:
    path = tmp_path / "items.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Table(path, expected="items")


def refusal(tmp_path: Path, content: str | bytes) -> broken.BrokenFile:
    with pytest.raises(broken.BrokenFile) as refused:
        list(table(tmp_path, content))
    return refused.value


def test_rows_keep_the_number_of_the_line_they_begin_on(tmp_path: Path) -> None:
    rows = list(table(tmp_path, "\ufeff" + HEADER + 'a,"two\nlines, one ""cell""",1\r\n\nb,"",2'))
    assert [(one.number, one.get("Title")) for one in rows] == [(2, 'two\nlines, one "cell"'), (5, "")]


def test_semicolons_and_tabs_divide_cells_too(tmp_path: Path) -> None:
    for delimiter in ";\t":
        (row,) = table(tmp_path, f"a{delimiter}b\n1{delimiter}2,5\n")
        assert row.cells == {"a": "1", "b": "2,5"}


@pytest.mark.parametrize(
    ("content", "kind", "row", "column"),
    [
        ("", broken.EmptyFile, 0, ""),
        ("\n", broken.EmptyFile, 0, ""),
        (b"PK\x03\x04zip", broken.NotATable, 0, ""),
        (b"PAR1....PAR1", broken.NotATable, 0, ""),
        (b"a,b\0c\n", broken.NotATable, 0, ""),
        ("<html><body>,</body></html>", broken.NotATable, 1, ""),
        ('[{"id": 1, "a": 2}]', broken.NotATable, 1, ""),
        ("just a sentence\n", broken.NotATable, 1, ""),
        ("a,b".encode("utf-16"), broken.WrongEncoding, 1, ""),
        (HEADER.encode() + b"a,x,1\nb,caf\xe9,2\n", broken.WrongEncoding, 3, ""),
        (HEADER.encode() + b"a,x,1\n" * 20_000 + b"b,caf\xe9,2\n", broken.WrongEncoding, 20_002, ""),
        (HEADER + 'a,"cut o', broken.Truncated, 2, "Title"),
        (HEADER + "a,x,1\nb,cut", broken.Truncated, 3, "Title"),
        (HEADER + "a,x\nb,x,1\n", broken.RaggedRow, 2, ""),
        (HEADER + "a,x,1,2\n", broken.RaggedRow, 2, ""),
        (HEADER + "a,=cmd|' /C calc'!A0,1\n", broken.Formula, 2, "Title"),
        (HEADER + 'a,"=HYPERLINK(""http://evil"")",1\n', broken.Formula, 2, "Title"),
        (HEADER + "a,@SUM(1+1)*cmd|' /C calc'!A0,1\n", broken.Formula, 2, "Title"),
        (HEADER + "a,-2+3+cmd|' /C calc'!A0,1\n", broken.Formula, 2, "Title"),
        (HEADER + "a,x,\t=1+1\n", broken.Formula, 2, "Price"),
        (HEADER + f"a,{'x' * 100_001},1\n", broken.CellTooLong, 2, "Title"),
    ],
)
def test_every_fault_is_named(
    tmp_path: Path, content: str | bytes, kind: type[broken.BrokenFile], row: int, column: str
) -> None:
    refused = refusal(tmp_path, content)
    assert (type(refused), refused.file, refused.row, refused.column) == (kind, "items.csv", row, column)


def test_what_only_looks_like_a_formula_is_none(tmp_path: Path) -> None:
    cells = ["-5", "+34 600 000 000", "- a list", "@home", "-", "=", "a=b", "+1.5%", "--- old ---"]
    rows = list(table(tmp_path, HEADER + "".join(f"a,{one},1\n" for one in cells)))
    assert [one.get("Title") for one in rows] == cells


def test_two_hundred_megabytes_in_a_cell_are_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    with path.open("w") as stream:
        stream.write(HEADER + "a,x,1\nb," + '"')
        for _ in range(200):
            stream.write("x" * 1024**2)
        stream.write('",1\n')
    tracemalloc.start()
    with pytest.raises(broken.CellTooLong) as refused:
        list(Table(path, expected="items"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (refused.value.row, refused.value.column) == (3, "Title")
    assert peak < 20 * 1024**2


def test_many_lines_in_one_cell_are_bounded_too(tmp_path: Path) -> None:
    refused = refusal(tmp_path, HEADER + 'a,"' + "line\n" * 200_000 + '",1\n')
    assert isinstance(refused, broken.CellTooLong) and (refused.row, refused.column) == (2, "Title")


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    for path, reason in ((tmp_path, "directory"), (tmp_path / "nowhere.csv", "missing")):
        with pytest.raises(broken.NotReadable) as refused:
            Table(path, expected="items")
        assert refused.value.reason == reason


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_MAX", 2)
    refused = refusal(tmp_path, HEADER + "a,x,1\n" * 3)
    assert isinstance(refused, broken.TooLarge) and refused.row == 4


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(content)
    try:
        list(Table(path, expected="items"))
    except broken.BrokenFile:
        pass


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(
    lambda cell: cell == cell.strip() and not cell.startswith(("=", "+", "-", "@"))
)


@given(st.lists(st.tuples(cells.filter(bool), cells, cells), min_size=1, max_size=8))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([("one", "two", "three"), *rows])
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    path.write_text(text.getvalue(), "utf-8", newline="")
    assert [tuple(row.cells.values()) for row in Table(path, expected="rows")] == rows

"""What is alike, and what that is worth: on files of every shape, without being told who is who."""

import csv
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.identity.matching import blocking, clusters, forms, frames, kinds, linking
from portico.identity.matching.comparing import GRADES, compare
from portico.identity.matching.kinds import Kind
from portico.lab.bench.identity import measuring, people, reading


@given(st.text(max_size=80))
def test_whatever_is_written_has_one_form(text: str) -> None:
    assert forms.folded(forms.folded(text)) == forms.folded(text)
    assert forms.folded(text).isascii()
    for form in (forms.phone, forms.email, forms.date, forms.compact):
        form(text)
    for word in forms.folded(text).split():
        assert len(forms.sound(word)) <= 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "muller"),
        ("O'Brien", "OBrien"),
        ("Семён", "semen"),
        ("Jiménez-López", "jimenez lopez"),
        ("王\u200b小明", "王小明"),
    ],
)
def test_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    assert forms.folded(one) == forms.folded(other)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1990-03-04", "19900304"), ("04/03/1990", "19900304"), ("4.3.1990", "19900304"), ("19900304", "19900304"),
        ("03/25/1990", "19900325"), ("1990-03-04T00:00:00", "19900304"), ("abc", ""), ("1990", ""), ("99999999", ""),
    ],
)  # fmt: skip
def test_dates_in_any_order(text: str, read: str) -> None:
    assert forms.read_date(text) == read


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("dob", ["1990-03-04", "1971-12-31"], Kind.BIRTH), ("Geburtsdatum", ["04.03.1990"], Kind.BIRTH), ("seen", ["2020-01-01"], Kind.DATE),
        ("fname", ["Ana"], Kind.GIVEN), ("Apellidos", ["Muñoz"], Kind.FAMILY), ("фамилия", ["Орлов"], Kind.FAMILY),
        ("x1", ["ana@example.com"], Kind.EMAIL), ("address_1", ["Calle Mayor"], Kind.STREET), ("street_number", ["12"], Kind.HOUSE),
        ("ZIP code", ["28013"], Kind.POSTCODE), ("telefono", ["+34 612 345 678"], Kind.PHONE), ("soc_sec_id", ["1234567"], Kind.ID),
        ("birth_place", ["Madrid"], Kind.CITY), ("full_name", ["Ana Muñoz"], Kind.NAME), ("gender", ["f"], Kind.CATEGORY),
    ],
)  # fmt: skip
def test_columns_are_known_by_name_and_content(name: str, values: list[str], kind: Kind) -> None:
    assert kinds.kind_of(name, values) is kind


def test_a_number_of_the_row_is_no_evidence_and_a_full_name_counts_once() -> None:
    columns = {
        "unique_id": ["Q1-1", "Q1-2", "Q2-1"], "full_name": ["Ana Ruiz", "Ana Ruiz", "Eva Gil"], "first_name": ["Ana", "Ana", "Eva"],
        "surname": ["Ruiz", "Ruiz", "Gil"],
    }  # fmt: skip
    assert set(kinds.kinds_of(columns, unique={"unique_id"})) == {"first_name", "surname"}


def test_grades_are_of_their_kind_and_the_same_is_the_highest() -> None:
    columns = {
        "given": ["Ana", "Ana", "Anna", "A", "", "Ruiz"],
        "surname": ["Ruiz", "Ruiz", "Gil", "Ruiz", "Ruiz", "Ana"],
    }
    made = frames.frame(columns, {"given": Kind.GIVEN, "surname": Kind.FAMILY})
    left, right = np.zeros(5, np.int64), np.arange(1, 6)
    grades = compare(made, left, made, right)
    assert grades[0, 0] == GRADES[Kind.GIVEN] - 1 and grades[0, 3] == frames.MISSING
    assert grades.max() < max(GRADES.values()) and grades[0, 4] > grades[0, 1] > 0  # exchanged; one letter more


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(-20, 20)), max_size=20))
def test_groups_are_a_partition_and_never_against_all_evidence(edges: list[tuple[int, int, float]]) -> None:
    bits = {(min(a, b), max(a, b)): worth for a, b, worth in edges if a != b}
    groups = clusters.grown(range(8), bits)
    assert sorted(one for group in groups for one in group) == list(range(8))
    for group in groups:
        inside = [worth for (a, b), worth in bits.items() if a in group and b in group]
        assert len(group) == 1 or sum(max(worth, clusters.AGAINST_MIN) for worth in inside) > 0


def test_a_chain_of_lookalikes_is_not_one_person() -> None:
    """The ends contradict each other more than the one link in the middle says."""
    bits = {(0, 1): 9.0, (1, 2): 2.0, (2, 3): 9.0, (0, 2): -8.0, (0, 3): -10.0, (1, 3): -8.0}
    assert sorted(map(sorted, clusters.grown(range(4), bits))) == [[0, 1], [2, 3]]


def test_every_pair_of_few_is_a_candidate_once() -> None:
    made = frames.frame({"name": [f"n{i}" for i in range(30)]}, {"name": Kind.NAME})
    left, right = blocking.candidates(made)
    assert (
        len(left) == 30 * 29 // 2 == len(set(zip(left.tolist(), right.tolist(), strict=True))) and (left < right).all()
    )


def written(
    tmp_path: Path, *, delimiter: str = ",", encoding: str = "utf-8", names: dict[str, str] | None = None
) -> Path:
    """People who were made up, as another system would hand them over."""
    path = tmp_path / "people.csv"
    with path.open("w", encoding=encoding, newline="", errors="replace") as stream:
        out = csv.writer(stream, delimiter=delimiter)
        out.writerow([(names or {}).get(one, one) for one in people.COLUMNS])
        out.writerows(people.rows(records=1_500, seed=7))
    return path


@pytest.mark.parametrize(
    ("delimiter", "encoding", "names"),
    [
        (",", "utf-8", {}),
        (";", "cp1252", {"first_name": "Vorname", "last_name": "Nachname", "birth_date": "Geburtsdatum", "postcode": "PLZ", "city": "Ort"}),
        ("\t", "utf-16", {"first_name": "nombre", "last_name": "apellidos", "street": "calle", "phone": "móvil", "email": "correo"}),
        ("|", "utf-8-sig", {"first_name": "имя", "last_name": "фамилия", "email": "x", "birth_date": "y", "person": "кто"}),
    ],
)  # fmt: skip
def test_people_are_found_whatever_columns_are_called(
    tmp_path: Path, delimiter: str, encoding: str, names: dict[str, str]
) -> None:
    path = written(tmp_path, delimiter=delimiter, encoding=encoding, names=names)
    found = measuring.of_file([path], truth=names.get("person", "person"))
    assert found.records == 1_500 and found.true_pairs > 300 and found.skipped == 0
    assert found.precision > 0.93 and found.recall > 0.8, found


def test_a_truth_that_is_not_told_is_in_no_figure_and_rows_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path)
    lines = path.read_text().splitlines()
    lines[1] = lines[1].rpartition(",")[0] + ","
    path.write_text("\n".join([*lines, "one,cell,too,few"]))
    found = measuring.of_file([path], truth="person")
    assert (found.without_truth, found.skipped) == (1, 1)


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty.csv", tmp_path / "binary.csv"
    empty.write_text("")
    binary.write_bytes(b"\0\1\2")
    for path, truth, says in (
        (tmp_path / "none.csv", "x", "no such file"), (empty, "x", "empty"), (binary, "x", "no table"),
        (written(tmp_path), "clutser", "there is no column 'clutser'; there are: rec, first_name"),
    ):  # fmt: skip
        with pytest.raises(reading.Unreadable, match=says):
            reading.read([path], truth=truth)


def test_the_order_of_records_changes_little(tmp_path: Path) -> None:
    rows = list(people.rows(records=600, seed=3))
    draw = random.Random(1)
    figures = []
    for _ in range(2):
        draw.shuffle(rows)
        columns = {
            name: [row[i] for row in rows] for i, name in enumerate(people.COLUMNS) if name not in ("rec", "person")
        }
        made = frames.frame(columns, kinds.kinds_of(columns))
        linked = linking.link(made)
        truth = np.unique([row[-1] for row in rows], return_inverse=True)[1].astype(np.int64)
        right, found, true = measuring.counted(linked.person, truth)
        figures.append(2 * right / (found + true))
    assert abs(figures[0] - figures[1]) < 0.03

"""`portico bench identity`: records of one person found in files whose truth is known, and among a million that were generated.

Nothing is told what is who before the figures are reckoned: the model of each file is learnt from the file itself. Precision, recall
and F1 are of pairs of records. What a touch costs while somebody waits is measured on PostgreSQL (`live`).
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from portico.identity.matching import linking
from portico.lab.bench import report
from portico.lab.bench.identity import people, reading
from portico.lab.bench.identity.reading import Unreadable

SECONDS_MAX, GIBIBYTES_MAX = 180.0, 4.0
_FEBRL = r"rec-\d+"


class Case(msgspec.Struct, frozen=True):
    """A set of files, the column (or the part of it) that says who is who, what is left out, and what is to be reached."""

    name: str
    files: tuple[str, ...]
    truth: str
    pattern: str = ""
    without: tuple[str, ...] = ()
    goal: float | None = None


CASES = (
    Case("febrl_4", ("febrl_4a.csv", "febrl_4b.csv"), "rec_id", _FEBRL, goal=0.999),
    Case("febrl_3", ("febrl_3.csv",), "rec_id", _FEBRL, goal=0.998),
    Case(
        "febrl_3 without number and birth date",
        ("febrl_3.csv",),
        "rec_id",
        _FEBRL,
        ("soc_sec_id", "date_of_birth"),
        0.97,
    ),
    Case("febrl_2", ("febrl_2.csv",), "rec_id", _FEBRL),
    Case("febrl_1", ("febrl_1.csv",), "rec_id", _FEBRL),
    Case("fake_1000", ("fake_1000.csv",), "cluster"),
)


class Measured(msgspec.Struct, frozen=True):
    """`records` without a truth are compared like all others, and not counted in the figures. `columns`: as what each was read."""

    name: str
    records: int
    without_truth: int
    skipped: int
    true_pairs: int
    found_pairs: int
    right_pairs: int
    precision: float
    recall: float
    f1: float
    goal: float | None
    seconds: float
    columns: dict[str, str]


class Generated(msgspec.Struct, frozen=True):
    records: int
    f1: float
    precision: float
    recall: float
    seconds: float
    seconds_max: float
    gibibytes: float
    gibibytes_max: float


class Live(msgspec.Struct, frozen=True):
    """Milliseconds of one touch against so many people in PostgreSQL."""

    people: int
    touches: int
    found: float
    p50_ms: float
    p99_ms: float
    p99_ms_max: float


class Found(msgspec.Struct, frozen=True):
    bench: str
    machine: dict[str, str | int]
    sets: list[Measured]
    generated: Generated | None = None
    live: Live | None = None
    notes: list[str] = []


def of_file(
    paths: Sequence[Path],
    *,
    truth: str,
    name: str = "",
    pattern: str = "",
    without: Sequence[str] = (),
    goal: float | None = None,
) -> Measured:
    """Refuses Unreadable."""
    read = reading.read(paths, truth=truth, pattern=pattern, without=without)
    began = time.perf_counter()
    linked = linking.link(read.frame)
    seconds = time.perf_counter() - began
    right, found, true = counted(linked.person, read.truth)
    precision, recall = right / max(1, found), right / max(1, true)
    return Measured(
        name=name or paths[0].name, records=read.frame.rows, without_truth=int((read.truth < 0).sum()), skipped=read.skipped,
        true_pairs=true, found_pairs=found, right_pairs=right, precision=round(precision, 5), recall=round(recall, 5),
        f1=round(2 * right / max(1, found + true), 5), goal=goal, seconds=round(seconds, 2),
        columns={column: kind.value for column, kind in read.kinds.items()},
    )  # fmt: skip


def counted(person: npt.NDArray[np.int64], truth: npt.NDArray[np.int64]) -> tuple[int, int, int]:
    """Pairs of records, among those of which the truth is told: found rightly, found, true."""
    told = truth >= 0
    person, truth = person[told], truth[told]

    def pairs(groups: npt.NDArray[np.int64]) -> int:
        counts = np.unique(groups, return_counts=True)[1].astype(np.int64)
        return int((counts * (counts - 1) // 2).sum())

    return pairs(person * (int(truth.max(initial=0)) + 1) + truth), pairs(person), pairs(truth)


def of_sets(data: Path, *, say: Callable[[str], None]) -> tuple[list[Measured], list[str]]:
    """Every truth set that lies in the directory; of the others, that they do not."""
    measured, notes = [], []
    for case in CASES:
        paths = [data / one for one in case.files]
        if missing := [one.name for one in paths if not one.is_file()]:
            notes.append(f"{case.name}: {', '.join(missing)} not found in {data}")
            continue
        one = of_file(
            paths, truth=case.truth, name=case.name, pattern=case.pattern, without=case.without, goal=case.goal
        )
        say(f"{one.name}: F1 {one.f1:.4f} in {one.seconds:.1f} s")
        measured.append(one)
    return measured, notes


def of_generated(records: int, *, seed: int, say: Callable[[str], None]) -> Generated:
    """A file of so many records: read, learnt from and linked, in the memory of this process."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "people.csv"
        people.write(path, records=records, seed=seed)
        say(f"{records:,} records generated ({path.stat().st_size / 2**20:,.0f} MiB)")
        began = time.perf_counter()
        found = of_file([path], truth="person")
        seconds = time.perf_counter() - began
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
    say(f"linked in {seconds:.0f} s, {peak:.2f} GiB at most")
    return Generated(
        records, found.f1, found.precision, found.recall, round(seconds, 1), SECONDS_MAX, round(peak, 2), GIBIBYTES_MAX
    )


def found(
    sets: list[Measured],
    *,
    generated: Generated | None = None,
    live: Live | None = None,
    notes: Sequence[str] = (),
    database: str = "",
) -> Found:
    return Found("identity", report.machine(database), sets, generated, live, list(notes))


__all__ = ["Found", "Unreadable", "found", "of_file", "of_generated", "of_sets"]

"""What `portico bench identity` found, for people."""

from rich.console import Console
from rich.table import Table

from portico.lab.bench.identity.measuring import Found, Measured


def show(found: Found) -> None:
    console = Console()
    if found.sets:
        table = Table(
            "records of",
            "records",
            "true pairs",
            "precision",
            "recall",
            "F1",
            "goal",
            "s",
            title="portico bench identity",
        )
        for one in found.sets:
            met = "" if one.goal is None else (" ✓" if one.f1 >= one.goal else " ✗")
            table.add_row(
                one.name, f"{one.records:,}", f"{one.true_pairs:,}", f"{one.precision:.4f}", f"{one.recall:.4f}",
                f"{one.f1:.4f}", f"{one.goal}{met}" if one.goal else "", f"{one.seconds:.1f}",
            )  # fmt: skip
        console.print(table)
    for one in found.sets:
        for line in _aside(one):
            console.print(f"{one.name}: {line}", highlight=False, markup=False)
    if made := found.generated:
        console.print(
            f"{made.records:,} generated records: {made.seconds:.0f} s (at most {made.seconds_max:.0f}), {made.gibibytes:.2f} GiB "
            f"(at most {made.gibibytes_max:.0f}), precision {made.precision:.4f}, recall {made.recall:.4f}, F1 {made.f1:.4f}",
            highlight=False,
        )
    if live := found.live:
        console.print(
            f"a touch among {live.people:,} people: median {live.p50_ms:.2f} ms, 99 of 100 within {live.p99_ms:.2f} ms "
            f"(at most {live.p99_ms_max:.0f}), {live.found:.1%} of {live.touches:,} found",
            highlight=False,
        )
    for note in found.notes:
        console.print(note, highlight=False, markup=False)


def _aside(one: Measured) -> list[str]:
    lines = [f"read as: {', '.join(f'{name} ({kind})' for name, kind in one.columns.items())}"]
    if one.skipped:
        lines.append(f"{one.skipped:,} rows had more or fewer cells than the header and were left out")
    if one.without_truth:
        lines.append(f"of {one.without_truth:,} records the truth is not told; they are in no figure")
    return lines

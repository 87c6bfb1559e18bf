"""How every benchmark reports: rows of value, limit and ratio, for people and for programs."""

import os
import platform
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table


class Row(msgspec.Struct, frozen=True):
    """`ratio` is value / limit for rates and limit / value for times: more is better. `goal` is for the ratio."""

    case: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    goal: float | None = None


class Plan(msgspec.Struct, frozen=True):
    """How the database would go about something that is too large to be run here."""

    case: str
    lines: list[str]


class Report(msgspec.Struct, frozen=True):
    bench: str
    machine: dict[str, str | int]
    rows: list[Row]
    plans: list[Plan] = []


def machine(database: str) -> dict[str, str | int]:
    return {
        "cpus": os.cpu_count() or 0,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "database": database,
    }


def rate(case: str, value: float, *, unit: str, limit: float | None = None, goal: float | None = None) -> Row:
    return Row(
        case,
        round(value, 1),
        unit,
        round(limit, 1) if limit else None,
        round(value / limit, 3) if limit else None,
        goal,
    )


def time(case: str, value: float, *, unit: str = "ms", limit: float, goal: float | None = None) -> Row:
    """A row of which less is better: its ratio is limit / value."""
    return Row(case, round(value, 2), unit, round(limit, 2), round(limit / value, 3), goal)


def show(bench: str, rows: Sequence[Row], plans: Sequence[Plan] = ()) -> None:
    table = Table("case", "value", "unit", "limit", "ratio", "goal", title=f"portico bench {bench}")
    for row in rows:
        met = "" if row.goal is None or row.ratio is None else (" ✓" if row.ratio >= row.goal else " ✗")
        table.add_row(
            row.case,
            f"{row.value:,.1f}",
            row.unit,
            f"{row.limit:,.1f}" if row.limit else "",
            f"{row.ratio:.3f}" if row.ratio is not None else "",
            f"{row.goal}{met}" if row.goal is not None else "",
        )
    console = Console()
    console.print(table)
    for plan in plans:
        console.print(f"\nplan: {plan.case}")
        for line in plan.lines:
            console.print(f"  {line}", highlight=False, markup=False)

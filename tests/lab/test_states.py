"""The pictures of states are what the tables say."""

from enum import StrEnum
from pathlib import Path

import pytest

from portico.lab import states

FOLDER = Path(__file__).parents[2] / "docs" / "states"


@pytest.mark.parametrize("name", states.pages())
def test_a_picture_has_not_drifted(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == states.pages()[name], "the table has changed: `portico lab states`"


def test_no_picture_is_left_of_a_table_that_is_gone() -> None:
    assert {one.name for one in FOLDER.iterdir()} == set(states.pages())


def test_a_picture_names_every_state_and_step() -> None:
    class S(StrEnum):
        A = "a"
        B = "b"
        END = "end"

    class E(StrEnum):
        GO = "go"
        RUN = "run_off"
        STOP = "stop"

    table = {(S.A, E.GO): S.B, (S.A, E.RUN): S.B, (S.B, E.STOP): S.END}
    drawn = states.mermaid(states.Picture("T", table, S.A, "."))
    assert drawn.splitlines() == [
        "stateDiagram-v2", "    [*] --> a", "    a --> b: go, run off", "    b --> end: stop", "    end --> [*]",
    ]  # fmt: skip

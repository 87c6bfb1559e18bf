"""The browser's code: languages complete, types strict, and the server's types as the server has them."""

import re
import shutil
from pathlib import Path

import hatch_build
import pytest

from portico.channels.entry.topics import PRICES, STAFF_TOPICS

UI = Path(hatch_build.UI)


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    hatch_build.build_faces(report=lambda *_: None)


def test_it_checks() -> None:
    hatch_build.npm("run", "check")


def test_what_screens_listen_to_can_be_heard() -> None:
    """A topic that nobody may hear refuses the stream, and the screen says for ever that it is offline."""
    asked = {
        word
        for file in UI.glob("src/**/*.svelte")
        for topics in re.findall(r"topics: \([^)]*\) => \[(.*)\]", file.read_text())
        for word in re.findall(r"'(\w+)'", topics)
    }
    assert len(asked) >= 5
    assert asked - {*STAFF_TOPICS, PRICES} == set()


def test_the_servers_types_have_not_drifted(tmp_path: Path) -> None:
    written = UI / "src" / "platform" / "openapi.ts"
    before = shutil.copy(written, tmp_path / "before.ts")
    try:
        hatch_build.npm("run", "types")
        assert written.read_text() == Path(before).read_text(), "the API has changed: `make openapi`"
    finally:
        shutil.copy(before, written)

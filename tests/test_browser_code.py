"""The browser's code: languages complete, types strict, and the server's types as the server has them."""

import shutil
from pathlib import Path

import hatch_build
import pytest

UI = Path(hatch_build.UI)


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    hatch_build.build_faces(report=lambda *_: None)


def test_it_checks() -> None:
    hatch_build.npm("run", "check")


def test_the_servers_types_have_not_drifted(tmp_path: Path) -> None:
    written = UI / "src" / "platform" / "openapi.ts"
    before = shutil.copy(written, tmp_path / "before.ts")
    try:
        hatch_build.npm("run", "types")
        assert written.read_text() == Path(before).read_text(), "the API has changed: `make openapi`"
    finally:
        shutil.copy(before, written)

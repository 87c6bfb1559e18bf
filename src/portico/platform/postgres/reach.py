"""Making sure that the server's account can run the server's programs.

The environment that holds the wheel may lie under a directory closed to everybody but root. Its files are then copied,
once per version, to a place of our own that the account can reach; nothing about the original is changed.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from portico.platform.postgres.account import can_enter
from portico.platform.postgres.binaries import WHEEL, Binaries, Choice, survey, version_of, wheel_directory
from portico.platform.postgres.cluster import Home, explaining
from portico.platform.postgres.refusals import CannotDropPrivileges


def reachable(binaries: Binaries, *, choice: Choice, home: Home) -> Binaries:
    """These binaries if the account can run them; else others of the same major version, or a copy of the wheel's.

    Refuses with `CannotDropPrivileges`.
    """
    account = home.account
    if account is None or _runs(binaries, home):
        return binaries
    same_major = [each for each in survey(choice)[0] if each.major == binaries.major]
    for other in same_major:
        if _runs(other, home):
            return other
    if wheel := next((each for each in same_major if each.source == "wheel"), None):
        for place in _places(home):
            with contextlib.suppress(OSError):
                copy = _copied(wheel, place, home)
                if copy and _runs(copy, home):
                    return copy
    raise CannotDropPrivileges(reason=f"{account.name} can neither run {binaries.bin_dir}/postgres nor a copy of it")


def _runs(binaries: Binaries, home: Home) -> bool:
    return version_of(binaries.program("postgres"), account=home.account) is not None


def _places(home: Home) -> Iterator[Path]:
    if can_enter(home.root, account=home.account):
        yield home.root
    yield from (Path("/var/cache"), Path("/var/tmp"), Path("/tmp"))


def _copied(wheel: Binaries, place: Path, home: Home) -> Binaries | None:
    """The wheel's programs below this place: root's own, writable by nobody else, whole or not there at all."""
    target = place / f"portico-postgres-{wheel.version}"
    if not target.exists():
        source = wheel_directory()
        if source is None:
            return None
        with explaining(place):
            aside = Path(tempfile.mkdtemp(prefix=f"{target.name}.new-", dir=place))
            try:
                _copy(source, aside)
                aside.chmod(0o755)
                with contextlib.suppress(FileExistsError):
                    os.rename(aside, target)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
    status = target.lstat()
    if target.is_symlink() or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        # Somebody else took the name in a directory that everybody may write: not to be trusted, let alone executed.
        return None
    return Binaries(target / WHEEL / "pginstall" / "bin", wheel.version, wheel.major, "wheel")


def _copy(pginstall: Path, target: Path) -> None:
    """Keep the relative layout: the programs find their libraries by it, beside the package or within it."""
    package = pginstall.parent
    skip = shutil.ignore_patterns("include", "*.a", "doc")
    shutil.copytree(pginstall, target / WHEEL / "pginstall", symlinks=True, ignore=skip)
    for libraries in (package.parent / f"{WHEEL}.libs", package / ".dylibs"):
        if libraries.is_dir():
            inside = target / libraries.relative_to(package.parent)
            shutil.copytree(libraries, inside, symlinks=True)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) or ".so" in path.name else 0o644)

"""Started as root: the server is somebody else, and the machine is as it was."""

import os
import pwd
import shutil
import stat
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from portico.platform.postgres import Choice, PostgresRefused, running
from portico.platform.postgres.binaries import WHEEL, wheel_directory
from portico.platform.postgres.processes import working_in

Sql = Callable[..., Any]
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop privileges")
NOBODY = pwd.getpwnam("nobody").pw_uid


@pytest.fixture
def outside() -> Iterator[Path]:
    """A directory whose parents everybody may pass, as /var/lib is; pytest's own are closed."""
    directory = Path(tempfile.mkdtemp(prefix="portico-test-", dir="/tmp"))
    directory.chmod(0o755)
    yield directory
    assert not working_in(directory / "data" / "postgres")
    shutil.rmtree(directory)


def modes(*directories: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode and owner of these directories, of all above them and of everything directly inside these."""
    places = {place for each in directories for place in (each, *each.parents, *each.iterdir())}
    return {place: (at.st_mode, at.st_uid, at.st_gid) for place in places if (at := place.lstat())}


@pytest.fixture(autouse=True)
def groups() -> Iterator[None]:
    """We have root's supplementary groups, so that the server could inherit them."""
    before = os.getgroups()
    os.setgroups([0, 4])
    yield
    os.setgroups(before)


def users_of(home: Path) -> set[tuple[int, ...]]:
    """The real, effective and saved uid of every process of the server."""
    found = [psutil.Process(each.pid) for each in working_in(home / "postgres")]
    assert found
    for process in found:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        [groups] = [line.split()[1:] for line in lines if line.startswith("Groups:")]
        assert groups == [], "root's groups came along"
    return {tuple(process.uids()) for process in found}


def test_the_server_is_nobody_and_nothing_else_changes(tmp_path: Path, choice: Choice, sql: Sql) -> None:
    """Below a directory closed to everybody else: nobody cannot even reach it by name."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "theirs").mkdir(mode=0o750)
    users = Path("/etc/passwd").read_bytes()
    before = modes(closed, tmp_path)
    with running(data_dir=closed / "data", choice=choice) as server:
        assert users_of(closed / "data") == {(NOBODY,) * 3}
        assert sql(server.dsn, "select 1") == [[1]]
        sql(server.dsn, "alter system set work_mem = '9MB'")
        sql(server.dsn, "select pg_reload_conf()")
    after = modes(closed, tmp_path)
    assert {place: after[place] for place in before} == before
    assert set(after) - set(before) == {closed / "data"}
    assert Path("/etc/passwd").read_bytes() == users


def test_where_everybody_may_pass_the_server_uses_its_path(outside: Path, choice: Choice, sql: Sql) -> None:
    before = modes(outside)
    with running(data_dir=outside / "data", choice=choice) as server:
        assert users_of(outside / "data") == {(NOBODY,) * 3}
        assert sql(server.dsn, "show data_directory") == [[str(outside / "data" / "postgres")]]
    after = modes(outside)
    assert {place: after[place] for place in before} == before


@pytest.mark.parametrize(("owner", "serves"), [("daemon", "daemon"), (54321, "nobody")])
def test_a_directory_that_belongs_to_somebody(
    tmp_path: Path, choice: Choice, sql: Sql, owner: str | int, serves: str
) -> None:
    """As a user's volume in a container in which we are root. A uid without an account cannot run initdb."""
    home, uid = tmp_path / "data", owner if isinstance(owner, int) else pwd.getpwnam(owner).pw_uid
    home.mkdir(mode=0o700)
    os.chown(home, uid, uid)
    before = modes(home)
    expected = pwd.getpwnam(serves).pw_uid
    for _ in range(2):
        with running(data_dir=home, choice=choice) as server:
            assert users_of(home) == {(expected,) * 3}
            assert sql(server.dsn, "select 1") == [[1]]
    assert {path.lstat().st_uid for path in home.iterdir()} == {expected}
    after = modes(home)
    assert {place: after[place] for place in before} == before


def test_an_environment_that_nobody_can_reach(outside: Path, tmp_path: Path, apps: Any, choice: Choice) -> None:
    """The wheel lies below a closed directory, as in /root: the server runs from a copy beside the data."""
    package = wheel_directory()
    if choice is not Choice.WHEEL or package is None:
        pytest.skip("concerns the wheel")
    closed = tmp_path / "closed"
    shutil.copytree(package.parent, closed / WHEEL, symlinks=True)
    libraries = package.parent.parent / f"{WHEEL}.libs"
    shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    closed.chmod(0o700)
    before = modes(closed, tmp_path)
    home = outside / "data"
    for _ in range(2):
        app = apps(path=(closed,), home=home)
        assert app.answer()["started"]
        servers = [psutil.Process(each.pid).exe() for each in working_in(home / "postgres")]
        assert servers and all(Path(each).is_relative_to(home) for each in servers)
        app.end()
    copies = list(home.glob("portico-postgres-*"))
    assert len(copies) == 1
    for path in [copies[0], *copies[0].rglob("*")]:
        status = path.lstat()
        assert status.st_uid == 0 and (path.is_symlink() or not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    assert modes(closed, tmp_path) == before


def test_an_ordinary_user_needs_none_of_this(outside: Path, choice: Choice) -> None:
    """The same in a process that is not root: a child that gives its rights away for good."""
    os.chown(outside, NOBODY, -1)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            with running(data_dir=outside / "data", choice=choice) as server:
                served = working_in(outside / "data" / "postgres")
                status = 0 if served and server.started else 2
            status = status or 3 * bool(working_in(outside / "data" / "postgres"))
        except (PostgresRefused, OSError):
            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (outside / "data").stat().st_mode & 0o777 == 0o700

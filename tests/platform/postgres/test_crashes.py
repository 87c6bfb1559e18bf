"""kill -9, of everything, at every bad moment. Nothing acknowledged may be lost, nobody innocent may be hurt."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from portico.platform.postgres import Binaries, Choice, NotOurs, running
from portico.platform.postgres.account import choose, entrance, run
from portico.platform.postgres.cluster import MARKER
from portico.platform.postgres.processes import Process, alive, working_in

SECONDS_MAX = 120.0
Sql = Callable[..., Any]
Kill = Callable[[], list[Process]]


async def commit_until(dsn: str, enough: int, then: Callable[[], object], *, synchronous: bool) -> set[int]:
    """Commit rows on four connections; when that many are acknowledged, do `then` in the middle of it. Returns all
    that were acknowledged. A fifth connection holds a row that it never commits."""
    acknowledged: set[int] = set()
    open_transaction = await asyncpg.connect(dsn)
    await open_transaction.execute("begin; insert into work values (-1)")

    async def writer(first: int) -> None:
        connection = await asyncpg.connect(dsn)
        if not synchronous:
            await connection.execute("set synchronous_commit = off")
        for number in range(first, 10_000_000, 4):
            await connection.execute("insert into work values ($1)", number)
            acknowledged.add(number)
            if len(acknowledged) == enough:
                then()

    await asyncio.wait_for(asyncio.gather(*(writer(first) for first in range(4)), return_exceptions=True), SECONDS_MAX)
    open_transaction.terminate()
    return acknowledged


def rows_after_recovery(dsn: str, sql: Sql) -> set[int]:
    """What is stored, as soon as the server is back at the same address."""
    until = time.monotonic() + SECONDS_MAX
    while True:
        try:
            return {row[0] for row in sql(dsn, "select id from work")}
        except (OSError, asyncpg.PostgresError):
            assert time.monotonic() < until, "the server did not come back"
            time.sleep(0.02)


def test_server_killed_under_load_loses_no_commit(home: Path, choice: Choice, sql: Sql, kill_server: Kill) -> None:
    with running(data_dir=home, choice=choice) as server:
        sql(server.dsn, "create table work (id int primary key)")
        acknowledged = asyncio.run(commit_until(server.dsn, 300, kill_server, synchronous=True))
        stored = rows_after_recovery(server.dsn, sql)
    assert len(acknowledged) >= 300
    assert acknowledged <= stored
    # A commit whose answer was lost with the server may have happened: at most one per connection.
    assert len(stored - acknowledged) <= 4
    assert -1 not in stored


def test_control_the_same_kill_does_lose_commits_that_were_not_flushed(
    home: Path, choice: Choice, sql: Sql, kill_server: Kill
) -> None:
    """The test above would notice a loss: with commits acknowledged before they are on disk, the same kill loses some."""
    with running(data_dir=home, choice=choice) as server:
        sql(server.dsn, "create table work (id int primary key)")
        sql(server.dsn, "alter system set wal_writer_delay = '10s'")
        sql(server.dsn, "select pg_reload_conf()")
        acknowledged = asyncio.run(commit_until(server.dsn, 300, kill_server, synchronous=False))
        stored = rows_after_recovery(server.dsn, sql)
    assert acknowledged - stored


def test_server_that_dies_comes_back_at_the_same_address_on_a_long_path(
    tmp_path: Path, choice: Choice, sql: Sql
) -> None:
    home = tmp_path / ("a" * 120)
    with running(data_dir=home, choice=choice) as server:
        sql(server.dsn, "create table work (id int primary key)")
        sql(server.dsn, "insert into work values (7)")
        for process in working_in(home / "postgres"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        assert rows_after_recovery(server.dsn, sql) == {7}


def test_app_killed_and_its_server_adopted(home: Path, choice: Choice, apps: Callable[..., Any], sql: Sql) -> None:
    app = apps()
    dsn = app.answer()["dsn"]
    sql(dsn, "create table work (id int primary key)")
    sql(dsn, "insert into work values (1)")
    app.kill()
    orphans = working_in(home / "postgres")
    assert orphans
    with running(data_dir=home, choice=choice) as server:
        assert not server.started
        assert sql(server.dsn, "select id from work") == [[1]]
        assert {each.pid for each in orphans} & {each.pid for each in working_in(home / "postgres")}
    assert not working_in(home / "postgres")


@pytest.mark.parametrize("password", [None, "of somebody else"])
def test_a_server_that_is_not_ours_is_not_stopped(
    home: Path, choice: Choice, apps: Callable[..., Any], sql: Sql, password: str | None
) -> None:
    """It works where our data would be, but we hold no key to it: refused, and it goes on."""
    app = apps()
    dsn = app.answer()["dsn"]
    app.kill()
    file = home / "postgres" / "portico.password"
    ours = file.read_text()
    file.write_text(password) if password else file.unlink()
    with pytest.raises(NotOurs, match=str(home / "postgres")):
        running(data_dir=home, choice=choice).__enter__()
    assert sql(dsn, "select 1") == [[1]]
    file.write_text(ours)
    with running(data_dir=home, choice=choice):
        pass


def test_app_and_server_killed_together(
    home: Path, choice: Choice, apps: Callable[..., Any], sql: Sql, kill_server: Kill
) -> None:
    app = apps()
    dsn = app.answer()["dsn"]
    sql(dsn, "create table work (id int primary key)")
    sql(dsn, "insert into work values (1)")
    app.kill()
    kill_server()
    assert (home / "postgres" / "postmaster.pid").exists()
    with running(data_dir=home, choice=choice) as server:
        assert server.started
        assert sql(server.dsn, "select id from work") == [[1]]


@pytest.fixture
def sleeper(home: Path) -> Iterator[psutil.Process]:
    """An innocent process of the very user that the server runs as."""
    account = choose(home / "postgres", home)
    user = account.uid if account else None
    process = subprocess.Popen(["sleep", "60"], user=user, cwd="/")
    yield psutil.Process(process.pid)
    process.kill()
    process.wait()


def plant_pid(home: Path, pid: int) -> None:
    """Leave the traces of a server that crashed, and whose pid now belongs to somebody else."""
    data = home / "postgres"
    owner = data.stat()
    lines = [str(pid), str(data), "1700000000", "5432", ".", "", "  12345     6", "ready   "]
    for path, text in ((data / "postmaster.pid", lines), (data / ".s.PGSQL.5432.lock", lines[:5])):
        path.write_text("\n".join(text) + "\n")
        path.chmod(0o600)
        os.chown(path, owner.st_uid, owner.st_gid)


def test_stale_pid_of_an_innocent_process(
    home: Path, choice: Choice, binaries: Binaries, sleeper: psutil.Process, sql: Sql
) -> None:
    with running(data_dir=home, choice=choice):
        pass
    plant_pid(home, sleeper.pid)
    # Control: left to itself, PostgreSQL takes the innocent process for a server and refuses.
    account = choose(home / "postgres", home)
    with entrance(home / "postgres", account=account, major=binaries.major) as way:
        status, said = run([binaries.program("postgres"), "-D", way.name], account=account, way=way)
    assert status != 0 and 'lock file "postmaster.pid" already exists' in said

    with running(data_dir=home, choice=choice) as server:
        assert server.started
        assert sql(server.dsn, "select 1") == [[1]]
        assert sleeper.is_running()
    assert sleeper.is_running() and sleeper.status() != psutil.STATUS_ZOMBIE


def test_stale_pid_of_the_postgres_of_another_directory(home: Path, tmp_path: Path, choice: Choice, sql: Sql) -> None:
    with running(data_dir=home, choice=choice):
        pass
    with running(data_dir=tmp_path / "other", choice=choice) as other:
        pid = int((tmp_path / "other" / "postgres" / "postmaster.pid").read_text().split()[0])
        plant_pid(home, pid)
        with running(data_dir=home, choice=choice) as server:
            assert server.started and server.dsn != other.dsn
            assert sql(server.dsn, "select 1") == [[1]]
        assert psutil.Process(pid).is_running()
        assert sql(other.dsn, "select 1") == [[1]]


def test_no_signal_without_proof(home: Path, sleeper: psutil.Process) -> None:
    from portico.platform.postgres.processes import identify, send

    process = identify(sleeper.pid)
    assert process
    for programs in (frozenset({"postgres"}), frozenset({"sleep"})):  # wrong program; right program, wrong directory
        assert not send(process, signal.SIGKILL, directory=home.parent, programs=programs)
    reborn = Process(process.pid, process.began - 1)  # right program and directory, but not the one we knew
    assert not send(reborn, signal.SIGKILL, directory=Path("/"), programs={"sleep"})
    assert alive(process)
    # Control: with all three proven, the signal is sent.
    assert send(process, signal.SIGTERM, directory=Path("/"), programs={"sleep"})


def test_two_apps_at_once_one_wins(home: Path, apps: Callable[..., Any]) -> None:
    for _ in range(2):
        racing = [apps(), apps()]
        answers = [app.answer() for app in racing]
        refused = [answer for answer in answers if "refused" in answer]
        assert [answer["refused"] for answer in refused] == ["postgres.locked"]
        winner = next(app for app, answer in zip(racing, answers, strict=True) if "dsn" in answer)
        assert f"process {winner.process.pid}" in refused[0]["message"]
        for app in racing:
            app.end()
        assert not working_in(home / "postgres")


def test_two_apps_at_once_both_join(home: Path, apps: Callable[..., Any], sql: Sql) -> None:
    for _ in range(2):
        racing = [apps("join"), apps("join")]
        answers = [app.answer() for app in racing]
        assert sorted(answer["started"] for answer in answers) == [False, True]
        assert len({answer["dsn"] for answer in answers}) == 1
        assert sql(answers[0]["dsn"], "select 1") == [[1]]
        for app in racing:
            app.end()
        assert not working_in(home / "postgres")


def until_initdb_is_busy(home: Path, app: Any) -> Path:
    """The directory in which the app makes its cluster, half made."""
    until = time.monotonic() + SECONDS_MAX
    while not (busy := [made for made in home.glob("postgres.new-*/data/base/1") if made.is_dir()]):
        assert time.monotonic() < until and app.process.poll() is None
        time.sleep(0.001)
    return busy[0].parents[2]


def test_first_start_interrupted(home: Path, choice: Choice, apps: Callable[..., Any]) -> None:
    """Ctrl-C while initdb works: it ends as well, and what it made goes with it."""
    app = apps()
    stray = until_initdb_is_busy(home, app)
    app.process.send_signal(signal.SIGINT)
    assert app.process.wait(timeout=SECONDS_MAX) != 0
    assert [each.name for each in home.iterdir()] == ["postgres.locks"]
    assert not working_in(stray / "data", programs={"postgres", "initdb"})
    with running(data_dir=home, choice=choice) as server:
        assert server.started


@pytest.mark.parametrize("initdb_too", [True, False], ids=["with-initdb", "initdb-lives-on"])
def test_first_start_killed_midway(
    home: Path, choice: Choice, apps: Callable[..., Any], sql: Sql, initdb_too: bool
) -> None:
    app = apps()
    stray = until_initdb_is_busy(home, app)
    family = [psutil.Process(app.process.pid), *psutil.Process(app.process.pid).children(recursive=True)]
    for process in family if initdb_too else family[:1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    app.process.wait()
    assert not (home / "postgres").exists(), "the kill came too late to prove anything"
    assert stray.exists()
    foreign = home / "postgres.new-season"
    foreign.mkdir()
    (foreign / "catalogue.txt").write_text("somebody's own")

    with running(data_dir=home, choice=choice) as server:
        assert sql(server.dsn, "select 1") == [[1]]
    assert not stray.exists()
    assert (foreign / "catalogue.txt").read_text() == "somebody's own" and not (foreign / MARKER).exists()
    assert [each.name for each in home.glob("postgres.new-*")] == ["postgres.new-season"]

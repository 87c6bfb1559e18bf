"""From the first start to the last stop."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portico.platform.postgres import Binaries, Choice, LockedByOther, Unreachable, running
from portico.platform.postgres.keeper import LOG_BYTES_MAX, turn_log
from portico.platform.postgres.processes import working_in

Sql = Callable[..., Any]


def test_first_start_second_start_and_stops(home: Path, choice: Choice, binaries: Binaries, sql: Sql) -> None:
    with running(data_dir=home, choice=choice) as server:
        assert server.started and server.source == choice and server.version == binaries.version
        assert server.data_dir == home / "postgres"
        sql(server.dsn, "create table kept (id int primary key)")
        sql(server.dsn, "insert into kept select generate_series(1, 100)")
    assert not working_in(home / "postgres")
    assert sorted(entry.name for entry in home.iterdir()) == ["postgres", "postgres.locks", "postgres.log"]
    assert not (home / "postgres" / "postmaster.pid").exists()

    with running(data_dir=home, choice=choice) as server:
        assert sql(server.dsn, "select count(*) from kept") == [[100]]


def test_settings_that_data_and_safety_rest_on(home: Path, choice: Choice, sql: Sql) -> None:
    with running(data_dir=home, choice=choice) as server:
        names = ["data_checksums", "fsync", "full_page_writes", "synchronous_commit", "server_encoding", "TimeZone"]
        found = dict(sql(server.dsn, "select name, setting from pg_settings where name = any($1)", names))
        assert found == dict.fromkeys(names[:4], "on") | {"server_encoding": "UTF8", "TimeZone": "UTC"}
        [[listens]] = sql(server.dsn, "select current_setting('listen_addresses')")
        assert listens == ""
        # Code point order, and letters beyond ASCII are letters.
        query = "select array_agg(v order by v), upper('ñж') from unnest(array['b', 'a', 'B', 'é', 'я']) as v"
        assert sql(server.dsn, query) == [[["B", "a", "b", "é", "я"], "ÑЖ"]]
        with pytest.raises(Exception, match="password authentication failed"):
            sql(server.dsn.replace("portico:", "portico:0"), "select 1")
    for secret in (home / "postgres", home / "postgres" / "portico.password"):
        assert secret.stat().st_mode & 0o077 == 0


def test_inside_an_event_loop(home: Path, choice: Choice) -> None:
    async def main() -> str:
        with running(data_dir=home, choice=choice) as server:
            return server.dsn

    assert asyncio.run(main()).startswith("postgresql://")


@pytest.mark.parametrize("name", ["a" * 120, "comma, 'quote' \"and\" spaces %20 ?&#", "лавка-ñ"])
def test_awkward_paths(tmp_path: Path, choice: Choice, sql: Sql, name: str) -> None:
    before = set(Path("/tmp").glob("portico-pg-*"))
    with running(data_dir=tmp_path / name, choice=choice) as server:
        assert sql(server.dsn, "select 1") == [[1]]
        made = set(Path("/tmp").glob("portico-pg-*")) - before
        assert all(directory.stat().st_mode & 0o077 == 0 for directory in made)
        host = server.dsn.split("host=")[1].split("&")[0]
        used = [directory for directory in made if str(directory) == host]
    assert not any(directory.exists() for directory in used)


def test_a_command_joins_and_the_last_to_leave_stops(home: Path, apps: Callable[..., Any], sql: Sql) -> None:
    serving = apps()
    assert serving.answer()["started"]
    command = apps("join")
    given = command.answer()
    assert not given["started"]
    serving.end()
    # The app is gone, the command is in the middle of its work.
    assert sql(given["dsn"], "select 1") == [[1]]
    command.end()
    assert not working_in(home / "postgres")


def test_a_command_leaves_the_server_to_the_app(home: Path, apps: Callable[..., Any], sql: Sql) -> None:
    command = apps("join")
    assert command.answer()["started"]
    serving = apps()
    given = serving.answer()
    assert not given["started"]
    command.end()
    assert sql(given["dsn"], "select 1") == [[1]]
    serving.end()
    assert not working_in(home / "postgres")


def test_a_second_app_is_refused_and_told_by_whom(home: Path, choice: Choice, apps: Callable[..., Any]) -> None:
    serving = apps()
    serving.answer()
    with pytest.raises(LockedByOther) as refused, running(data_dir=home, choice=choice):
        pass
    assert refused.value.code == "postgres.locked"
    assert f"process {serving.process.pid}" in str(refused.value) and "PORTICO_DATABASE_URL" in str(refused.value)
    serving.end()


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(home: Path, apps: Callable[..., Any], sql: Sql) -> None:
    serving = apps()
    given = serving.answer()
    servers = working_in(home / "postgres")
    assert servers and all(os.getsid(each.pid) != os.getsid(serving.process.pid) for each in servers)
    os.killpg(os.getpgid(serving.process.pid), signal.SIGINT)
    assert serving.process.wait(timeout=120) != 0  # KeyboardInterrupt, after which the server was stopped in good order
    assert not working_in(home / "postgres")
    assert "received fast shutdown request" in (home / "postgres.log").read_text()
    assert "database system is shut down" in (home / "postgres.log").read_text()
    assert given["started"]


def test_a_url_wins_and_is_checked(home: Path, choice: Choice, tmp_path: Path) -> None:
    with running(data_dir=home, choice=choice) as embedded:
        with running(data_dir=tmp_path / "unused", choice=choice, database_url=embedded.dsn) as server:
            assert (server.source, server.version, server.started) == ("url", embedded.version, False)
            assert server.data_dir is None
        assert not (tmp_path / "unused").exists()
        wrong = embedded.dsn.replace("portico:", "portico:secret")
        with pytest.raises(Unreachable, match="password authentication failed") as refused:
            running(data_dir=home, database_url=wrong).__enter__()
        assert "secret" not in str(refused.value)
    for url in ("mysql://host/db", "postgresql://127.0.0.1:1/none"):
        with pytest.raises(Unreachable, match="PORTICO_DATABASE_URL"):
            running(data_dir=home, database_url=url).__enter__()


def test_the_log_stays_short(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    with log.open("ab") as server:
        server.write(b"old\n" * (LOG_BYTES_MAX // 4 + 1))
        server.flush()
        turn_log(log)
        server.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "postgres.log.1").stat().st_size > LOG_BYTES_MAX

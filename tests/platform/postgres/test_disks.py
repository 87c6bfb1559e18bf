"""Disks that are full, and disks that cannot be written: a sentence that names the place, and nothing lost."""

import contextlib
import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portico.platform.postgres import Choice, DiskFull, PostgresRefused, ReadOnly, running

Sql = Callable[..., Any]
Mount = Callable[[int], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """A disk of so many megabytes (tmpfs), which really fills up and is really mounted read-only."""
    mounted: list[Path] = []

    def make(megabytes: int) -> Path:
        point = tmp_path / "disk"
        point.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "portico-test", str(point)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        except FileNotFoundError:
            pytest.skip("a full disk needs the program `mount`")
        if done.returncode != 0:
            pytest.skip(f"a full disk needs the right to mount one: {done.stderr.strip()}")
        mounted.append(point)
        return point

    yield make
    for point in mounted:
        subprocess.run(["umount", str(point)], check=True, timeout=10)


def fill(disk: Path) -> Path:
    """Write until the disk says that it is full, to the last byte."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    with pytest.raises(OSError) as full:
        (disk / "probe").write_bytes(b"\0" * 4096)
    assert full.value.errno == errno.ENOSPC
    (disk / "probe").unlink()
    return ballast


def test_first_start_on_a_disk_that_is_too_small(mount: Mount, choice: Choice) -> None:
    disk = mount(24)
    with pytest.raises(DiskFull, match=r"is full \(\d+ MB are left\).*--data DIR"):
        running(data_dir=disk / "data", choice=choice).__enter__()
    assert [each.name for each in (disk / "data").iterdir()] == ["postgres.locks"]


def test_initdb_that_runs_out_of_room_leaves_nothing(
    mount: Mount, choice: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same without our look at the free room beforehand: PostgreSQL itself meets the end of the disk."""
    disk = mount(24)
    monkeypatch.setattr("portico.platform.postgres.cluster.ROOM_BYTES_MIN", 0)
    with pytest.raises(DiskFull, match=str(disk)):
        running(data_dir=disk / "data", choice=choice).__enter__()
    assert not any((disk / "data").glob("postgres.new-*"))
    assert not (disk / "data" / "postgres").exists()


def test_a_disk_that_filled_up_between_two_starts(mount: Mount, choice: Choice, sql: Sql) -> None:
    disk = mount(200)
    with running(data_dir=disk / "data", choice=choice) as server:
        sql(server.dsn, "create table kept as select 42 as id")
    ballast = fill(disk)
    with pytest.raises(DiskFull) as refused:
        running(data_dir=disk / "data", choice=choice).__enter__()
    assert refused.value.code == "postgres.disk_full" and str(disk) in str(refused.value)
    ballast.unlink()
    with running(data_dir=disk / "data", choice=choice) as server:
        assert sql(server.dsn, "select id from kept") == [[42]]


def test_a_disk_that_fills_up_while_the_server_writes(mount: Mount, choice: Choice, sql: Sql) -> None:
    """The statement fails, what was acknowledged stays, and the server is usable again when there is room."""
    disk = mount(220)
    with running(data_dir=disk / "data", choice=choice) as server:
        sql(server.dsn, "create table kept as select 42 as id")
        sql(server.dsn, "checkpoint")
        ballast = fill(disk)
        with pytest.raises(Exception, match="No space left|connection was closed|could not"):
            for _ in range(40):
                sql(server.dsn, "create table big as select repeat(md5(i::text), 20) from generate_series(1, 20000) i")
                sql(server.dsn, "drop table big")
        ballast.unlink()
    with running(data_dir=disk / "data", choice=choice) as server:
        assert sql(server.dsn, "select id from kept") == [[42]]


def test_a_disk_mounted_read_only(mount: Mount, choice: Choice, sql: Sql) -> None:
    disk = mount(200)
    with running(data_dir=disk / "data", choice=choice) as server:
        sql(server.dsn, "create table kept as select 42 as id")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, timeout=10)
    for data_dir in (disk / "data", disk / "new"):
        with pytest.raises(ReadOnly, match=r"Read-only file system.*--data DIR") as refused:
            running(data_dir=data_dir, choice=choice).__enter__()
        assert str(data_dir) in str(refused.value)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True, timeout=10)
    with running(data_dir=disk / "data", choice=choice) as server:
        assert sql(server.dsn, "select id from kept") == [[42]]


def test_a_data_directory_that_is_a_file(tmp_path: Path, choice: Choice) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(PostgresRefused, match="Not a directory") as refused:
        running(data_dir=tmp_path / "file", choice=choice).__enter__()
    assert str(tmp_path / "file") in str(refused.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; the read-only mount stands in")
def test_a_directory_without_the_right_to_write(tmp_path: Path, choice: Choice) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(ReadOnly, match="Permission denied"):
        running(data_dir=closed / "data", choice=choice).__enter__()

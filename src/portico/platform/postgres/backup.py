"""Taking the data out as one file, and making a data directory from such a file.

The file is pg_dump's custom format: any PostgreSQL of the same or a newer major version reads it. This is also the way from one
major version of the embedded server to the next.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg

from portico.platform.postgres import cluster
from portico.platform.postgres.account import launch
from portico.platform.postgres.binaries import Binaries, Choice, find_binaries, find_matching
from portico.platform.postgres.refusals import AlreadyThere, BackupFailed
from portico.platform.postgres.server import Log, running
from portico.platform.postgres.wire import outside_any_loop

# (done, total): bytes written so far and None for a backup; objects restored and their number for a restore.
Progress = Callable[[int, int | None], None]
REPORT_SECONDS = 0.2


def backup(
    *,
    data_dir: Path,
    to: Path,
    choice: Choice = Choice.AUTO,
    progress: Progress = lambda done, total: None,
    log: Log = lambda line: None,
) -> None:
    """Write all data as of one instant to `to`, while the server is in use or not. The file appears when it is whole.

    Refuses with `BackupFailed` (also if `to` exists), `DiskFull`, `ReadOnly`, or as `running` does.
    """
    if to.exists():
        raise BackupFailed(what=f"Cannot write {to}", reason="it exists already, and a backup never overwrites one")
    if not to.parent.is_dir():
        raise BackupFailed(what=f"Cannot write {to}", reason=f"there is no directory {to.parent}")
    home = cluster.open_home(data_dir)
    major = cluster.major_of(home)
    if major is None:
        raise BackupFailed(what=f"Cannot back up {home.data}", reason="there is no data yet")
    binaries = find_matching(choice, major=major, home=home.root, data=home.data)
    partial = to.with_name(to.name + ".partial")
    with running(data_dir=data_dir, choice=choice, join=True, log=log) as server, cluster.explaining(to):
        try:
            partial.unlink(missing_ok=True)
            partial.touch(mode=0o600)  # customers' data: for the eyes of its owner
            argv: list[str | Path] = [
                _tool(binaries, "pg_dump"),
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--file={partial}",
            ]
            for _ in _talk(argv, _environment(server.dsn), what=f"Cannot back up {home.data}", where=to):
                progress(partial.stat().st_size, None)
            cluster.sync_file(partial)
            os.rename(partial, to)
            cluster.sync_directory(to.parent)
        finally:
            partial.unlink(missing_ok=True)


def restore(
    *,
    data_dir: Path,
    source: Path,
    choice: Choice = Choice.AUTO,
    progress: Progress = lambda done, total: None,
    log: Log = lambda line: None,
) -> None:
    """Make the data directory from a backup, with the newest server at hand. All or nothing.

    Refuses with `AlreadyThere`, `BackupFailed` (not a backup, or made by a newer PostgreSQL), or as `running` does.
    """
    from portico.platform.postgres.keeper import serving, starting

    home = cluster.open_home(data_dir)
    with serving(home), starting(home):
        cluster.sweep(home)
        if cluster.major_of(home) is not None:
            raise AlreadyThere(data=home.data)
        tool, what = _tool(find_binaries(choice), "pg_restore"), f"Cannot restore {source}"
        # The table of contents is read first: what is no backup is refused before anything is made.
        listed = list(_talk([tool, "--list", source], {}, what=what, where=home.root))
        total = sum(1 for line in listed if line and not line.startswith(";"))
        command: list[str | Path] = [tool, "--exit-on-error", "--no-owner", "--no-privileges", "--verbose"]
        command += [f"--dbname={cluster.DATABASE}", source]
        with cluster.explaining(home.root), cluster.making(home) as aside:
            with running(data_dir=aside, choice=choice, log=log) as server:
                done = 0
                for line in _talk(command, _environment(server.dsn), what=what, where=home.root):
                    if ": creating " in line or ": processing data for " in line:
                        done = min(done + 1, total)
                        progress(done, total)
                outside_any_loop(_analyze(server.dsn))
                progress(total, total)
            cluster.settle(aside / "postgres", home)


async def _analyze(dsn: str) -> None:
    """Without statistics the first hour after a restore would be slow."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("analyze")
    finally:
        await connection.close()


def _tool(binaries: Binaries, name: str) -> Path:
    tool = binaries.program(name)
    if not os.access(tool, os.X_OK):
        raise BackupFailed(
            what=f"There is no {name} in {binaries.bin_dir}", reason="install PostgreSQL's client programs"
        )
    return tool


def _talk(argv: Sequence[str | Path], address: Mapping[str, str], *, what: str, where: Path) -> Iterator[str]:
    """Run a client program; yield each line it says, and an empty one now and then while it is silent."""
    with tempfile.TemporaryFile() as said:
        with launch(argv, account=None, environment=address, output=said.fileno()) as process:
            try:
                read = 0
                rest = b""
                while True:
                    ended = process.poll() is not None
                    piece = os.pread(said.fileno(), 1 << 20, read)
                    read += len(piece)
                    *lines, rest = (rest + piece).split(b"\n")
                    yield from (line.decode(errors="replace") for line in lines)
                    if ended and not piece:
                        break
                    if not piece:
                        yield ""
                        time.sleep(REPORT_SECONDS if not ended else 0)
            except BaseException:
                process.terminate()
                raise
        if process.returncode != 0:
            output = os.pread(said.fileno(), 100_000, max(0, read - 100_000)).decode(errors="replace")
            refusal = cluster.diagnose(output, where=where, what=what, log=None)
            if refusal.code != "postgres.start_failed":
                raise refusal
            errors = [line for line in output.splitlines() if "error" in line or "fatal" in line.lower()]
            raise BackupFailed(
                what=what, reason=(errors or output.splitlines()[-1:] or [f"status {process.returncode}"])[0]
            )


def _environment(dsn: str) -> Mapping[str, str]:
    """The address in variables: on the command line, everybody on the machine could read the password."""
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    return {
        "PGHOST": query["host"][0],
        "PGPORT": query["port"][0],
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.lstrip("/"),
    }

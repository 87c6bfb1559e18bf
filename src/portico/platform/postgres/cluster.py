"""The data directory: its layout, how it comes into being, and the settings it runs with.

DIR/postgres/                  the cluster, with our `portico.conf` and `portico.password` inside
DIR/postgres.log, .log.1       what the server says, cut at 8 MB
DIR/postgres.locks/            see `locks.py`
DIR/postgres.new-XXXXXX/       a cluster being made; one left behind by a killed start is removed by the next
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from portico.platform.postgres import processes
from portico.platform.postgres.account import Account, choose, entrance, give, run
from portico.platform.postgres.binaries import Binaries
from portico.platform.postgres.refusals import DiskFull, NotOurs, PortTrouble, PostgresRefused, ReadOnly, StartFailed

ROLE = "portico"
DATABASE = "portico"
PORT = 5432  # only a part of the socket's file name: nothing listens on TCP
SOCKET_NAME = f".s.PGSQL.{PORT}"
# sun_path holds 108 bytes on Linux, 104 on macOS and the BSDs, the closing zero included.
SOCKET_PATH_BYTES_MAX = 103
SOCKET_DIRECTORY_PREFIX = "portico-pg-"

INITDB_SECONDS_MAX = 120.0
# A fresh cluster takes 40 MB and its first WAL segments 32 MB; below this it would only fail later and less clearly.
ROOM_BYTES_MIN = 96_000_000

NEW_PREFIX = "postgres.new-"
SWEEPS_MAX, SWEEP_SECONDS = 20, 0.1
MARKER = "portico.made-this"

HBA = """\
# Written by Portico. Only the private Unix socket, only by password (scram-sha-256).
local all all scram-sha-256
"""

# Right for a small machine that also runs the application. A larger shop names its own server by URL, or puts its
# wishes into postgresql.auto.conf with ALTER SYSTEM, which wins over all of this.
SETTINGS: dict[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "cluster_name": "portico",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "checkpoint_timeout": "5min",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    # Portico sees a dead server within half a second; one that crashed should be back before that.
    "restart_after_crash": "on",
}
if sys.platform == "darwin":
    # Plain fsync on macOS leaves the data in the drive's cache.
    SETTINGS["wal_sync_method"] = "fsync_writethrough"


class Home(msgspec.Struct, frozen=True):
    """A data directory of Portico, and whose rights its server runs with (None: ours)."""

    root: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.root / "postgres"

    @property
    def log(self) -> Path:
        return self.root / "postgres.log"

    @property
    def locks(self) -> Path:
        return self.root / "postgres.locks"

    @property
    def password_file(self) -> Path:
        return self.data / "portico.password"


class PidFile(msgspec.Struct, frozen=True):
    """What `postmaster.pid` claims. Only a claim: the process may be long gone and its id somebody else's."""

    pid: int
    socket_directory: str
    ready: bool


def open_home(data_dir: Path) -> Home:
    """The data directory, made if it is missing. Refuses with `ReadOnly`, `DiskFull` or `CannotDropPrivileges`."""
    root = Path(os.path.abspath(data_dir))
    with explaining(root):
        account = choose(root / "postgres", root)
        if not root.exists():
            root.mkdir(mode=0o711 if account else 0o700, parents=True, exist_ok=True)
        # A write is the only honest answer to "can we write here?": modes know nothing of mounts, quotas or root.
        with tempfile.TemporaryFile(dir=root) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    return Home(root, account)


@contextlib.contextmanager
def explaining(where: Path) -> Iterator[None]:
    """Turn the errors of a full or unwritable disk into refusals that name the place."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(where=where, free_bytes=_free(where)) from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST):
            raise ReadOnly(where=where, reason=error.strerror or str(error)) from error
        raise


def _free(where: Path) -> int | None:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(where).free
    return None


def major_of(home: Home) -> int | None:
    """The major version that wrote the cluster; None if there is none yet. Refuses with `NotOurs` for anything else."""
    data = home.data
    if not os.path.lexists(data):
        return None
    try:
        if not data.is_dir():
            raise NotOurs(where=data, reason="is not a directory")
        content = {entry.name for entry in data.iterdir()}
        if not content:
            return None
        if "PG_VERSION" not in content:
            raise NotOurs(where=data, reason="holds files, but no PostgreSQL data")
        version = (data / "PG_VERSION").read_text().strip().split(".")[0]
        owner = data.stat().st_uid
    except PermissionError:
        raise NotOurs(where=data, reason="belongs to another user") from None
    if not version.isdigit():
        raise NotOurs(where=data, reason=f"names {version!r} as its PostgreSQL version")
    if owner != (ours := home.account.uid if home.account else os.geteuid()):
        raise NotOurs(where=data, reason=f"belongs to uid {owner}, while the server would run as uid {ours}")
    return int(version)


def password_of(home: Home) -> str:
    """The password of our role. Refuses with `NotOurs` for a cluster that Portico did not make."""
    try:
        return home.password_file.read_text().strip()
    except OSError as error:
        reason = f"was not made by Portico, or has lost its {home.password_file.name} ({error.strerror})"
        raise NotOurs(where=home.data, reason=reason) from None


def create(home: Home, binaries: Binaries) -> None:
    """Make the cluster aside and rename it into place, so that it exists whole or not at all.

    The caller holds the starting lock. Refuses with `DiskFull`, `ReadOnly` or `StartFailed`; a failed attempt is removed.
    """
    if (free := _free(home.root)) is not None and free < ROOM_BYTES_MIN:
        raise DiskFull(where=home.root, free_bytes=free)
    with explaining(home.root), making(home) as aside:
        _initialize(aside, home, binaries)
        settle(aside / "data", home)


@contextlib.contextmanager
def making(home: Home) -> Iterator[Path]:
    """A directory to make a cluster in, marked as ours, and gone at the end."""
    aside = Path(tempfile.mkdtemp(prefix=NEW_PREFIX, dir=home.root))
    try:
        (aside / MARKER).write_text(f"{os.getpid()}\n")
        yield aside
    finally:
        _discard(aside)


def _discard(aside: Path) -> None:
    """Remove what was being made; the marker goes last, so that what cannot be removed now is known as ours later."""
    inside = [aside / "data", aside / "postgres"]  # of a first start, of a restore
    for directory in inside:
        shutil.rmtree(directory, ignore_errors=True)
    if not any(directory.exists() for directory in inside):
        shutil.rmtree(aside, ignore_errors=True)


def settle(made: Path, home: Home) -> None:
    """Put a finished cluster into its place, durably."""
    os.rename(made, home.data)
    sync_directory(home.root)


def _initialize(aside: Path, home: Home, binaries: Binaries) -> None:
    data, password = aside / "data", aside / "portico.password"
    data.mkdir(mode=0o700)
    password.touch(mode=0o600)
    password.write_text(secrets.token_hex(24) + "\n")
    for path in (aside, data, password):
        give(path, account=home.account)
    with entrance(data, account=home.account, major=binaries.major) as way:
        argv: list[str | Path] = [
            binaries.program("initdb"),
            f"--pgdata={way.name}",
            f"--username={ROLE}",
            f"--pwfile={way.name}/../{password.name}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--data-checksums",
            *_locale(binaries.major),
        ]
        try:
            status, output = run(argv, account=home.account, way=way, seconds_max=INITDB_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            raise StartFailed(what=f"initdb did not end within {INITDB_SECONDS_MAX:.0f} s", log=None, tail="") from None
    if status != 0:
        raise diagnose(output, where=home.root, what=f"initdb failed with status {status}", log=None)
    with (data / "postgresql.conf").open("a") as file:
        file.write(
            "\n# The settings of Portico, written anew at each start; ALTER SYSTEM wins over them.\ninclude 'portico.conf'\n"
        )
    (data / "pg_hba.conf").write_text(HBA)
    (data / "portico.conf").write_text(_conf("."))
    os.rename(password, data / password.name)
    for name in ("postgresql.conf", "pg_hba.conf", "portico.conf", password.name):
        give(data / name, account=home.account)
        sync_file(data / name)
    sync_directory(data)


def _locale(major: int) -> list[str]:
    """C.UTF-8: code point order, which never changes with the C library. PostgreSQL has its own from 17 on."""
    ctype = "C.UTF-8" if sys.platform == "linux" else "C"
    if major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", f"--lc-ctype={ctype}"]
    return ["--locale-provider=libc", f"--locale={ctype}"]


def _conf(socket_directory: str) -> str:
    settings = SETTINGS | {"unix_socket_directories": socket_directory}
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def configure(home: Home) -> Path:
    """Write the settings for the next start; return the directory of the socket.

    The socket lives in the data directory, which nobody else may enter, and is named relative to it. Where the path would
    be too long for clients, it goes to a private directory under /tmp, the same one again after a crash.
    """
    directory, setting = home.data, "."
    # Clients read a comma as the beginning of another server's address.
    if len(os.fsencode(home.data / SOCKET_NAME)) > SOCKET_PATH_BYTES_MAX or "," in str(home.data):
        directory = _earlier_socket_directory(home) or Path(
            tempfile.mkdtemp(prefix=SOCKET_DIRECTORY_PREFIX, dir="/tmp")
        )
        give(directory, account=home.account)
        setting = str(directory)
    with explaining(home.data):
        fresh = home.data / "portico.conf.new"
        fresh.write_text(_conf(setting))
        give(fresh, account=home.account)
        sync_file(fresh)
        os.replace(fresh, home.data / "portico.conf")
    return directory


def _earlier_socket_directory(home: Home) -> Path | None:
    """The directory under /tmp that the last start used, if it is still there and still nobody else's."""
    match = re.search(r"^unix_socket_directories = '(.+)'$", (home.data / "portico.conf").read_text(), re.MULTILINE)
    directory = Path(match[1]) if match else Path()
    if not _is_socket_directory(directory) or directory.is_symlink() or not directory.is_dir():
        return None
    status = directory.stat()
    owner = home.account.uid if home.account else os.geteuid()
    return directory if status.st_uid == owner and not status.st_mode & 0o077 else None


def _is_socket_directory(directory: Path) -> bool:
    return directory.name.startswith(SOCKET_DIRECTORY_PREFIX) and directory.parent == Path("/tmp")


def read_pid_file(home: Home) -> PidFile | None:
    """What `postmaster.pid` says; None if it is missing or not (yet) whole."""
    try:
        lines = (home.data / "postmaster.pid").read_text().splitlines()
        return PidFile(int(lines[0]), lines[4].strip(), len(lines) > 7 and lines[7].strip() == "ready")
    except (OSError, ValueError, IndexError):
        return None


def socket_directory(home: Home, pid_file: PidFile) -> Path:
    return home.data if pid_file.socket_directory in ("", ".") else Path(pid_file.socket_directory)


def clear_traces(home: Home) -> None:
    """Remove what a dead server left and a new one would trip over, should the old pid be somebody else's by now.

    The caller has proven that no server works in the data directory.
    """
    pid_file = read_pid_file(home)
    directory = socket_directory(home, pid_file) if pid_file else home.data
    if directory == home.data or _is_socket_directory(directory):
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (directory / name).unlink(missing_ok=True)
    (home.data / "postmaster.pid").unlink(missing_ok=True)


def drop_socket_directory(directory: Path) -> None:
    """Remove a directory made by `configure`, once the server has taken its socket out of it; any other is left alone."""
    if _is_socket_directory(directory):
        with contextlib.suppress(OSError):
            directory.rmdir()


def sweep(home: Home) -> None:
    """Remove clusters half made by starts that were killed. The caller holds the starting lock, so none is in the making;
    each is proven ours by its name, its owner and the marker in it, and an `initdb` still busy in it is ended first."""
    owners = {os.geteuid(), home.account.uid if home.account else os.geteuid()}
    for stray in home.root.glob(NEW_PREFIX + "*"):
        if stray.is_symlink() or not stray.is_dir() or stray.stat().st_uid not in owners or not _made_by_us(stray):
            continue
        # More than once: the program that initdb had just begun when it was killed may only now show itself.
        for _ in range(SWEEPS_MAX):
            _end_initdb(stray)
            _discard(stray)
            if not stray.exists():
                break
            time.sleep(SWEEP_SECONDS)


def _end_initdb(stray: Path) -> None:
    programs = processes.SERVER | {"initdb"}
    for directory in (stray / "data", stray / "postgres"):
        for process in processes.working_in(directory, programs=programs):
            processes.send(process, signal.SIGKILL, directory=directory, programs=programs)
            processes.wait_gone([process], seconds_max=5)


def _made_by_us(stray: Path) -> bool:
    # A start killed between making the directory and its marker leaves it empty.
    return (stray / MARKER).is_file() or not any(stray.iterdir())


def diagnose(output: str, *, where: Path, what: str, log: Path | None) -> PostgresRefused:
    """The refusal that fits what a failing PostgreSQL program said (it is run with LC_ALL=C, so in English)."""
    tail = "\n".join(output.strip().splitlines()[-8:])
    symptoms: list[tuple[str, Literal["full", "read_only", "socket"]]] = [
        ("No space left on device", "full"),
        ("Disk quota exceeded", "full"),
        ("File too large", "full"),
        ("Read-only file system", "read_only"),
        ("could not create any Unix-domain sockets", "socket"),
        ("Permission denied", "read_only"),
    ]
    for symptom, kind in symptoms:
        if symptom in output:
            line = next(line for line in output.splitlines() if symptom in line)
            if kind == "full":
                return DiskFull(where=where, free_bytes=_free(where))
            return ReadOnly(where=where, reason=line) if kind == "read_only" else PortTrouble(where=where, reason=line)
    return StartFailed(what=what, log=log, tail=tail)


def sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

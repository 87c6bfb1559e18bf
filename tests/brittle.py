"""A process that dies: its database connection is cut and nothing after it happens, at any statement or commit that is chosen."""

from typing import Any

import asyncpg

from portico.platform.db import Database


class Died(BaseException):
    """The process is gone. No handler of the application's catches it."""


class Fate:
    """Counts what happens, and says when it is over."""

    def __init__(self, die_at: int | None) -> None:
        self.die_at, self.steps = die_at, 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.die_at:
            raise Died

    @property
    def over(self) -> bool:
        return self.die_at is not None and self.steps >= self.die_at


class Brittle(Database):
    """A database as one process sees it, that dies as `fate` says: before a statement, before a commit, or right after one."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", fate: Fate) -> None:
        super().__init__(_Pool(pool, fate))  # type: ignore[arg-type]


class _Pool:
    def __init__(self, pool: Any, fate: Fate) -> None:
        self._pool, self._fate = pool, fate

    def acquire(self) -> "_Acquired":
        return _Acquired(self._pool.acquire(), self._fate)


class _Acquired:
    def __init__(self, acquiring: Any, fate: Fate) -> None:
        self._acquiring, self._fate = acquiring, fate

    async def __aenter__(self) -> "_Connection":
        return _Connection(await self._acquiring.__aenter__(), self._fate)

    async def __aexit__(self, *error: Any) -> None:
        await self._acquiring.__aexit__(*error)


class _Connection:
    def __init__(self, connection: Any, fate: Fate) -> None:
        self._connection, self._fate = connection, fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connection, name)
        if name not in ("fetch", "fetchrow", "execute", "copy_records_to_table"):
            return found

        async def counted(*args: Any, **more: Any) -> Any:
            self._fate.step()
            return await found(*args, **more)

        return counted

    def transaction(self, **options: Any) -> "_Transaction":
        return _Transaction(self._connection.transaction(**options), self._fate)


class _Transaction:
    def __init__(self, transaction: Any, fate: Fate) -> None:
        self._transaction, self._fate = transaction, fate

    async def start(self) -> None:
        await self._transaction.start()

    async def commit(self) -> None:
        self._fate.step()
        await self._transaction.commit()
        self._fate.step()

    async def rollback(self) -> None:
        await self._transaction.rollback()

    async def __aenter__(self) -> None:
        await self._transaction.__aenter__()

    async def __aexit__(self, *error: Any) -> None:
        await self._transaction.__aexit__(*error)

"""A PostgreSQL to work with, wherever it comes from."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from portico.platform.postgres.binaries import Choice
from portico.platform.postgres.refusals import Unsupported
from portico.platform.postgres.wire import check_url

Log = Callable[[str], None]


class Server(msgspec.Struct, frozen=True):
    """A server to use. `started` is whether this process started it; `data_dir` is None for a server named by URL."""

    dsn: str
    source: Literal["url", "system", "wheel"]
    version: str
    data_dir: Path | None
    started: bool


@contextlib.contextmanager
def running(
    *,
    data_dir: Path,
    choice: Choice = Choice.AUTO,
    database_url: str | None = None,
    join: bool = False,
    log: Log = lambda line: None,
) -> Iterator[Server]:
    """A PostgreSQL server for the length of the block: the one named by URL, or the embedded one of the data directory.

    One process per data directory may serve; a second is refused with `LockedByOther` after two seconds. With `join` (for
    commands) the server is shared with whoever runs it, and started only if nobody does. Whoever leaves last stops it.
    A server whose app was killed is adopted, and one that dies during the block is started again at the same address.
    Refuses with a `PostgresRefused`; needs no event loop and may be called inside one. `log` may be called from a thread.
    """
    if database_url:
        yield Server(dsn=database_url, source="url", version=check_url(database_url), data_dir=None, started=False)
        return
    if sys.platform == "win32":
        raise Unsupported
    # What follows needs Unix: imported here, so that the rest of Portico can be used with a URL elsewhere.
    from portico.platform.postgres.keeper import keeping

    with keeping(data_dir=data_dir, choice=choice, join=join, log=log) as server:
        yield server

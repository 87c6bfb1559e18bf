"""Who may start, who serves, and who is last to leave.

Three lock files under DIR/postgres.locks/. `flock` ties each to a living process: the system opens it when the process
ends, however it ends, so none can be stale.

    starting   held for the moment in which the server is started, adopted or stopped
    serving    held by the one `portico serve` of a data directory, with its pid inside
    using      shared by everyone who uses the server; who leaves and can take it alone was the last, and stops the server
"""

import fcntl
import os
import time
from pathlib import Path
from typing import Literal

from portico.platform.postgres.account import give
from portico.platform.postgres.cluster import Home, explaining

POLL_SECONDS = 0.02


class Lock:
    """One lock file. Not reentrant; one object per holder."""

    def __init__(self, home: Home, name: Literal["starting", "serving", "using"]) -> None:
        self.path: Path = home.locks / name
        with explaining(home.locks):
            if not home.locks.exists():
                home.locks.mkdir(mode=0o700, exist_ok=True)
                give(home.locks, account=home.account)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            give(self.path, account=home.account)

    def take(self, *, shared: bool = False, seconds_max: float = 0.0) -> bool:
        """Try for that long; whether the lock is now held."""
        until = time.monotonic() + seconds_max
        while True:
            try:
                fcntl.flock(self._handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(POLL_SECONDS)

    def sign(self) -> None:
        """Leave our pid for whoever is refused."""
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, str(os.getpid()).encode(), 0)

    def signature(self) -> int | None:
        """The pid that the holder left."""
        text = os.pread(self._handle, 20, 0).decode(errors="replace")
        return int(text) if text.isdigit() else None

    def close(self) -> None:
        """Give the lock back, also for children that inherited the handle by a fork. Idempotent."""
        if self._handle >= 0:
            fcntl.flock(self._handle, fcntl.LOCK_UN)
            os.close(self._handle)
            self._handle = -1

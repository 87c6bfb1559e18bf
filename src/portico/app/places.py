"""Who sells, as a reader keeps it."""

import time

from portico.business import api as business
from portico.business.api import Directory
from portico.platform.db import Tx


class Places:
    """Read again when it is older than a few seconds."""

    KEEP_SECONDS = 5.0

    def __init__(self) -> None:
        self._directory: Directory | None = None
        self._until = 0.0

    async def __call__(self, tx: Tx) -> Directory:
        if self._directory is None or time.monotonic() > self._until:
            self._directory, self._until = await business.directory(tx), time.monotonic() + self.KEEP_SECONDS
        return self._directory

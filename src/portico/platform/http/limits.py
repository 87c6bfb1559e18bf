"""Token buckets in memory: how often one asker may knock. Per process; the database's own counters guard secrets."""

import time
from collections import OrderedDict

BUCKETS_MAX = 50_000


class Limit:
    """`per_minute` on average, in bursts of up to as many. 0 lets everything pass."""

    def __init__(self, per_minute: int) -> None:
        self._per_second, self._burst = per_minute / 60, float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def passes(self, key: str) -> bool:
        if not self._burst:
            return True
        now = time.monotonic()
        left, since = self._buckets.get(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        passes = left >= 1
        self._buckets[key] = (left - 1 if passes else left, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)
        return passes

"""REST routes of the stockroom."""

from typing import Any

from portico.inventory.http import backorders, counts, holdings, holds, inbounds, leases, lots, policies

routes: list[Any] = [
    *policies.routes, *inbounds.routes, *counts.routes, *leases.routes, *holds.routes, *backorders.routes, *lots.routes,
    *holdings.routes,
]  # fmt: skip

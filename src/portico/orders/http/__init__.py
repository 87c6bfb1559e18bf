"""REST routes of orders."""

from typing import Any

from portico.orders.http import (
    batch,
    changing,
    earning,
    editing,
    households,
    owing,
    paying,
    placing,
    refunding,
    showing,
    trying,
    unfetched,
    working,
)
from portico.orders.http.placing import place_and_show

__all__ = ["place_and_show", "routes"]

routes: list[Any] = [
    *placing.routes, *batch.routes, *showing.routes, *changing.routes, *paying.routes, *editing.routes, *working.routes, *unfetched.routes,
    *owing.routes, *refunding.routes, *trying.routes, *earning.routes, *households.routes,
]  # fmt: skip

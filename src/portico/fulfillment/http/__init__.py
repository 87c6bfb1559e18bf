"""REST routes of fulfillment."""

from typing import Any

from portico.fulfillment.http import network, sourcing

routes: list[Any] = [*network.routes, *sourcing.routes]

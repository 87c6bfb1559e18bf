"""REST routes of fulfillment."""

from typing import Any

from portico.fulfillment.http import network, promising, sourcing

routes: list[Any] = [*promising.routes, *network.routes, *sourcing.routes]

"""REST routes of fulfillment."""

from typing import Any

from portico.fulfillment.http import areas, network, promising, sourcing

routes: list[Any] = [*promising.routes, *network.routes, *areas.routes, *sourcing.routes]

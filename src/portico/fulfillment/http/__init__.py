"""REST routes of fulfillment."""

from typing import Any

from portico.fulfillment.http import areas, network, promising, sourcing, waves, work

routes: list[Any] = [*promising.routes, *network.routes, *areas.routes, *sourcing.routes, *work.routes, *waves.routes]

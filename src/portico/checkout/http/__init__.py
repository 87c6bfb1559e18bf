"""REST routes of checkouts."""

from typing import Any

from portico.checkout.http import buying, completing, editing

routes: list[Any] = [*editing.routes, *completing.routes, *buying.routes]

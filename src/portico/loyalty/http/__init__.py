"""REST routes of stored value."""

from typing import Any

from portico.loyalty.http import batches, cards, members, passes, programmes, wallet

routes: list[Any] = [
    *cards.routes,
    *batches.routes,
    *programmes.routes,
    *members.routes,
    *wallet.routes,
    *passes.routes,
]

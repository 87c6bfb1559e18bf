"""REST routes of returns."""

from typing import Any

from portico.returns.http import asking, finding, policies, stepping

routes: list[Any] = [*finding.routes, *asking.routes, *stepping.routes, *policies.routes]

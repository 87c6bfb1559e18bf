"""REST routes of returns."""

from typing import Any

from portico.returns.http import asking, finding, labels, policies, stepping

routes: list[Any] = [*finding.routes, *asking.routes, *stepping.routes, *labels.routes, *policies.routes]

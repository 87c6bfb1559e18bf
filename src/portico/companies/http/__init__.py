"""REST routes of companies and households."""

from typing import Any

from portico.companies.http import buyers, companies, households, mine

routes: list[Any] = [*companies.routes, *buyers.routes, *mine.routes, *households.routes]

"""REST routes of privacy."""

from typing import Any

from portico.privacy.http import consents, office, requests

routes: list[Any] = [*consents.routes, *requests.routes, *office.routes]

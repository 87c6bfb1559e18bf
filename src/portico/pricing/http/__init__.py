"""REST routes of prices, price lists, carriage, promotions, coupons and quotes."""

from typing import Any

from portico.pricing.http import carriage, coupons, lists, promotions, quotes

routes: list[Any] = [*lists.routes, *carriage.routes, *promotions.routes, *coupons.routes, *quotes.routes]

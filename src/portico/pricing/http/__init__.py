"""REST routes of prices, price lists, promotions, coupons and quotes."""

from typing import Any

from portico.pricing.http import coupons, lists, promotions, quotes

routes: list[Any] = [*lists.routes, *promotions.routes, *coupons.routes, *quotes.routes]

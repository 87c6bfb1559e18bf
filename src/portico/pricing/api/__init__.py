"""What others may ask of pricing: prices, lists, promotions, coupons, and what baskets cost."""

from portico.pricing.api import carriage, coupons, lists, promotions
from portico.pricing.api.own import prices, put_prices, put_rates, rates
from portico.pricing.api.quoting import discount_again, quote, terms
from portico.pricing.api.redeeming import Redeem, redeem, redeemed, revise
from portico.pricing.api.showing import ToShow, show
from portico.pricing.api.trying import Past, Tried, try_rule
from portico.pricing.rules.amounts import price_lines

__all__ = [
    "Past",
    "Redeem",
    "ToShow",
    "Tried",
    "carriage",
    "coupons",
    "discount_again",
    "lists",
    "price_lines",
    "prices",
    "promotions",
    "put_prices",
    "put_rates",
    "quote",
    "rates",
    "redeem",
    "redeemed",
    "revise",
    "show",
    "terms",
    "try_rule",
]

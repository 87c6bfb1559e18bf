"""Prices, what changes them, and the totals they add up to."""

from portico.pricing.types.amounts import (
    AmountTooLarge,
    LineItemId,
    NoPrice,
    Price,
    Priced,
    PricedLine,
    TaxLine,
    TaxRate,
    ToPrice,
    Total,
    TotalType,
)
from portico.pricing.types.carriage import CarriageRate, CarriageRates, CarriageStep
from portico.pricing.types.coupons import CouponUsed, TooManyCoupons, UnknownCoupon
from portico.pricing.types.evaluating import Declined, Level, Why
from portico.pricing.types.lists import PriceListId
from portico.pricing.types.promotions import Promotion, PromotionEnded, PromotionId, Rule
from portico.pricing.types.quoting import (
    CODES_MAX,
    Asker,
    CarriageCharge,
    CouponUse,
    Discount,
    QuoteAsk,
    Quoted,
    QuotedLine,
    QuoteLine,
    Reduction,
    Shown,
)

__all__ = [
    "CODES_MAX",
    "AmountTooLarge",
    "Asker",
    "CarriageCharge",
    "CarriageRate",
    "CarriageRates",
    "CarriageStep",
    "CouponUse",
    "CouponUsed",
    "Declined",
    "Discount",
    "Level",
    "LineItemId",
    "NoPrice",
    "Price",
    "PriceListId",
    "Priced",
    "PricedLine",
    "Promotion",
    "PromotionEnded",
    "PromotionId",
    "QuoteAsk",
    "QuoteLine",
    "Quoted",
    "QuotedLine",
    "Reduction",
    "Rule",
    "Shown",
    "TaxLine",
    "TaxRate",
    "ToPrice",
    "TooManyCoupons",
    "Total",
    "TotalType",
    "UnknownCoupon",
    "Why",
]

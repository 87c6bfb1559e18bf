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
from portico.pricing.types.coupons import CouponUsed, UnknownCoupon
from portico.pricing.types.evaluating import Level
from portico.pricing.types.promotions import PromotionEnded, PromotionId
from portico.pricing.types.quoting import Discount, QuoteAsk, Quoted, QuotedLine, QuoteLine

__all__ = [
    "AmountTooLarge",
    "CouponUsed",
    "Discount",
    "Level",
    "LineItemId",
    "NoPrice",
    "Price",
    "Priced",
    "PricedLine",
    "PromotionEnded",
    "PromotionId",
    "QuoteAsk",
    "QuoteLine",
    "Quoted",
    "QuotedLine",
    "TaxLine",
    "TaxRate",
    "ToPrice",
    "Total",
    "TotalType",
    "UnknownCoupon",
]

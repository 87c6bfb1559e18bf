"""What bringing goods is charged: rates as data."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from portico.business.types import MarketId
from portico.platform.refusals import Refused

METHODS = ("collect", "drive_up", "ship", "ship_to_store", "local_delivery")  # what is taken along is never charged
BROUGHT = ("ship", "local_delivery")  # to where the buyer is
RATES_MAX = 100  # of a market
STEPS_MAX = 20  # of a rate
VERSIONS_SHOWN = 50


class CarriageStep(msgspec.Struct, frozen=True):
    """From goods that come to `from_amount` on, `amount`; both in the terms of the market's prices."""

    from_amount: int
    amount: int


class CarriageRate(msgspec.Struct, frozen=True, kw_only=True):
    """What a method costs the buyer. Empty `countries` (ISO 3166-1) and `channels` (codes or kinds) hold for all; of several rates the one
    that names the country goes first, then the one that names the channel. Taxed as goods of `tax_category` are."""

    method: str
    steps: tuple[CarriageStep, ...]
    countries: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    tax_category: str = "standard"


class CarriageRates(msgspec.Struct, frozen=True):
    """A market's rates; version 0: none were ever set, and nothing is charged."""

    market_id: MarketId
    version: int = 0
    rates: tuple[CarriageRate, ...] = ()
    actor_name: str = ""
    changed_at: datetime | None = None


class CarriageDue(msgspec.Struct, frozen=True):
    """What a basket would pay before promotions; from goods of `free_from` on it would be nothing, and `missing` is what they lack for
    that."""

    rate: CarriageRate
    amount: int
    free_from: int | None
    missing: int


@dataclass(eq=False)
class BadCarriage(Refused):
    """No rate can be so: `field` says which and what of it."""

    code, status = "pricing.bad_carriage", 422
    field: str
    problem: str


@dataclass(eq=False)
class CarriageOutdated(Refused):
    """Somebody else has set rates meanwhile: look again."""

    code, status = "pricing.carriage_outdated", 409
    version: int

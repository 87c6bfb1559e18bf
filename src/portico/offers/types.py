"""What a face shows of an item: its facts with the price of a market and what is available there."""

from datetime import date, datetime

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import (
    Attribute,
    CategoryHead,
    ItemId,
    Option,
    Picture,
    Status,
    Tracking,
    VariantId,
)
from portico.inventory.types import BackorderKind, Coming
from portico.pricing.types import Reduction


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A sellable unit with its price. `price` is None where the market has none: it is shown, and cannot be bought. It is before
    promotions; `reduction` is what whoever buys one of it has."""

    id: VariantId
    item_id: ItemId
    item_slug: str
    public_id: str
    sku: str
    title: str
    item_title: str
    options: dict[str, str]
    image_url: str | None
    image_alt: str
    barcodes: tuple[str, ...]
    unit: str
    scale: int
    tax_category: str
    status: Status
    tracking: Tracking
    price: int | None
    currency: str
    exponent: int
    available: int
    reduction: Reduction | None = None
    category_slug: str | None = None


class ItemBrief(msgspec.Struct, frozen=True, kw_only=True):
    """An item in a list: from what price to what price, and how many there are over the locations asked for. Prices are before
    promotions; `reduction` is of the cheapest variant that has one."""

    id: ItemId
    slug: str
    title: str
    category: CategoryHead | None
    image_url: str | None
    image_alt: str
    price_from: int | None
    price_to: int | None
    currency: str
    exponent: int
    variant_count: int
    available: int
    reduction: Reduction | None = None


class ItemPage(msgspec.Struct, frozen=True):
    items: tuple[ItemBrief, ...]
    next_cursor: str | None
    total: int | None


class ItemOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An item whole, with an offer per variant."""

    id: ItemId
    slug: str
    title: str
    category: CategoryHead | None
    image_url: str | None
    image_alt: str
    description: str
    attributes: tuple[Attribute, ...]
    media: tuple[Picture, ...]
    options: tuple[Option, ...]
    variants: tuple[Offer, ...]
    price_from: int | None
    price_to: int | None
    currency: str
    exponent: int
    variant_count: int
    available: int
    reduction: Reduction | None = None


class Ahead(msgspec.Struct, frozen=True):
    """How many more may be promised before they are there, and when they are expected."""

    kind: BackorderKind
    quantity: int
    expected_on: date


class Availability(msgspec.Struct, frozen=True):
    """What a channel may promise at a location. `collectable` is for who fetches it later: less what the shelf may have
    lost; `confidence` is how sure it is that a first one is there, 0..1. `low`: few are left, by the retailer's rule.
    `on_hand` is told to staff only.
    """

    variant_id: VariantId
    location_id: LocationId
    available: int
    collectable: int = 0
    low: bool = False
    confidence: float = 0.0
    backorder: Ahead | None = None
    on_hand: int | None = None


class AvailabilityPage(msgspec.Struct, frozen=True):
    items: tuple[Availability, ...]
    as_of: datetime


class StockAt(msgspec.Struct, frozen=True):
    """How many stand at a location, state by state; `reserved` is part of what is on hand."""

    location_id: LocationId
    location_code: str
    location_name: str
    on_hand: int
    reserved: int
    available: int
    picked: int
    in_transit: int
    to_inspect: int
    damaged: int


class StockRow(msgspec.Struct, frozen=True):
    """A variant and how many of it there are, everywhere and per location."""

    variant: Offer
    total_on_hand: int
    total_reserved: int
    total_available: int
    locations: tuple[StockAt, ...]


class StockPage(msgspec.Struct, frozen=True):
    items: tuple[StockRow, ...]
    next_cursor: str | None


class StandingAt(msgspec.Struct, frozen=True, kw_only=True):
    """What stands of one variant at a location, state by state. `reserved` and `expired` are part of what is on hand.

    `confidence` is how sure it is that a first free unit is on its shelf, 0..1, and follows from when it was last counted;
    `collectable` is what may be promised to who fetches it later, on the asking channel. `ahead` is what may be promised beyond.
    """

    location_id: LocationId
    location_code: str
    location_name: str
    on_hand: int
    reserved: int
    available: int
    expired: int
    picked: int
    in_transit: int
    to_inspect: int
    damaged: int
    collectable: int
    confidence: float
    counted_at: datetime | None
    ahead: Ahead | None


class StandingTotal(msgspec.Struct, frozen=True):
    on_hand: int
    reserved: int
    available: int
    picked: int
    in_transit: int
    to_inspect: int
    damaged: int


class Part(msgspec.Struct, frozen=True):
    """A component of a bundle: so many steps of it are in one."""

    variant: Offer
    quantity: int


class VariantStock(msgspec.Struct, frozen=True, kw_only=True):
    """One variant's stock, whole: at every place that has or had any, by name, and what is still to come.

    A bundle has no stock of its own: `parts` are what it is made of, and of its places only what they allow is told.
    """

    variant: Offer
    tracking: Tracking
    parts: tuple[Part, ...]
    total: StandingTotal
    locations: tuple[StandingAt, ...]
    coming: tuple[Coming, ...]
    next_cursor: LocationId | None

"""Carts as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.companies.types import CompanyId
from portico.customers.types import CustomerId
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

LINES_MAX = 100
QUANTITY_MAX = 1_000_000_000


class CartId(Id, prefix="cart"):
    __slots__ = ()


class ChangeId(Id, prefix="chg"):
    __slots__ = ()


class BatonId(Id, prefix="btn"):
    __slots__ = ()


class ChangeKind(StrEnum):
    CREATED = "created"
    ADDED = "added"
    QUANTITY = "quantity"
    SWAPPED = "swapped"
    REMOVED = "removed"
    OWNER = "owner"
    MERGED = "merged"
    HANDED_OVER = "handed_over"
    ORDERED = "ordered"
    COUPON_ADDED = "coupon_added"
    COUPON_REMOVED = "coupon_removed"
    COMPANY = "company"
    REQUESTED = "requested"


class Line(msgspec.Struct, frozen=True):
    id: LineItemId
    cart_id: CartId
    variant_id: VariantId
    quantity: int
    parent_id: LineItemId | None
    actor: str
    actor_name: str
    channel_id: UUID | None
    added_at: datetime


class Head(msgspec.Struct, frozen=True):
    """A cart's own row. It belongs to a customer, to a guest's browser, or (at a till) to nobody yet."""

    id: CartId
    market_id: MarketId
    customer_id: CustomerId | None
    guest_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime
    codes: tuple[str, ...] = ()  # of coupons
    company_id: CompanyId | None = None  # for which it is bought
    po_number: str = ""  # the company's own purchase order


class Change(msgspec.Struct, frozen=True):
    """What was done to a cart, by whom, through which channel."""

    id: ChangeId
    cart_id: CartId
    version: int
    kind: ChangeKind
    line_id: LineItemId | None
    variant_id: VariantId | None
    from_quantity: int | None
    to_quantity: int | None
    from_variant_id: VariantId | None
    actor: str
    actor_name: str
    channel_id: UUID | None
    at: datetime


class Cart(msgspec.Struct, frozen=True):
    head: Head
    lines: tuple[Line, ...]


class Owner(msgspec.Struct, frozen=True):
    """Whose cart: a customer's or a guest's; neither for a cart begun at a till."""

    customer_id: CustomerId | None = None
    guest_id: UUID | None = None


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One edit of a cart's lines: add (no line_id), set a quantity (0 removes), swap the variant."""

    cart_id: CartId
    by: Hand
    line_id: LineItemId | None = None
    variant_id: VariantId | None = None
    quantity: int | None = None
    parent_id: LineItemId | None = None


class Baton(msgspec.Struct, frozen=True):
    """The right to take over a cart, as it is shown to the customer."""

    id: BatonId
    cart_id: CartId
    code: str
    token: str
    expires_at: datetime


@dataclass(eq=False)
class UnknownLine(Refused):
    code, status = "carts.unknown_line", 404
    line_id: LineItemId


@dataclass(eq=False)
class UnknownVariant(Refused):
    code, status = "carts.unknown_variant", 404
    variant_id: VariantId


@dataclass(eq=False)
class BadQuantity(Refused):
    code, status = "carts.bad_quantity", 422
    quantity: int
    quantity_max: int = QUANTITY_MAX


@dataclass(eq=False)
class CartFull(Refused):
    code, status = "carts.full", 409
    lines_max: int = LINES_MAX


@dataclass(eq=False)
class BatonUnknown(Refused):
    """No such code, or a token that was not signed by us."""

    code, status = "baton.unknown", 404


@dataclass(eq=False)
class BatonExpired(Refused):
    code, status = "baton.expired", 410


@dataclass(eq=False)
class BatonUsed(Refused):
    """A baton is passed once."""

    code, status = "baton.used", 410


@dataclass(eq=False)
class BatonOfAnother(Refused):
    """The basket belongs to another customer."""

    code, status = "baton.of_another", 403


@dataclass(eq=False)
class OtherMarket(Refused):
    """The basket's prices are of another market than this till's."""

    code, status = "baton.other_market", 409
    market: str

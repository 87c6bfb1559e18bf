"""Who sells, as values."""

from datetime import date, datetime, time
from enum import StrEnum

import msgspec

from portico.platform.ids import Id

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG


class BrandId(Id, prefix="brd"):
    __slots__ = ()


class MarketId(Id, prefix="mkt"):
    __slots__ = ()


class ChannelId(Id, prefix="chn"):
    __slots__ = ()


class LocationId(Id, prefix="loc"):
    __slots__ = ()


class TillId(Id, prefix="til"):
    __slots__ = ()


class StaffId(Id, prefix="stf"):
    __slots__ = ()


class LocationKind(StrEnum):
    STORE = "store"
    WAREHOUSE = "warehouse"


class Brand(msgspec.Struct, frozen=True):
    """How a brand looks and sounds. `accent` is #rrggbb; everything else of its look is derived from this row."""

    id: BrandId
    slug: str
    name: str
    taglines: dict[str, str]
    accent: str
    radius_px: int
    font: str
    logo_svg: str
    tone: str


class Market(msgspec.Struct, frozen=True):
    """A country or region with its own currency and prices."""

    id: MarketId
    code: str
    brand_id: BrandId
    name: str
    country: str
    currency: str
    language: str
    taxes_included: bool


class Channel(msgspec.Struct, frozen=True):
    id: ChannelId
    code: str
    kind: str
    name: str
    market_id: MarketId | None


class Hours(msgspec.Struct, frozen=True, order=True):
    """Open on `weekday` (Monday is 1) from `opens` until right before `closes`, by the clocks of the place."""

    weekday: int
    opens: time
    closes: time


class SpecialHours(msgspec.Struct, frozen=True, order=True):
    """A date with hours of its own; without any: closed."""

    day: date
    opens: time | None = None
    closes: time | None = None
    reason: str = ""


class Address(msgspec.Struct, frozen=True):
    """schema.org's PostalAddress."""

    street_address: str
    address_locality: str
    postal_code: str
    address_country: str
    address_region: str = ""


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A store or warehouse: one id for it everywhere."""

    id: LocationId
    code: str
    kind: LocationKind
    name: str
    market_id: MarketId
    address: Address
    latitude: float
    longitude: float
    time_zone: str
    hours: tuple[Hours, ...] = ()
    special_hours: tuple[SpecialHours, ...] = ()
    phone: str | None = None
    gln: str | None = None
    capabilities: tuple[str, ...] = ()
    external_ref: str | None = None


class LocationEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed of a location. Its hours, and its special days from today on, are replaced as a whole."""

    name: str
    latitude: float
    longitude: float
    phone: str | None = None
    capabilities: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    special_hours: tuple[SpecialHours, ...] = ()


class Till(msgspec.Struct, frozen=True):
    id: TillId
    code: str
    name: str
    location_id: LocationId


class Staff(msgspec.Struct, frozen=True):
    id: StaffId
    number: str
    given_name: str
    family_name: str
    email: str | None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class OpenState(msgspec.Struct, frozen=True):
    """Whether a place is open, and when it opens next if it is not (None: it has no hours)."""

    is_open: bool
    opens_next: datetime | None

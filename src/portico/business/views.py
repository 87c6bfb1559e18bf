"""Locations as the faces see them."""

from datetime import date, datetime
from functools import lru_cache

import msgspec

from portico.business import rules
from portico.business.types import Hours, Location, LocationId, LocationKind


class AddressView(msgspec.Struct, frozen=True):
    street_address: str
    address_locality: str
    address_region: str
    postal_code: str
    address_country: str


class HoursView(msgspec.Struct, frozen=True):
    weekday: int
    opens: str
    closes: str


class SpecialHoursView(msgspec.Struct, frozen=True):
    """A date with hours of its own; without any: closed."""

    day: date
    opens: str | None
    closes: str | None
    reason: str


class LocationView(msgspec.Struct, frozen=True, kw_only=True):
    id: LocationId
    code: str
    name: str
    kind: LocationKind
    address: AddressView
    latitude: float
    longitude: float
    time_zone: str
    phone: str | None
    is_open: bool
    opens_next: datetime | None
    hours: tuple[HoursView, ...]
    market_code: str
    distance_m: int | None
    capabilities: tuple[str, ...]
    special_hours: tuple[SpecialHoursView, ...]


@lru_cache(maxsize=1024)
def _hours(hours: tuple[Hours, ...]) -> tuple[HoursView, ...]:
    """A week is written out once for the many answers that show it."""
    return tuple(HoursView(one.weekday, f"{one.opens:%H:%M}", f"{one.closes:%H:%M}") for one in hours)


def location_view(
    one: Location, *, market_code: str, at: datetime, near: tuple[float, float] | None = None
) -> LocationView:
    state = rules.open_state(one.hours, zone=one.time_zone, at=at, special=one.special_hours)
    return LocationView(
        id=one.id,
        code=one.code,
        name=one.name,
        kind=one.kind,
        address=AddressView(
            one.address.street_address,
            one.address.address_locality,
            one.address.address_region,
            one.address.postal_code,
            one.address.address_country,
        ),
        latitude=one.latitude,
        longitude=one.longitude,
        time_zone=one.time_zone,
        phone=one.phone,
        is_open=state.is_open,
        opens_next=state.opens_next,
        hours=_hours(one.hours),
        market_code=market_code,
        distance_m=rules.distance_m(near, (one.latitude, one.longitude)) if near else None,
        capabilities=one.capabilities,
        special_hours=tuple(
            SpecialHoursView(
                h.day, f"{h.opens:%H:%M}" if h.opens else None, f"{h.closes:%H:%M}" if h.closes else None, h.reason
            )
            for h in one.special_hours
        ),
    )

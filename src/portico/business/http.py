"""REST routes of who sells."""

from datetime import time
from typing import Any

import msgspec
from litestar import get, put

from portico.business import api as business
from portico.business.api import Directories, staff
from portico.business.types import Hours, LocationEdit, LocationId, LocationKind, SpecialHours, TillId
from portico.business.views import HoursView, LocationView, SpecialHoursView, location_view
from portico.platform import clock, money
from portico.platform.auth import api as auth
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid


class LocationPage(msgspec.Struct, frozen=True):
    items: tuple[LocationView, ...]


class TillView(msgspec.Struct, frozen=True):
    id: TillId
    code: str
    name: str
    location_id: LocationId
    location_name: str


class TillPage(msgspec.Struct, frozen=True):
    items: tuple[TillView, ...]


class TillStaff(msgspec.Struct, frozen=True):
    number: str
    name: str


class TillStaffPage(msgspec.Struct, frozen=True):
    items: tuple[TillStaff, ...]


class MarketView(msgspec.Struct, frozen=True):
    code: str
    name: str
    currency: str
    exponent: int
    country: str
    language: str
    taxes_included: bool


class MarketPage(msgspec.Struct, frozen=True):
    items: tuple[MarketView, ...]


class BrandView(msgspec.Struct, frozen=True):
    name: str
    slug: str
    accent: str
    radius_px: int
    font: str
    logo_svg: str
    tagline: str


@get("/v1/locations")
async def list_locations(
    door: Door, near: str | None = None, kind: LocationKind | None = None, market: str | None = None, limit: int = 100
) -> Answered[LocationPage]:
    """Locations, the nearest first if `near` (latitude,longitude) is given."""
    point = _point(near)
    directory = await door.shared(Directories)()
    market_id = directory.market(market).id if market else None
    found = [
        location_view(one, market_code=directory.markets[one.market_id].code, at=clock.now(), near=point)
        for one in directory.locations.values()
        if kind in (None, one.kind) and market_id in (None, one.market_id)
    ]
    if point:
        found.sort(key=lambda one: (one.distance_m or 0, one.id))
    return await door.read(_given(LocationPage(tuple(found[: max(1, min(limit, 500))]))))


def _point(near: str | None) -> tuple[float, float] | None:
    if near is None:
        return None
    try:
        latitude, longitude = (float(part) for part in near.split(","))
    except ValueError:
        raise Invalid(errors=[{"field": "near", "message": "latitude,longitude"}]) from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Invalid(errors=[{"field": "near", "message": "latitude,longitude"}])
    return latitude, longitude


def _given(value: Any) -> Any:
    async def ask(_: Tx) -> Any:
        return value

    return ask


class LocationChange(msgspec.Struct, frozen=True):
    """All that may be changed of a location, as it should be: hours, and special days from today on, as a whole."""

    name: str
    latitude: float
    longitude: float
    phone: str | None = None
    capabilities: list[str] = []
    hours: list[HoursView] = []
    special_hours: list[SpecialHoursView] = []


@put("/v1/locations/{location_id:str}", status_code=200)
async def edit_location(door: Door, location_id: LocationId, data: LocationChange) -> Answered[LocationView]:
    """Change a location: its name, where it is, what it can do, when it is open. Needs `business.manage` there."""
    door.principal.require("business.manage", at=location_id.uuid)
    (await door.shared(Directories)()).location(location_id)
    edit = LocationEdit(
        name=data.name,
        latitude=data.latitude,
        longitude=data.longitude,
        phone=data.phone,
        capabilities=tuple(data.capabilities),
        hours=tuple(Hours(one.weekday, _time(one.opens, "hours"), _time(one.closes, "hours")) for one in data.hours),
        special_hours=tuple(
            SpecialHours(
                one.day,
                _time(one.opens, "special_hours") if one.opens else None,
                _time(one.closes, "special_hours") if one.closes else None,
                one.reason,
            )
            for one in data.special_hours
        ),
    )

    async def ask(tx: Tx) -> LocationView:
        await business.edit_location(tx, location_id=location_id, edit=edit)
        found = await business.directory(tx)
        one = found.location(location_id)
        return location_view(one, market_code=found.markets[one.market_id].code, at=tx.now)

    answer = await door.write(ask)
    door.shared(Directories).forget()
    return answer


def _time(text: str, field: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Invalid(errors=[{"field": field, "message": text[:20]}]) from None


@get("/v1/tills")
async def list_tills(door: Door) -> Answered[TillPage]:
    """The tills a device may be set up as."""
    directory = await door.shared(Directories)()
    tills = [
        TillView(one.id, one.code, one.name, one.location_id, directory.locations[one.location_id].name)
        for one in directory.tills.values()
    ]
    return await door.read(_given(TillPage(tuple(tills))))


@get("/v1/tills/{code:str}/staff")
async def list_till_staff(door: Door, code: str) -> Answered[TillStaffPage]:
    """Who may sign in at a till, for its PIN screen."""
    directory = await door.shared(Directories)()
    till = directory.till_by_code(code)

    async def ask(tx: Tx) -> TillStaffPage:
        ids = await auth.staff_who_may(tx, permission="till.use", location_id=till.location_id.uuid)
        people = await staff(tx, ids=ids)
        return TillStaffPage(tuple(TillStaff(one.number, one.name) for one in people))

    return await door.read(ask)


@get("/v1/markets")
async def list_markets(door: Door) -> Answered[MarketPage]:
    directory = await door.shared(Directories)()
    markets = [
        MarketView(
            one.code,
            one.name,
            one.currency,
            money.exponent(one.currency),
            one.country,
            one.language,
            one.taxes_included,
        )
        for one in directory.markets.values()
    ]
    return await door.read(_given(MarketPage(tuple(markets))))


@get("/v1/brand")
async def show_brand(door: Door) -> Answered[BrandView]:
    brand = (await door.shared(Directories)()).brand
    tagline = brand.taglines.get(door.language) or brand.taglines.get("en", "")
    return await door.read(
        _given(BrandView(brand.name, brand.slug, brand.accent, brand.radius_px, brand.font, brand.logo_svg, tagline))
    )


routes = [list_locations, edit_location, list_tills, list_till_staff, list_markets, show_brand]

"""What others may ask of the business.

Brands, markets, channels, locations and tills are few and change seldom: `directory` reads them all at once and a
process keeps them for a few seconds (`Directory`), so that the hot paths need no query for them.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import msgspec

from portico.business import store
from portico.business.rules import distance_m, is_open, opens_next, ready_to_collect, wrong_edit
from portico.business.types import (
    Address,
    Brand,
    Channel,
    ChannelId,
    Hours,
    Location,
    LocationEdit,
    LocationId,
    LocationKind,
    Market,
    MarketId,
    SpecialHours,
    Staff,
    StaffId,
    Till,
    TillId,
)
from portico.platform.db import Database, Tx
from portico.platform.ids import Id
from portico.platform.refusals import Invalid, NotFound

__all__ = [
    "Directories",
    "Directory",
    "directory",
    "distance_m",
    "edit_location",
    "is_open",
    "opens_next",
    "put_brands",
    "put_channels",
    "put_locations",
    "put_markets",
    "put_special_hours",
    "put_staff",
    "put_tills",
    "ready_to_collect",
    "staff",
]  # fmt: skip

Thing = TypeVar("Thing")
Key = TypeVar("Key", bound=Id)
_SEPARATOR = "\x1f"


class Directory(msgspec.Struct, frozen=True):
    """Everything about who sells, at one moment."""

    brands: tuple[Brand, ...]
    markets: dict[MarketId, Market]
    channels: dict[ChannelId, Channel]
    locations: dict[LocationId, Location]
    tills: dict[TillId, Till]

    @property
    def brand(self) -> Brand:
        return _first(self.brands, "brand")

    def market(self, code: str | None = None) -> Market:
        """By code; without one, the first. Refuses with NotFound."""
        return _first([one for one in self.markets.values() if code in (None, one.code)], "market", code or "")

    def market_by_id(self, market_id: UUID | Id) -> Market:
        return _named(self.markets, MarketId(market_id.bytes), "market")

    def location(self, location_id: UUID | Id) -> Location:
        return _named(self.locations, LocationId(location_id.bytes), "location")

    def channel(self, channel_id: UUID | Id | None) -> Channel | None:
        return self.channels.get(ChannelId(channel_id.bytes)) if channel_id else None

    def till(self, till_id: UUID | Id | None) -> Till | None:
        return self.tills.get(TillId(till_id.bytes)) if till_id else None

    def till_by_code(self, code: str) -> Till:
        return _first([one for one in self.tills.values() if one.code.lower() == code.lower()], "till", code)

    def shops(self, market_id: UUID | Id) -> list[Location]:
        """The market's stores: where a shopper takes along or collects what she buys. In order of their names."""
        return [one for one in self.stores(market_id) if one.kind is LocationKind.STORE]

    def stores(self, market_id: UUID | Id) -> list[Location]:
        """Every place of the market that has stock, warehouses too, in order of their names."""
        return [one for one in self.locations.values() if one.market_id.bytes == market_id.bytes]


def _first(found: Sequence[Thing], what: str, name: str = "") -> Thing:
    if not found:
        raise NotFound(what=what, id=name)
    return found[0]


def _named(things: Mapping[Key, Thing], key: Key, what: str) -> Thing:
    if key not in things:
        raise NotFound(what=what, id=str(key))
    return things[key]


async def directory(tx: Tx) -> Directory:
    """Read who sells."""
    hours: dict[LocationId, list[Hours]] = {}
    for row in await tx.all(store.HOURS):
        hours.setdefault(row.location_id, []).append(Hours(row.weekday, row.opens, row.closes))
    special: dict[LocationId, list[SpecialHours]] = {}
    for one in await tx.all(store.SPECIAL_HOURS, today=tx.now.date()):
        special.setdefault(one.location_id, []).append(SpecialHours(one.day, one.opens, one.closes, one.reason))
    locations = [
        _location(row, hours.get(row.id, []), special.get(row.id, [])) for row in await tx.all(store.LOCATIONS)
    ]
    return Directory(
        brands=tuple(await tx.all(store.BRANDS)),
        markets={one.id: one for one in await tx.all(store.MARKETS)},
        channels={one.id: one for one in await tx.all(store.CHANNELS)},
        locations={one.id: one for one in locations},
        tills={one.id: one for one in await tx.all(store.TILLS)},
    )


def _location(row: store.LocationRow, hours: Sequence[Hours], special: Sequence[SpecialHours]) -> Location:
    return Location(
        id=row.id,
        code=row.code,
        kind=row.kind,
        name=row.name,
        market_id=row.market_id,
        address=Address(
            row.street_address, row.address_locality, row.postal_code, row.address_country, row.address_region
        ),
        latitude=row.latitude,
        longitude=row.longitude,
        time_zone=row.time_zone,
        hours=tuple(hours),
        special_hours=tuple(special),
        phone=row.phone,
        gln=row.gln,
        capabilities=tuple(row.capabilities),
        external_ref=row.external_ref,
    )


class Directories:
    """The directory as a process keeps it: read again when it is older than `keep_seconds`."""

    def __init__(self, database: Database, *, keep_seconds: float = 5.0) -> None:
        self._database, self._keep_seconds = database, keep_seconds
        self._known: Directory | None = None
        self._until, self._reading = 0.0, asyncio.Lock()

    async def __call__(self) -> Directory:
        if self._known is None or time.monotonic() > self._until:
            async with self._reading:
                if self._known is None or time.monotonic() > self._until:
                    async with self._database.snapshot() as tx:
                        self._known = await directory(tx)
                    self._until = time.monotonic() + self._keep_seconds
        return self._known

    def forget(self) -> None:
        self._until = 0.0


async def staff(
    tx: Tx, *, number: str | None = None, email: str | None = None, ids: Sequence[UUID | StaffId] = ()
) -> list[Staff]:
    """Staff by number, e-mail or ids; those who have left are not found."""
    return await tx.all(store.STAFF, number=number, email=email.lower() if email else None, ids=list(ids))


async def put_brands(tx: Tx, *, brands: Sequence[Brand]) -> None:
    """Add brands that are not there yet, by slug."""
    await tx.run(
        store.PUT_BRANDS,
        ids=[one.id for one in brands],
        slugs=[one.slug for one in brands],
        names=[one.name for one in brands],
        taglines=[msgspec.json.encode(one.taglines).decode() for one in brands],
        accents=[one.accent for one in brands],
        radiuses=[one.radius_px for one in brands],
        fonts=[one.font for one in brands],
        logos=[one.logo_svg for one in brands],
        tones=[one.tone for one in brands],
    )


async def put_markets(tx: Tx, *, markets: Sequence[Market]) -> None:
    """Add markets that are not there yet, by code."""
    await tx.run(
        store.PUT_MARKETS,
        ids=[one.id for one in markets],
        codes=[one.code for one in markets],
        brand_ids=[one.brand_id for one in markets],
        names=[one.name for one in markets],
        countries=[one.country for one in markets],
        currencies=[one.currency for one in markets],
        languages=[one.language for one in markets],
        taxes_included=[one.taxes_included for one in markets],
    )


async def put_channels(tx: Tx, *, channels: Sequence[Channel]) -> None:
    """Add channels that are not there yet, by code."""
    await tx.run(
        store.PUT_CHANNELS,
        ids=[one.id for one in channels],
        codes=[one.code for one in channels],
        kinds=[one.kind for one in channels],
        names=[one.name for one in channels],
        market_ids=[one.market_id for one in channels],
    )


async def put_locations(tx: Tx, *, locations: Sequence[Location]) -> list[str]:
    """Add locations that are not there yet, with their hours; the codes of those added."""
    added = await tx.all(
        store.PUT_LOCATIONS,
        ids=[one.id for one in locations],
        codes=[one.code for one in locations],
        kinds=[one.kind for one in locations],
        names=[one.name for one in locations],
        market_ids=[one.market_id for one in locations],
        street_addresses=[one.address.street_address for one in locations],
        address_localities=[one.address.address_locality for one in locations],
        address_regions=[one.address.address_region for one in locations],
        postal_codes=[one.address.postal_code for one in locations],
        address_countries=[one.address.address_country for one in locations],
        latitudes=[one.latitude for one in locations],
        longitudes=[one.longitude for one in locations],
        time_zones=[one.time_zone for one in locations],
        phones=[one.phone for one in locations],
        glns=[one.gln for one in locations],
        capabilities=[_SEPARATOR.join(one.capabilities) for one in locations],
        external_refs=[one.external_ref for one in locations],
    )
    fresh = set(added)
    hours = [(one.id, each) for one in locations if one.code in fresh for each in one.hours]
    await tx.run(
        store.PUT_HOURS,
        location_ids=[location for location, _ in hours],
        weekdays=[each.weekday for _, each in hours],
        opens=[each.opens for _, each in hours],
        closes=[each.closes for _, each in hours],
    )
    return added


async def edit_location(tx: Tx, *, location_id: LocationId, edit: LocationEdit) -> None:
    """Change a location. Refuses Invalid, naming the field."""
    if wrong := wrong_edit(edit):
        raise Invalid(errors=[{"field": wrong, "message": wrong}])
    await tx.run(
        store.EDIT_LOCATION, id=location_id, name=edit.name.strip(), latitude=edit.latitude, longitude=edit.longitude,
        phone=edit.phone or None, capabilities=",".join(edit.capabilities),
    )  # fmt: skip
    await tx.run(store.DROP_HOURS, id=location_id, today=tx.now.date())
    await tx.run(
        store.PUT_HOURS,
        location_ids=[location_id for _ in edit.hours],
        weekdays=[one.weekday for one in edit.hours],
        opens=[one.opens for one in edit.hours],
        closes=[one.closes for one in edit.hours],
    )
    await put_special_hours(tx, special={location_id: edit.special_hours})


async def put_special_hours(tx: Tx, *, special: Mapping[LocationId, Sequence[SpecialHours]]) -> None:
    """Set dates on which locations are open otherwise than on their weekday, or closed."""
    rows = [(location_id, one) for location_id, days in special.items() for one in days]
    await tx.run(
        store.PUT_SPECIAL_HOURS,
        location_ids=[location_id for location_id, _ in rows],
        days=[one.day for _, one in rows],
        opens=[one.opens for _, one in rows],
        closes=[one.closes for _, one in rows],
        reasons=[one.reason for _, one in rows],
    )


async def put_tills(tx: Tx, *, tills: Sequence[Till]) -> None:
    await tx.run(
        store.PUT_TILLS,
        ids=[one.id for one in tills],
        codes=[one.code for one in tills],
        names=[one.name for one in tills],
        location_ids=[one.location_id for one in tills],
    )


async def put_staff(tx: Tx, *, people: Sequence[Staff]) -> None:
    await tx.run(
        store.PUT_STAFF,
        ids=[one.id for one in people],
        numbers=[one.number for one in people],
        given_names=[one.given_name for one in people],
        family_names=[one.family_name for one in people],
        emails=[one.email.lower() if one.email else None for one in people],
    )

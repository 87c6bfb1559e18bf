"""SQL of who sells."""

from datetime import date, time

import msgspec

from portico.business.types import (
    Brand,
    Channel,
    LocationId,
    LocationKind,
    Market,
    MarketId,
    Staff,
    Till,
)
from portico.platform.db import Query


class LocationRow(msgspec.Struct, frozen=True):
    id: LocationId
    code: str
    kind: LocationKind
    name: str
    market_id: MarketId
    street_address: str
    address_locality: str
    address_region: str
    postal_code: str
    address_country: str
    latitude: float
    longitude: float
    time_zone: str
    phone: str | None
    gln: str | None
    capabilities: list[str]
    external_ref: str | None


class HoursRow(msgspec.Struct, frozen=True):
    location_id: LocationId
    weekday: int
    opens: time
    closes: time


BRANDS = Query(
    Brand,
    """
    select id, slug, name, taglines, accent, radius_px, font, logo_svg, tone
    from business.brand
    order by slug
    """,
)
MARKETS = Query(
    Market,
    """
    select id, code, brand_id, name, country, currency, language, taxes_included
    from business.market
    order by code
    """,
)
CHANNELS = Query(Channel, "select id, code, kind, name, market_id from business.channel order by code")
LOCATIONS = Query(
    LocationRow,
    """
    select id, code, kind, name, market_id, street_address, address_locality, address_region, postal_code,
        address_country, latitude, longitude, time_zone, phone, gln, capabilities, external_ref
    from business.location
    order by name, id
    """,
)
HOURS = Query(HoursRow, "select location_id, weekday, opens, closes from business.opening_hours order by 1, 2, 3")


class SpecialRow(msgspec.Struct, frozen=True):
    location_id: LocationId
    day: date
    opens: time | None
    closes: time | None
    reason: str


# What is past is history.
SPECIAL_HOURS = Query(
    SpecialRow,
    """
    select location_id, day, opens, closes, reason
    from business.special_hours
    where day >= :today::date - 2
    order by 1, 2
    """,
)
PUT_SPECIAL_HOURS = Query(
    None,
    """
    insert into business.special_hours (location_id, day, opens, closes, reason)
    select *
    from unnest(:location_ids::uuid[], :days::date[], :opens::time[], :closes::time[], :reasons::text[])
    on conflict (location_id, day) do update
    set opens = excluded.opens, closes = excluded.closes, reason = excluded.reason
    """,
)
TILLS = Query(Till, "select id, code, name, location_id from business.till order by code")
STAFF = Query(
    Staff,
    """
    select id, number, given_name, family_name, email
    from business.staff
    where active and (number = :number or email = :email or id = any(:ids::uuid[]))
    order by given_name, family_name, id
    """,
)

PUT_BRANDS = Query(
    None,
    """
    insert into business.brand (id, slug, name, taglines, accent, radius_px, font, logo_svg, tone)
    select id, slug, name, taglines::jsonb, accent, radius_px, font, logo_svg, tone
    from unnest(:ids::uuid[], :slugs::text[], :names::text[], :taglines::text[], :accents::text[], :radiuses::smallint[],
        :fonts::text[], :logos::text[], :tones::text[])
        as brand (id, slug, name, taglines, accent, radius_px, font, logo_svg, tone)
    on conflict (slug) do nothing
    """,
)
PUT_MARKETS = Query(
    None,
    """
    insert into business.market (id, code, brand_id, name, country, currency, language, taxes_included)
    select * from unnest(:ids::uuid[], :codes::text[], :brand_ids::uuid[], :names::text[], :countries::text[],
        :currencies::text[], :languages::text[], :taxes_included::boolean[])
    on conflict (code) do nothing
    """,
)
PUT_CHANNELS = Query(
    None,
    """
    insert into business.channel (id, code, kind, name, market_id)
    select * from unnest(:ids::uuid[], :codes::text[], :kinds::text[], :names::text[], :market_ids::uuid[])
    on conflict (code) do nothing
    """,
)
PUT_LOCATIONS = Query(
    str,
    """
    insert into business.location as old (id, code, kind, name, market_id, street_address, address_locality,
        address_region, postal_code, address_country, latitude, longitude, time_zone, phone, gln, capabilities, external_ref)
    select id, code, kind, name, market_id, street_address, address_locality, address_region, postal_code,
        address_country, latitude, longitude, time_zone, phone, gln, coalesce(string_to_array(nullif(capabilities, ''), e'\x1f'), '{}'), external_ref
    from unnest(:ids::uuid[], :codes::text[], :kinds::text[], :names::text[], :market_ids::uuid[], :street_addresses::text[],
        :address_localities::text[], :address_regions::text[], :postal_codes::text[], :address_countries::text[],
        :latitudes::float8[], :longitudes::float8[], :time_zones::text[], :phones::text[], :glns::text[],
        :capabilities::text[], :external_refs::text[])
        as location (id, code, kind, name, market_id, street_address, address_locality, address_region, postal_code,
            address_country, latitude, longitude, time_zone, phone, gln, capabilities, external_ref)
    on conflict (code) do nothing
    returning code
    """,
)
EDIT_LOCATION = Query(
    None,
    """
    update business.location
    set name = :name, latitude = :latitude, longitude = :longitude, phone = :phone,
        capabilities = coalesce(string_to_array(nullif(:capabilities::text, ''), ','), '{}')
    where id = :id
    """,
)
DROP_HOURS = Query(
    None,
    """
    with special as (
        delete from business.special_hours where location_id = :id and day >= :today::date
    )
    delete from business.opening_hours where location_id = :id
    """,
)
PUT_HOURS = Query(
    None,
    """
    insert into business.opening_hours (location_id, weekday, opens, closes)
    select * from unnest(:location_ids::uuid[], :weekdays::smallint[], :opens::time[], :closes::time[])
    on conflict do nothing
    """,
)
PUT_TILLS = Query(
    None,
    """
    insert into business.till (id, code, name, location_id)
    select * from unnest(:ids::uuid[], :codes::text[], :names::text[], :location_ids::uuid[])
    on conflict (code) do nothing
    """,
)
PUT_STAFF = Query(
    None,
    """
    insert into business.staff (id, number, given_name, family_name, email)
    select * from unnest(:ids::uuid[], :numbers::text[], :given_names::text[], :family_names::text[], :emails::text[])
    on conflict (number) do nothing
    """,
)

"""SQL of postal areas."""

from portico.fulfillment.types import PostalArea
from portico.platform.db import Query

_COLUMNS = "country, prefix, name, latitude, longitude"

NEAREST = Query(
    PostalArea,
    f"""
    select {_COLUMNS}
    from fulfillment.postal_area
    where country = :country and prefix = any(:prefixes::text[])
    order by length(prefix) desc
    limit 1
    """,
)
PAGE = Query(
    PostalArea,
    f"""
    select {_COLUMNS}
    from fulfillment.postal_area
    where country = :country and prefix > :after
    order by prefix
    limit :rows_max
    """,
)
PUT = Query(
    None,
    """
    insert into fulfillment.postal_area (country, prefix, name, latitude, longitude)
    select * from unnest(:countries::text[], :prefixes::text[], :names::text[], :latitudes::double precision[],
        :longitudes::double precision[])
    on conflict (country, prefix) do update
    set name = excluded.name, latitude = excluded.latitude, longitude = excluded.longitude
    """,
)

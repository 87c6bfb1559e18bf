"""Where postal codes are."""

from collections.abc import Sequence

from portico.fulfillment.rules import areas as rules
from portico.fulfillment.store import areas as store
from portico.fulfillment.types import BadNetwork, PostalArea, PostalPoint, UnknownPostalCode
from portico.platform.db import Tx

PAGE_MAX = 2_000


async def locate(tx: Tx, *, country: str, postal_code: str) -> PostalPoint:
    """Where a postal code is, in whatever spelling: as the area with the longest matching prefix says. Refuses UnknownPostalCode."""
    code = rules.read(country, postal_code)
    unknown = UnknownPostalCode(country=country, given=postal_code[:40])
    if code is None:
        raise unknown
    found = await tx.maybe(store.NEAREST, country=country, prefixes=rules.prefixes(code))
    if found is None:
        raise unknown
    return PostalPoint(rules.written(country, code), country, found.name, found.latitude, found.longitude)


async def put_areas(tx: Tx, *, areas: Sequence[PostalArea]) -> None:
    """Set where postal codes are, by country and prefix. Refuses BadNetwork."""
    for one in areas:
        if wrong := rules.wrong(one):
            raise BadNetwork(name=f"{one.country} {one.prefix}"[:60], field=wrong)
    kept = list(rules.named(areas).values())
    await tx.run(
        store.PUT,
        countries=[one.country for one in kept],
        prefixes=[one.prefix for one in kept],
        names=[one.name for one in kept],
        latitudes=[one.latitude for one in kept],
        longitudes=[one.longitude for one in kept],
    )


async def areas(tx: Tx, *, country: str, after: str = "", rows_max: int = PAGE_MAX) -> list[PostalArea]:
    """A country's areas in order of their prefixes, those after `after`."""
    return await tx.all(store.PAGE, country=country, after=after, rows_max=min(rows_max, PAGE_MAX))

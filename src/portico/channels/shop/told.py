"""How goods reach her, in words: what was chosen at the checkout, what was promised with an order."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portico.business.types import Address, LocationId
from portico.business.views import LocationView, location_view
from portico.channels.shop.visit import Visit
from portico.checkout.types import Choice
from portico.orders.types import Method, ShipTo
from portico.platform import clock

SLOT_MAX = timedelta(hours=12)  # a longer window is not a time to come at, but one within which to come


class Told(msgspec.Struct, frozen=True):
    """One way, one place, one window: `place` is where she goes, or who brings it; `until` by when she has to have come."""

    method: Method
    heading: str
    place: str
    when: str
    until: str


def told(
    here: Visit,
    method: Method,
    *,
    location_id: LocationId | None,
    earliest: datetime | None,
    latest: datetime | None,
    ship_to: ShipTo | None,
) -> Told:
    """`location_id` is from where it comes."""
    if method is Method.SHIP_TO_STORE and ship_to:
        location_id = ship_to.location_id
    place = here.directory.locations.get(location_id) if location_id else None
    zone = place.time_zone if place and method is not Method.SHIP else here.zone
    name = place.name if place else ""
    heading = here.say(f"shop.told.{method}", store=name)
    if method is Method.SHIP:
        address = ship_to.address if ship_to else None
        when = (
            here.say("shop.told.arrives", days=here.words.days(earliest, latest, zone)) if earliest and latest else ""
        )
        return Told(method, heading, written(address), when, "")
    when, until = window(here, method, earliest, latest, zone)
    if method is Method.LOCAL_DELIVERY:
        return Told(method, heading, written(ship_to.address if ship_to else None), when, "")
    return Told(method, heading, street(place_view(here, location_id)) if location_id else "", when, until)


def window(
    here: Visit, method: Method, earliest: datetime | None, latest: datetime | None, zone: str
) -> tuple[str, str]:
    """When she may come, or it comes; and until when it is kept."""
    words = here.words
    if earliest is None:
        return "", ""
    if latest and latest - earliest <= SLOT_MAX:
        slot = words.slot(earliest, latest, zone)
        return here.say("shop.told.brought" if method is Method.LOCAL_DELIVERY else "shop.told.slot", slot=slot), ""
    day, time = words.day(earliest, zone), words.clock(earliest, zone)
    until = here.say("shop.told.kept", day=words.day(latest, zone)) if latest else ""
    return here.say("shop.told.ready", day=day, time=time), until


def chosen(here: Visit, choices: Sequence[Choice], ship_to: ShipTo | None) -> tuple[Told, ...]:
    """What a checkout holds: of the same way, place and window once."""
    ways = dict.fromkeys(
        (one.method, one.location_id if one.method.fetched else None, one.earliest, one.latest) for one in choices
    )
    by = {one.method: one.location_id for one in choices}
    return tuple(
        told(here, method, location_id=place or by[method], earliest=earliest, latest=latest, ship_to=ship_to)
        for method, place, earliest, latest in ways
    )


def parcels(choices: Sequence[Choice]) -> int:
    """How many parcels are sent: one from each place."""
    return len({one.location_id for one in choices if one.method in (Method.SHIP, Method.SHIP_TO_STORE)})


def place_view(here: Visit, location_id: LocationId) -> LocationView:
    return location_view(here.directory.location(location_id), market_code=here.market.code, at=clock.now())


def street(one: LocationView) -> str:
    """Where a place is."""
    return ", ".join(part for part in (one.address.street_address, one.address.address_locality) if part)


def written(address: Address | None) -> str:
    """An address in one line."""
    if address is None:
        return ""
    town = f"{address.postal_code} {address.address_locality}".strip()
    return ", ".join(part for part in (address.street_address, town, address.address_region) if part)

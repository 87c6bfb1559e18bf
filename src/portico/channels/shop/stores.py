"""The stores of a market, as a shopper sees them: hers first, then the nearest, with their hours and what they have."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

from portico.business.types import Location, LocationId
from portico.business.views import LocationView, location_view
from portico.channels.shop.visit import Visit
from portico.channels.shop.words import Stock
from portico.offers.types import AvailabilityPage
from portico.platform import clock, i18n


class StoreCard(msgspec.Struct, frozen=True, kw_only=True):
    """A store in a list. `stock` is None where no item is meant."""

    id: str
    name: str
    address: str
    is_open: bool
    hours: str
    distance: str
    is_mine: bool
    stock: Stock | None


def places(here: Visit) -> list[Location]:
    """Where one can go and collect: the market's stores."""
    return here.directory.shops(here.market.id)


def cards(here: Visit, stock: Mapping[LocationId, Stock] | None = None) -> tuple[StoreCard, ...]:
    mine, now = here.my_store, clock.now()
    views = [location_view(one, market_code=here.market.code, at=now, near=here.near) for one in places(here)]
    views.sort(key=lambda one: (one.id != mine, one.distance_m or 0, one.name))
    return tuple(
        StoreCard(
            id=str(one.id),
            name=one.name,
            address=address(one),
            is_open=one.is_open,
            hours=hours(here, one),
            distance=distance(here, one.distance_m),
            is_mine=one.id == mine,
            stock=stock.get(one.id) if stock else None,
        )
        for one in views
    )


def address(one: LocationView) -> str:
    return ", ".join(part for part in (one.address.street_address, one.address.address_locality) if part)


def hours(here: Visit, one: LocationView) -> str:
    """ "Open until 21:00", "Closed, opens Monday 10:00"."""
    if one.is_open:
        local = clock.now().astimezone(ZoneInfo(one.time_zone))
        ends = [
            h.closes for h in one.hours if h.weekday == local.isoweekday() and h.opens <= f"{local:%H:%M}" < h.closes
        ]
        return here.say("shop.store.open_until", time=ends[0]) if ends else here.say("shop.store.open")
    if one.opens_next is None:
        return here.say("shop.store.closed")
    return here.say("shop.store.opens", time=here.words.soon(one.opens_next, one.time_zone))


def distance(here: Visit, metres: int | None) -> str:
    if metres is None:
        return ""
    if metres < 1000:
        return here.say("shop.store.metres", distance=max(50, round(metres / 50) * 50))
    return here.say("shop.store.kilometres", distance=i18n.quantity(here.language, round(metres / 100), 1))


def by_place(here: Visit, page: AvailabilityPage, *, scale: int = 0, unit: str = "C62") -> dict[LocationId, Stock]:
    """What each place has of one variant, as badges."""
    return {one.location_id: here.words.stock(one.available, scale=scale, unit=unit) for one in page.items}


def ids(found: Sequence[Location]) -> list[LocationId]:
    return [one.id for one in found]

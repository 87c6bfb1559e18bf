"""Collecting at several stores: a store for each line, and how much of it is there."""

from collections.abc import Mapping

import msgspec

from portico.business.types import LocationId
from portico.carts.types import Cart
from portico.carts.views import CartLineView, CartView
from portico.catalog.types import VariantId
from portico.channels.shop import stores
from portico.channels.shop.basket import LineRow, line_row
from portico.channels.shop.page import Choice
from portico.channels.shop.visit import Visit
from portico.offers import api as offers
from portico.platform.db import Tx
from portico.pricing.types import LineItemId

Free = Mapping[tuple[VariantId, LocationId], int]


class LineChoice(msgspec.Struct, frozen=True):
    """A line and where it may be collected."""

    row: LineRow
    quantity: str
    places: tuple[Choice, ...]
    error: str


async def free_of(here: Visit, tx: Tx, view: CartView) -> Free:
    """How much of each variant may be collected at each store."""
    page = await offers.availability(
        tx,
        variant_ids=list(dict.fromkeys(line.variant.id for line in view.lines)),
        location_ids=stores.ids(stores.places(here)),
        channel_id=here.door.doorway.id,
        staff=False,
    )
    return {(one.variant_id, one.location_id): one.collectable for one in page.items}


def lines(
    here: Visit, view: CartView, free: Free, typed: Mapping[str, str], errors: Mapping[str, str]
) -> tuple[LineChoice, ...]:
    """None at all where some line is nowhere to be collected."""
    if not all(
        any(free.get((one.variant.id, place.id), 0) >= one.quantity for place in stores.places(here))
        for one in view.lines
    ):
        return ()
    return tuple(_line(here, one, free, typed, errors) for one in view.lines)


def _line(
    here: Visit, one: CartLineView, free: Free, typed: Mapping[str, str], errors: Mapping[str, str]
) -> LineChoice:
    """The store with the most of it is proposed."""
    words, field, places = here.words, f"at_{one.id}", stores.places(here)
    most = max(places, key=lambda place: free.get((one.variant.id, place.id), 0), default=None)
    chosen = typed.get(field) or (str(most.id) if most else "")
    choices = tuple(
        Choice(
            str(place.id), here.say("shop.checkout.place", store=place.name, stock=stock.text), str(place.id) == chosen
        )
        for place in places
        for stock in (words.stock(free.get((one.variant.id, place.id), 0), scale=one.scale, unit=one.unit),)
    )
    quantity = words.quantity(one.quantity, scale=one.scale, unit=one.unit)
    return LineChoice(line_row(here, one), quantity, choices, errors.get(field, ""))


def read(here: Visit, cart: Cart, typed: Mapping[str, str]) -> dict[LineItemId, LocationId]:
    """The store that was chosen for each line; a line without one is missing."""
    known = {str(one.id): one.id for one in stores.places(here)}
    chosen = {line.id: known.get(typed.get(f"at_{line.id}", "")) for line in cart.lines}
    return {line_id: place for line_id, place in chosen.items() if place is not None}

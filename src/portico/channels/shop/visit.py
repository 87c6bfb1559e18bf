"""A visit: one request to the shop, with the market and language it is answered in."""

from typing import Any
from uuid import UUID

import msgspec

from portico.business.api import Directories, Directory
from portico.business.types import LocationId, Market
from portico.carts import api as carts
from portico.carts.access import owner_of
from portico.carts.types import Cart
from portico.channels.shop.words import Words
from portico.customers.types import CustomerId
from portico.platform.auth.types import ANONYMOUS, Kind
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.pricing.types import Asker

COOKIE_MARKET, COOKIE_STORE, COOKIE_NEAR, COOKIE_THEME = (
    "portico_market", "portico_store", "portico_near", "portico_theme",
)  # fmt: skip
SHOPPERS = frozenset({Kind.ANONYMOUS, Kind.GUEST, Kind.CUSTOMER})


class Visit(msgspec.Struct, frozen=True):
    """Who is here, through which door; where she shops and what she reads."""

    door: Door
    directory: Directory
    market: Market
    words: Words
    near: tuple[float, float] | None

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def customer(self) -> bool:
        return self.door.principal.kind is Kind.CUSTOMER

    @property
    def asker(self) -> Asker:
        """Who asks for prices here."""
        own = self.door.principal.id if self.customer else None
        return Asker(channel_id=self.door.hand.channel_id, customer_id=CustomerId(own.bytes) if own else None)

    @property
    def zone(self) -> str:
        """The clocks of what has no place of its own: those of the market's first store."""
        places = self.directory.stores(self.market.id)
        return places[0].time_zone if places else "UTC"

    @property
    def my_store(self) -> LocationId | None:
        """The store that she called hers, if it is one of this market."""
        try:
            chosen = LocationId.parse(self.door.request.cookies.get(COOKIE_STORE, ""))
        except ValueError:
            return None
        place = self.directory.locations.get(chosen)
        return chosen if place and place.market_id == self.market.id else None

    def is_mine(self, location_id: LocationId | None) -> bool:
        return location_id is not None and location_id == self.my_store

    def say(self, key: str, /, **places: Any) -> str:
        return self.words.say(key, **places)

    def amount(self, amount: int, currency: str) -> str:
        """Money that may be of another currency than the market's."""
        return msgspec.structs.replace(self.words, currency=currency).money(amount)

    def channel(self, channel_id: UUID | None) -> str:
        """A channel as a shopper calls it."""
        found = self.directory.channel(channel_id)
        return self.channel_of_kind(found.kind, found.name) if found else ""

    def channel_of_kind(self, kind: str, name: str) -> str:
        return self.say(f"shop.channel.{kind}") if kind in ("web", "pos", "desk", "import", "office") else name


async def visit(door: Door) -> Visit:
    """Begin to answer a request. The shop knows shoppers only: whoever works here and looks in is nobody known."""
    if door.principal.kind not in SHOPPERS:
        door.principal = ANONYMOUS
        door.hand = msgspec.structs.replace(
            door.hand, actor=ANONYMOUS.key, actor_name="", location_id=None, till_id=None
        )
    directory = await door.shared(Directories)()
    market = _market(door, directory)
    return Visit(door, directory, market, Words(door.language, market.currency), _near(door))


def _market(door: Door, directory: Directory) -> Market:
    """The market she chose; else the channel's own, or the first, as the API answers her browser's calls."""
    chosen = door.request.cookies.get(COOKIE_MARKET)
    for one in directory.markets.values():
        if one.code == chosen:
            return one
    channel = directory.channel(door.doorway.id)
    return directory.market_by_id(channel.market_id) if channel and channel.market_id else directory.market()


def _near(door: Door) -> tuple[float, float] | None:
    """Where she is, to about a kilometre, if she let her browser say so."""
    latitude, _, longitude = door.request.cookies.get(COOKIE_NEAR, "").partition("_")
    try:
        point = float(latitude), float(longitude)
    except ValueError:
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None


async def my_cart(visit: Visit, tx: Tx) -> Cart | None:
    """Her basket in this market."""
    return await carts.current(tx, market_id=visit.market.id, owner=owner_of(visit.door.principal))

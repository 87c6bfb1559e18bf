"""Where a shopper is: the postal code she gave, where her browser was allowed to say she is, the store she called hers."""

import msgspec

from portico.business.types import Address
from portico.channels.shop.visit import Visit
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import Destination, PostalPoint, UnknownPostalCode
from portico.platform.db import Tx

COOKIE_POSTAL = "portico_postal"
YEAR_SECONDS = 365 * 24 * 3600
CODE_SHOWN_MAX = 20


class Whereabouts(msgspec.Struct, frozen=True):
    """`typed` is what stands in the field, `error` why it says nothing; `point` is where goods would be sent."""

    typed: str
    error: str
    point: PostalPoint | None
    near: tuple[float, float] | None

    @property
    def destination(self) -> Destination | None:
        return self.point.destination if self.point else None

    @property
    def address(self) -> Address | None:
        """As much of an address as a postal code is."""
        return Address("", "", self.point.postal_code, self.point.country) if self.point else None


async def whereabouts(here: Visit, tx: Tx, *, typed: str | None = None) -> Whereabouts:
    """By what is typed now; else by what was before. What was remembered and is not known any more is forgotten in silence."""
    text = here.door.request.cookies.get(COOKIE_POSTAL, "") if typed is None else typed
    point, error = None, ""
    if text:
        try:
            point = await fulfillment.locate(tx, country=here.market.country, postal_code=text)
        except UnknownPostalCode:
            if typed is not None:
                error = here.say("shop.way.postal_unknown", code=text[:CODE_SHOWN_MAX], market=here.market.name)
    if point is None and typed is None:
        text = ""
    return Whereabouts(point.postal_code if point else text, error, point, _near(here, point))


def _near(here: Visit, point: PostalPoint | None) -> tuple[float, float] | None:
    if point:
        return (point.latitude, point.longitude)
    if here.near:
        return here.near
    mine = here.directory.locations.get(here.my_store) if here.my_store else None
    return (mine.latitude, mine.longitude) if mine else None


def remember(here: Visit, found: Whereabouts) -> None:
    """Keep the postal code for a year; an emptied field forgets it."""
    code = found.point.postal_code.replace(" ", "") if found.point else None
    here.door.set_cookie(COOKIE_POSTAL, code, seconds=YEAR_SECONDS)

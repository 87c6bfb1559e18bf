"""Where postal codes are."""

from dataclasses import dataclass

import msgspec

from portico.fulfillment.types.sourcing import Destination
from portico.platform.refusals import Refused


class PostalArea(msgspec.Struct, frozen=True):
    """All postal codes of a country (ISO 3166-1) that begin with `prefix`, spaces and hyphens left out, lie around this point."""

    country: str
    prefix: str
    name: str
    latitude: float
    longitude: float


class PostalPoint(msgspec.Struct, frozen=True):
    """A postal code as it is written, and where it lies: around a point, in a town or province of that name."""

    postal_code: str
    country: str
    name: str
    latitude: float
    longitude: float

    @property
    def destination(self) -> Destination:
        return Destination(self.latitude, self.longitude, self.country)


@dataclass(eq=False)
class UnknownPostalCode(Refused):
    """The country has no such postal code, or we know no place for it."""

    code, status = "fulfillment.unknown_postal_code", 422
    country: str
    given: str

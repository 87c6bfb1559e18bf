"""What fulfillment needs of the outside world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from portico.fulfillment.types import Bought, CarrierShipment, LabelAsk, Rate, Tracked


@dataclass(eq=False)
class CarrierRefused(Exception):
    """The carrier has answered, and will not do it. Nothing was bought."""

    why: str


@dataclass(eq=False)
class CarrierNotReached(Exception):
    """Nothing was sent: to ask again is safe."""

    why: str


@dataclass(eq=False)
class CarrierSilent(Exception):
    """Something was sent, and no answer came: it may have been done. Only the carrier knows."""

    why: str


class Carrier(Protocol):
    """Who makes labels. No call of it is made while a transaction is open.

    A shipment is created under our reference, which costs nothing; buying one that has been bought gives the same label again.
    Each call raises CarrierRefused, CarrierNotReached or CarrierSilent.
    """

    code: str

    async def create(self, ask: LabelAsk) -> CarrierShipment:
        """Tell it of a parcel: how could it be sent, for how much?"""
        ...

    async def buy(self, ask: LabelAsk, shipment: CarrierShipment, rate: Rate) -> Bought:
        """Its label, by that rate. A shipment that has one keeps it."""
        ...

    async def find(self, reference: str) -> CarrierShipment | None:
        """What it knows under our reference, or by its own name of the shipment."""
        ...

    def heard(self, body: bytes, signature: str | None) -> Sequence[Tracked]:
        """What a message in its name tells. Refuses BadSignature where it is not the carrier's."""
        ...


def cheapest(rates: Sequence[Rate], service: str) -> Rate | None:
    """The cheapest rate of a service, or of all where none is named."""
    fit = [
        one
        for one in rates
        if not service or f"{one.carrier} {one.service}".strip() == service or one.service == service
    ]
    return min(fit, key=lambda one: (one.amount, one.carrier, one.service), default=None)


@dataclass(frozen=True)
class Carriers:
    """Who makes labels here, by code; the application shares it."""

    by_code: Mapping[str, Carrier]

"""Pure: what an order pays for carriage, and when that goes back."""

from collections.abc import Sequence

import msgspec

from portico.fulfillment.types import Destination
from portico.orders.types import Expectation, Head, Method, OrderCarriage, OrderLine, ShipTo, State
from portico.pricing.types import CarriageCharge


def country(destination: Destination | None, ship_to: ShipTo | None) -> str:
    """Where it is brought; "" where nobody has said."""
    if destination is not None:
        return destination.country
    return ship_to.address.address_country if ship_to and ship_to.address else ""


def agreed(charge: CarriageCharge | None) -> OrderCarriage | None:
    """As it stands in an order from now on."""
    if charge is None:
        return None
    return OrderCarriage(
        method=Method(charge.method), amount=charge.amount, net=charge.net, tax=charge.tax, gross=charge.gross,
        tax_lines=charge.tax_lines, discount=charge.discount,
    )  # fmt: skip


def after_change(carriage: OrderCarriage | None, promises: Sequence[Expectation]) -> OrderCarriage | None:
    """It stays as it was agreed as long as anything comes so; once nothing does any more it is canceled."""
    if carriage is None or carriage.canceled:
        return carriage
    if any(one.method is carriage.method or (one.method.brought and carriage.method.brought) for one in promises):
        return carriage
    return msgspec.structs.replace(carriage, net=0, tax=0, gross=0, tax_lines=(), canceled=True)


def back_with(head: Head, state: State, lines: Sequence[OrderLine]) -> OrderCarriage | None:
    """The carriage that is given back with the last of the goods, where all of them came back and nothing was taken in exchange."""
    carriage = head.carriage
    whole = state is State.RETURNED and not any(one.exchanged for one in lines)
    if carriage is None or carriage.returned or not carriage.gross or not whole:
        return None
    return msgspec.structs.replace(carriage, returned=True)

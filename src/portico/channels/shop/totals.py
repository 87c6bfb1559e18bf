"""What an order or a basket comes to, as shoppers of a market read it: where prices have their tax in them, so do all the sums, and
the tax is said beneath."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from portico.channels.shop.visit import Visit
from portico.platform import i18n
from portico.pricing.types import CarriageCharge, Discount, Level, TotalType


class TotalRow(msgspec.Struct, frozen=True):
    kind: str
    label: str
    amount: str
    note: str = ""


class _Total(Protocol):
    @property
    def type(self) -> TotalType: ...
    @property
    def amount(self) -> int: ...


class _Line(Protocol):
    @property
    def discounts(self) -> tuple[Discount, ...]: ...


class _Carriage(Protocol):
    @property
    def amount(self) -> int: ...
    @property
    def net(self) -> int: ...
    @property
    def gross(self) -> int: ...
    @property
    def discount(self) -> Discount | None: ...


def total_rows(
    here: Visit,
    totals: Sequence[_Total],
    lines: Sequence[_Line],
    *,
    taxes_included: bool,
    carriage: _Carriage | None = None,
) -> tuple[TotalRow, ...]:
    """`carriage` is said even where nothing is left of it."""
    amounts = {one.type: one.amount for one in totals}
    if carriage is not None:
        amounts[TotalType.FULFILLMENT] = carriage.gross if taxes_included else carriage.net
    if taxes_included:
        amounts = _with_tax(amounts, lines)
    rows = [
        _carriage_row(here, carriage, amounts[kind])
        if carriage is not None and kind is TotalType.FULFILLMENT
        else TotalRow(kind, i18n.text(here.language, f"totals.{kind}"), here.words.money(amounts[kind]))
        for kind in TotalType
        if kind in amounts and not (taxes_included and kind is TotalType.TAX)
    ]
    if taxes_included and amounts.get(TotalType.TAX):
        label = here.say("shop.totals.tax_in")
        rows.append(TotalRow("tax_in", label, here.words.money(amounts[TotalType.TAX])))
    return tuple(rows)


def _carriage_row(here: Visit, carriage: _Carriage, amount: int) -> TotalRow:
    off, note = carriage.discount, ""
    if off is not None:
        note = here.say("shop.carriage.off", amount=here.words.money(carriage.amount), title=off.title)
    said = here.words.money(amount) if amount else here.say("shop.carriage.free")
    return TotalRow(TotalType.FULFILLMENT, i18n.text(here.language, "totals.fulfillment"), said, note)


def carriage_told(here: Visit, charge: CarriageCharge | None, *, taxes_included: bool) -> str:
    """What it would cost to have it brought, and from when it would not; nothing where no rate says anything."""
    if charge is None:
        return ""
    left = charge.gross if taxes_included else charge.net
    if not left:
        return here.say("shop.carriage.home_free")
    amount = here.words.money(left)
    if charge.free_from is None or not charge.missing:
        return here.say("shop.carriage.home", amount=amount)
    return here.say("shop.carriage.home_missing", amount=amount, missing=here.words.money(charge.missing))


def _with_tax(amounts: dict[TotalType, int], lines: Sequence[_Line]) -> dict[TotalType, int]:
    """The parts with their tax in them, which add up to the total by themselves. What was taken off an order from elsewhere as a whole is
    on no line, and stays as it is."""
    off = {level: sum(one.amount for line in lines for one in line.discounts if one.level is level) for level in Level}
    on_lines = {TotalType.ITEMS_DISCOUNT: -off[Level.ITEM], TotalType.DISCOUNT: -off[Level.ORDER]}
    found = dict(amounts)
    found.update({kind: amount for kind, amount in on_lines.items() if amount})
    others = (TotalType.ITEMS_DISCOUNT, TotalType.DISCOUNT, TotalType.FULFILLMENT, TotalType.FEE)
    found[TotalType.SUBTOTAL] = found[TotalType.TOTAL] - sum(found.get(kind, 0) for kind in others)
    return found

"""Changing what was agreed: goods, quantities, prices, how and where to; and canceling, which is a change to fewer.

Lines never vanish. What has gone out cannot be changed, it comes back as a return. Stock, promises and money follow in the same
transaction: what is no longer wanted is free again, what is added is held, and what was paid too much goes back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId, LocationKind
from portico.catalog import api as catalog
from portico.catalog.types import Variant, VariantId
from portico.fulfillment import api as fulfillment
from portico.inventory import api as inventory
from portico.inventory.types import Want, WantLine
from portico.orders import carrying, discounting, paying, recutting, rewriting, rules, store
from portico.orders.events import OrderCanceled, OrderEdited
from portico.orders.finding import lock, order
from portico.orders.types import (
    LINES_MAX,
    QUANTITY_MAX,
    AddLine,
    BadQuantity,
    BadUnitPrice,
    BeingWorkedOn,
    BelowFulfilled,
    Edit,
    Edited,
    Ended,
    Expectation,
    ExpectationId,
    HandOverLine,
    Head,
    LineQuantity,
    Method,
    MoveLine,
    NoDestination,
    NotEditable,
    NothingOpen,
    NothingToChange,
    Order,
    OrderId,
    OrderLine,
    State,
    Swap,
    Term,
    TooManyLines,
    UnknownVariant,
    VersionChanged,
    WrongLocation,
)
from portico.orders.working import follow
from portico.payments.types import Own
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound, Refused
from portico.pricing import api as pricing
from portico.pricing.types import LineItemId, NoPrice, TaxLine


class _Draft(msgspec.Struct):
    """An order while it is being changed: its lines by id, and what of each is still promised."""

    head: Head
    lines: dict[LineItemId, OrderLine]
    promises: list[Expectation]
    variants: Mapping[VariantId, Variant]
    grown: set[LineItemId]  # of these more is wanted than was held
    ahead: set[LineItemId]  # these may be promised before they are there
    types: dict[LineItemId, str]  # why a line changed, where that is not its quantity
    place: LocationId | None  # what is promised there is given up first

    def open(self, line_id: LineItemId) -> list[Expectation]:
        """What of a line is promised and not kept, latest first."""
        found = [one for one in self.promises if one.line_id == line_id and one.fulfilled < one.quantity]
        here = self.place
        return sorted(
            found,
            key=lambda one: (here is not None and one.location_id == here, one.earliest, one.id.bytes),
            reverse=True,
        )

    def line(self, line_id: LineItemId) -> OrderLine:
        if line_id not in self.lines:
            raise NotFound(what="line", id=str(line_id))
        return self.lines[line_id]

    def change_promise(self, one: Expectation, quantity: int) -> None:
        """So many are promised so; a promise of which nothing is left and nothing was kept is gone."""
        i = self.promises.index(one)
        if quantity:
            self.promises[i] = msgspec.structs.replace(one, quantity=quantity)
        else:
            del self.promises[i]


async def edit(tx: Tx, *, edit: Edit, directory: Directory, by: Hand, instead: Own | None = None) -> Edited:
    """Change an order: all of it, or nothing. What was paid too much goes back; what is to be paid more is due.

    Locks the order, then stock, then its payments and ledger accounts. Refuses NotFound, VersionChanged, NotEditable,
    NothingToChange, BadQuantity, BelowFulfilled, NothingOpen, BadUnitPrice, UnknownVariant, NoPrice, WrongLocation, TooManyLines,
    OutOfStock, and what giving money back refuses.
    """
    return await _change(tx, edit, directory, by, instead, canceled=False)


async def cancel(
    tx: Tx, *, order_id: OrderId, lines: Sequence[HandOverLine] | None, reason: str, directory: Directory, by: Hand,
    expected_version: int | None = None, instead: Own | None = None, unless_begun: bool = False, place: LocationId | None = None,
) -> Edited:  # fmt: skip
    """Cancel what has not gone out: the given quantities of lines, or everything. What was paid for it goes back.

    Of a line that is promised at several places, what is promised at `place` goes first, then what is promised for the latest day.
    `unless_begun`: once somebody has gone to pick it, it takes a word with the shop, and is refused: BeingWorkedOn. Locks and
    refuses as `edit` does.
    """
    await lock(tx, order_id)
    if unless_begun and any(one.work.started_at for one in await fulfillment.find(tx, holders=[order_id], lock=True)):
        raise BeingWorkedOn()
    by_id = {one.id: one for one in await tx.all(store.LINES, ids=[order_id])}
    fewer: Counter[LineItemId] = Counter()
    for one in lines or ():
        if one.line_id not in by_id:
            raise NotFound(what="line", id=str(one.line_id))
        if one.quantity <= 0:
            raise BadQuantity(quantity=one.quantity)
        fewer[one.line_id] += one.quantity
    if lines is None:
        fewer.update({one.id: one.agreed - one.fulfilled for one in by_id.values()})
    left = tuple(LineQuantity(line_id, by_id[line_id].agreed - units) for line_id, units in fewer.items() if units)
    asked = Edit(order_id=order_id, reason=reason, expected_version=expected_version, quantities=left)
    return await _change(tx, asked, directory, by, instead, canceled=True, place=place)


async def _change(
    tx: Tx, edit: Edit, directory: Directory, by: Hand, instead: Own | None, *, canceled: bool, place: LocationId | None = None,
) -> Edited:  # fmt: skip
    head = await lock(tx, edit.order_id)
    if edit.expected_version not in (None, head.version):
        raise VersionChanged(version=head.version)
    if head.state is State.CANCELED and not canceled:
        raise Ended()
    if head.payment_term is Term.SETTLED_ELSEWHERE and (edit.adds or edit.prices or edit.swaps):
        raise NotEditable()
    before = await order(tx, order_id=edit.order_id)
    draft = await _apply(tx, before, edit, directory, place)
    lines = [
        _recut(one, before, head) for one in await discounting.discount_anew(tx, before, draft.lines, draft.variants)
    ]
    changes = recutting.differences(before.lines, lines)
    promised_anew = draft.promises != list(before.expectations)
    carriage = carrying.after_change(head.carriage, draft.promises)
    carried_less = (head.carriage.gross if head.carriage else 0) - (carriage.gross if carriage else 0)
    after = msgspec.structs.replace(
        recutting.resum(msgspec.structs.replace(head, carriage=carriage), before.lines, lines),
        state=rules.state(lines),
        ship_to=edit.ship_to or head.ship_to,
        gift_message=head.gift_message if edit.gift_message is None else edit.gift_message,
        version=head.version + 1,
    )
    if not changes and not promised_anew and (after.ship_to, after.gift_message) == (head.ship_to, head.gift_message):
        raise NothingToChange()
    if not 0 <= after.total <= money.AMOUNT_MAX:
        raise BadUnitPrice(unit_price=after.total)
    if promised_anew:
        await _hold_anew(tx, draft, by)
    await rewriting.write(tx, after, before, lines, changes, draft.types, edit.reason)
    await discounting.revise(tx, before, after, lines)
    if promised_anew:
        await rewriting.promise_anew(tx, draft.promises, before)
    fact = OrderCanceled if canceled else OrderEdited
    tx.emit(
        [
            fact(
                subject=head.id, by=by, occurred_at=tx.now, customer_id=head.customer_id,
                lines=tuple(HandOverLine(line_id, units) for line_id, (units, _) in changes.items() if units),
                amount=after.total - head.total, currency=head.currency, reason=edit.reason, carriage=carried_less,
            )
        ]
    )  # fmt: skip
    await follow(tx, order_id=head.id, directory=directory, by=by)
    reason = edit.reason or ("canceled" if canceled else "edited")
    refunds = await paying.square(tx, head=after, reason=reason, cause=head.id, by=by, instead=instead)
    return Edited(await order(tx, order_id=edit.order_id), head.total, tuple(refunds))


def _recut(line: OrderLine, before: Order, head: Head) -> OrderLine:
    """A line that was touched, with its amounts; one that was not stays as it was agreed, whatever made it so."""
    old = next((one for one in before.lines if one.id == line.id), None)
    if old is not None and (old.agreed, old.unit_price, old.discounts) == (
        line.agreed,
        line.unit_price,
        line.discounts,
    ):
        return line
    return recutting.recut(line, old, market_id=head.market_id, taxes_included=head.taxes_included)


async def _apply(tx: Tx, before: Order, edit: Edit, directory: Directory, place: LocationId | None) -> _Draft:
    """The order as it would be. Refuses what cannot be changed so."""
    head = before.head
    named = {line.variant_id for line in before.lines} | {one.variant_id for one in edit.adds}
    named |= {one.variant_id for one in edit.swaps}
    variants = await catalog.variants(tx, ids=sorted(named), language=head.language)
    draft = _Draft(
        head, {one.id: one for one in before.lines}, list(before.expectations), variants, set(), set(), {}, place
    )
    for quantity in edit.quantities:
        _set_quantity(draft, draft.line(quantity.line_id), quantity.quantity, tx)
    for price in edit.prices:
        if not 0 <= price.unit_price <= money.AMOUNT_MAX:
            raise BadUnitPrice(unit_price=price.unit_price)
        draft.lines[price.line_id] = msgspec.structs.replace(
            draft.line(price.line_id), unit_price=price.unit_price, price_fixed=True
        )
        draft.types[price.line_id] = "price_override"
    for move in edit.moves:
        _move(draft, draft.line(move.line_id), move, directory, tx)
    adds = [(one, None) for one in edit.adds] + [
        _swapped(draft, draft.line(one.line_id), one, tx) for one in edit.swaps
    ]
    if adds:
        await _add(tx, draft, adds, directory)
    if len(draft.lines) > LINES_MAX:
        raise TooManyLines()
    return draft


def _set_quantity(draft: _Draft, line: OrderLine, quantity: int, tx: Tx) -> None:
    if not 0 <= quantity <= QUANTITY_MAX:
        raise BadQuantity(quantity=quantity)
    if quantity < line.fulfilled:
        raise BelowFulfilled(line_id=line.id, fulfilled=line.fulfilled)
    change = quantity - line.agreed
    if change < 0:
        draft.lines[line.id] = msgspec.structs.replace(line, canceled=line.canceled - change)
        for one in draft.open(line.id):
            part = min(-change, one.quantity - one.fulfilled)
            change += part
            draft.change_promise(one, one.quantity - part)
        if change:
            raise NothingOpen(line_id=line.id)
    elif change > 0:
        promised = draft.open(line.id) or [one for one in draft.promises if one.line_id == line.id]
        if not promised or promised[0].method is Method.CARRY_OUT:
            raise NothingOpen(line_id=line.id)
        draft.lines[line.id] = msgspec.structs.replace(line, ordered=line.ordered + change)
        draft.change_promise(promised[0], promised[0].quantity + change)
        draft.grown.add(line.id)


def _swapped(draft: _Draft, line: OrderLine, swap: Swap, tx: Tx) -> tuple[AddLine, LineItemId]:
    """The other variant in place of what has not gone out; what was to go out of the old one is canceled."""
    promised = draft.open(line.id)
    units = line.agreed - line.fulfilled
    if not units or not promised:
        raise NothingOpen(line_id=line.id)
    _set_quantity(draft, line, line.fulfilled, tx)
    return AddLine(swap.variant_id, units, promised[0].method, promised[0].location_id), line.id


def _move(draft: _Draft, line: OrderLine, move: MoveLine, directory: Directory, tx: Tx) -> None:
    promised = draft.open(line.id)
    if not promised:
        raise NothingOpen(line_id=line.id)
    _check_place(draft, move.method, move.location_id, directory)
    units = sum(one.quantity - one.fulfilled for one in promised)
    for one in promised:
        draft.change_promise(one, one.fulfilled)
    draft.promises.append(_promise(draft, line.id, move.method, move.location_id, units, directory, tx))
    draft.grown.add(line.id)


def _check_place(draft: _Draft, method: Method, location_id: LocationId, directory: Directory) -> None:
    place = directory.locations.get(location_id)
    fits = place is not None and (place.kind is LocationKind.STORE or method.sent)
    if place is None or not fits or place.market_id != draft.head.market_id or method is Method.CARRY_OUT:
        raise WrongLocation(location_id=location_id)


def _promise(
    draft: _Draft,
    line_id: LineItemId,
    method: Method,
    location_id: LocationId,
    units: int,
    directory: Directory,
    tx: Tx,
) -> Expectation:
    """A new promise: as others of the order that come in the same way from the same place, else once it is picked."""
    for one in draft.promises:
        if one.method is method and one.location_id == location_id and one.fulfilled < one.quantity:
            return Expectation(
                ExpectationId.new(), draft.head.id, line_id, method, location_id, units, 0, one.earliest, one.latest
            )
    earliest, latest = rules.promise(directory.locations[location_id], at=tx.now)
    return Expectation(ExpectationId.new(), draft.head.id, line_id, method, location_id, units, 0, earliest, latest)


async def _add(tx: Tx, draft: _Draft, adds: Sequence[tuple[AddLine, LineItemId | None]], directory: Directory) -> None:
    """New lines at today's prices; each says which line it takes the place of, if any."""
    head = draft.head
    market = directory.market_by_id(head.market_id)
    prices = await discounting.prices(tx, head, draft.variants, [one for one, _ in adds], directory)
    rates = (await pricing.rates(tx, market_ids=[head.market_id]))[head.market_id]
    for one, instead_of in adds:
        variant = draft.variants.get(one.variant_id)
        if variant is None:
            raise UnknownVariant(variant_id=one.variant_id)
        if (price := prices.get(one.variant_id)) is None:
            raise NoPrice(variant_id=one.variant_id, market=market.code)
        if not 0 < one.quantity <= QUANTITY_MAX:
            raise BadQuantity(quantity=one.quantity)
        place = one.location_id or _sent_from(draft, one)
        _check_place(draft, one.method, place, directory)
        line = OrderLine(
            id=LineItemId.new(), order_id=head.id, position=max((each.position for each in draft.lines.values()), default=-1) + 1,
            parent_id=None, variant_id=variant.id, public_id=variant.public_id, sku=variant.sku, title=variant.title,
            unit=variant.unit, scale=variant.scale, unit_price=price, net=0, tax=0, gross=0,
            ordered=one.quantity, split_from=instead_of,
            tax_lines=tuple(TaxLine(rate.jurisdiction, rate.rate_ppm, 0) for rate in rates if rate.tax_category == variant.tax_category),
        )  # fmt: skip
        draft.lines[line.id] = line
        draft.promises.append(_promise(draft, line.id, one.method, place, one.quantity, directory, tx))
        draft.grown.add(line.id)
        if one.backorder:
            draft.ahead.add(line.id)


def _sent_from(draft: _Draft, add: AddLine) -> LocationId:
    """Where others of the order are sent from in the same way. Refuses NoDestination where none are."""
    for one in draft.promises:
        if one.method is add.method and one.location_id:
            return one.location_id
    raise NoDestination()


async def _hold_anew(tx: Tx, draft: _Draft, by: Hand) -> None:
    """Hold what is promised now, all or nothing, in place of what was held; raises OutOfStock."""
    wanted = tuple(
        WantLine(
            one.line_id, part.variant_id, one.location_id, part.quantity, take=False,
            backorder=one.line_id in draft.ahead or one.line_id not in draft.grown,
        )
        for one in draft.promises
        if one.location_id and one.fulfilled < one.quantity
        for part in draft.variants[draft.lines[one.line_id].variant_id].parts(one.quantity - one.fulfilled)
    )  # fmt: skip
    if not wanted:
        await inventory.release(tx, holders=[draft.head.id], by=by)
        return
    want = Want(holder=draft.head.id, lines=wanted, by=by, occurred_at=tx.now, replaces=draft.head.id)
    (answer,) = await inventory.allocate(tx, wants=[want])
    if isinstance(answer, Refused):
        raise answer

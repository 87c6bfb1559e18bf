"""Orders of the past: agreed, paid and fulfilled elsewhere. They are history, not work: no stock moves, no money moves,
nothing is promised. Both commands take many and answer each, and recording the same thing again changes nothing."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from portico.orders import past_store, rules
from portico.orders.events import OrderRecorded, ReturnRecorded
from portico.orders.types import AdjustmentId, OrderId, PastOrder, PastReturn, Recorded
from portico.platform import clock
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id, encode_hook
from portico.platform.money import split
from portico.pricing.types import LineItemId


class Share(msgspec.Struct, frozen=True):
    """A part of a return: so many of one line, or (None) of no purchase that is known."""

    of: PastReturn
    bought: past_store.Bought | None
    quantity: int
    amount: int
    external_ref: str


async def record_past(tx: Tx, *, orders: Sequence[PastOrder], by: Hand) -> list[Recorded]:
    """Take over orders, each known by its `external_ref`; one answer per order, in order.

    An order that is here already is left as it is. An order has at least one line (ValueError).
    """
    if not all(one.lines for one in orders):
        raise ValueError("an order has at least one line")
    refs = [one.external_ref for one in orders]
    known = {one.external_ref: one.id for one in await tx.all(past_store.KNOWN, external_refs=refs)}
    ids = {one.external_ref: OrderId.new() for one in orders if one.external_ref not in known}
    fresh = {one.external_ref: one for one in orders if one.external_ref in ids}
    labels = {ref: rules.new_label() for ref in fresh}
    added = set(await _write_heads(tx, fresh, ids, labels, by)) if fresh else set()
    written = [one for ref, one in fresh.items() if ids[ref] in added]
    await tx.copy("orders.line", columns=past_store.LINE_COLUMNS, records=_line_records(written, ids))
    tx.emit(
        OrderRecorded(
            subject=ids[one.external_ref],
            customer_id=one.customer_id,
            by=by,
            occurred_at=one.placed_at,
            label=labels[one.external_ref],
            total=sum(line.gross for line in one.lines) + one.discount + one.fulfillment,
            currency=one.currency,
            lines=len(one.lines),
        )
        for one in written
    )
    if len(written) < len(fresh):  # another process took some over while we were at it
        known |= {one.external_ref: one.id for one in await tx.all(past_store.KNOWN, external_refs=refs)}
    answers: list[Recorded] = []
    unanswered = {one.external_ref for one in written}
    for ref in refs:
        answers.append(Recorded(ref in unanswered, known.get(ref) or ids[ref]))
        unanswered.discard(ref)
    return answers


async def _write_heads(
    tx: Tx, fresh: dict[str, PastOrder], ids: dict[str, OrderId], labels: dict[str, str], by: Hand
) -> list[OrderId]:
    orders = list(fresh.values())
    return await tx.all(
        past_store.RECORD,
        ids=[ids[ref] for ref in fresh],
        labels=[labels[ref] for ref in fresh],
        market_ids=[one.market_id for one in orders],
        currencies=[one.currency for one in orders],
        taxes_includeds=[one.taxes_included for one in orders],
        customer_ids=[one.customer_id for one in orders],
        languages=[one.language for one in orders],
        link_tokens=[secrets.token_urlsafe(16) for _ in orders],
        external_refs=list(fresh),
        origins=[msgspec.json.encode(one.origin, enc_hook=encode_hook).decode() for one in orders],
        placed_ats=[one.placed_at for one in orders],
        offsets=[clock.offset_minutes(one.placed_at, one.time_zone) for one in orders],
        subtotals=[sum(line.net for line in one.lines) for one in orders],
        taxes=[sum(line.tax for line in one.lines) for one in orders],
        discounts=[one.discount for one in orders],
        fulfillments=[one.fulfillment for one in orders],
        channel=by.channel_id,
        actor=by.actor,
        actor_name=by.actor_name,
        now=tx.now,
    )


def _line_records(orders: Iterable[PastOrder], ids: dict[str, OrderId]) -> Iterable[tuple[object, ...]]:
    """Rows for COPY, in the order of `past_store.LINE_COLUMNS`."""
    for order in orders:
        order_id = ids[order.external_ref]
        for position, line in enumerate(order.lines):
            yield (
                LineItemId.new(), order_id, position, line.variant_id, line.public_id, line.sku, line.title, line.unit,
                line.scale, line.unit_price, line.net, line.tax, line.gross, line.quantity, line.quantity,
            )  # fmt: skip


async def record_past_returns(tx: Tx, *, returns: Sequence[PastReturn], by: Hand) -> list[Recorded]:
    """Take over returns, each known by its `external_ref`; one answer per return, in order.

    Goods that went back are counted on what their customer bought before, latest purchase first; what matches no
    purchase is kept without one. Money alone (refund, correction) is never counted on lines. Locks the customers'
    past orders in order of their ids.
    """
    goods = [one for one in returns if one.type == "return" and one.customer_id]
    customers: list[Id] = sorted({one.customer_id for one in goods if one.customer_id})
    await tx.all(past_store.LOCK_OF_CUSTOMERS, customer_ids=customers)
    found = await tx.all(past_store.KNOWN_RETURNS, external_refs=[one.external_ref for one in returns])
    known = {one.external_ref: one.order_id for one in found}
    fresh = list({one.external_ref: one for one in returns if one.external_ref not in known}.values())
    pairs = list({(one.customer_id, one.variant_id) for one in fresh if one.type == "return" and one.customer_id})
    bought = await tx.all(
        past_store.BOUGHT,
        customer_ids=customers,
        pair_customers=[customer for customer, _ in pairs],
        pair_variants=[variant for _, variant in pairs],
    )
    shares = share_returns(fresh, bought=bought)
    await _write_shares(tx, shares)
    tx.emit(
        ReturnRecorded(
            subject=one.bought.order_id,
            customer_id=one.of.customer_id,
            by=by,
            occurred_at=one.of.occurred_at,
            quantity=one.quantity,
            amount=one.amount,
            currency=one.of.currency,
        )
        for one in shares
        if one.bought
    )
    first = {one.of.external_ref: one.bought.order_id if one.bought else None for one in reversed(shares)}
    answers: list[Recorded] = []
    for one in returns:
        answers.append(Recorded(one.external_ref in first, known.get(one.external_ref) or first.get(one.external_ref)))
        known.setdefault(one.external_ref, first.pop(one.external_ref, None))
    return answers


def share_returns(returns: Sequence[PastReturn], *, bought: Sequence[past_store.Bought]) -> list[Share]:
    """Count returned goods on purchases made before them, latest first; returns in order of their time.

    Quantities and amounts of a return's shares add up to its own. `bought` comes latest first.
    """
    left = {one.line_id: one.left for one in bought}
    by_pair: defaultdict[tuple[object, object], list[past_store.Bought]] = defaultdict(list)
    for one in bought:
        by_pair[one.customer_id, one.variant_id].append(one)
    shares: list[Share] = []
    for went_back in sorted(returns, key=lambda one: (one.occurred_at, one.external_ref)):
        parts: list[tuple[past_store.Bought | None, int]] = []
        rest = went_back.quantity
        lines = by_pair[went_back.customer_id, went_back.variant_id] if went_back.type == "return" else []
        for line in lines:
            if rest and left[line.line_id] and line.placed_at <= went_back.occurred_at:
                part = min(rest, left[line.line_id])
                left[line.line_id] -= part
                rest -= part
                parts.append((line, part))
        if rest:
            parts.append((None, rest))
        amounts = split(went_back.amount, weights=[quantity for _, quantity in parts])
        for i, ((line_or_none, quantity), amount) in enumerate(zip(parts, amounts, strict=True)):
            ref = went_back.external_ref + (f"#{i + 1}" if i else "")
            shares.append(Share(went_back, line_or_none, quantity, amount, ref))
    return shares


async def _write_shares(tx: Tx, shares: Sequence[Share]) -> None:
    await tx.run(
        past_store.RECORD_ADJUSTMENTS,
        ids=[AdjustmentId.new() for _ in shares],
        order_ids=[one.bought.order_id if one.bought else None for one in shares],
        line_ids=[one.bought.line_id if one.bought else None for one in shares],
        customer_ids=[one.of.customer_id for one in shares],
        variant_ids=[one.of.variant_id for one in shares],
        types=[one.of.type for one in shares],
        quantities=[-one.quantity for one in shares],
        amounts=[-one.amount for one in shares],
        currencies=[one.of.currency for one in shares],
        reasons=[one.of.reason for one in shares],
        external_refs=[one.external_ref for one in shares],
        occurred_ats=[one.of.occurred_at for one in shares],
        now=tx.now,
    )
    counted = [one for one in shares if one.bought]
    if counted:
        await tx.run(
            past_store.COUNT_RETURNED,
            line_ids=[one.bought.line_id for one in counted if one.bought],
            quantities=[one.quantity for one in counted],
        )
        await tx.run(past_store.SETTLE_STATES, ids=sorted({one.bought.order_id for one in counted if one.bought}))

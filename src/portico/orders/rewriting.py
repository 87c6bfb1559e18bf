"""Writing an order anew after it was changed: its row, its lines, its taxes, what is promised, and the change itself."""

from collections.abc import Mapping, Sequence

import msgspec

from portico.orders import editing_store, recutting
from portico.orders.types import AdjustmentId, Expectation, Head, Order, OrderLine
from portico.platform.db import Tx
from portico.platform.ids import encode_hook
from portico.pricing.types import LineItemId


async def promise_anew(tx: Tx, promises: Sequence[Expectation], before: Order) -> None:
    """Write what is promised from now on in place of what was."""
    known = {one.id for one in before.expectations}
    kept = [one for one in promises if one.id in known]
    fresh = [one for one in promises if one.id not in known]
    await tx.run(
        editing_store.REPROMISE,
        order_id=before.head.id,
        ids=[one.id for one in kept],
        quantities=[one.quantity for one in kept],
        new_ids=[one.id for one in fresh],
        line_ids=[one.line_id for one in fresh],
        methods=[one.method for one in fresh],
        location_ids=[one.location_id for one in fresh],
        new_quantities=[one.quantity for one in fresh],
        earliests=[one.earliest for one in fresh],
        latests=[one.latest for one in fresh],
    )


async def write(
    tx: Tx, after: Head, before: Order, lines: Sequence[OrderLine], changes: Mapping[LineItemId, tuple[int, int]],
    types: Mapping[LineItemId, str], reason: str,
) -> None:  # fmt: skip
    """Write an order as it is after a change, and what the change was: `changes` by line, how many more and by how much gross."""
    known = {one.id for one in before.lines}
    old, new = [one for one in lines if one.id in known], [one for one in lines if one.id not in known]
    by_id = {one.id: one for one in lines}
    less = (before.head.carriage.gross if before.head.carriage else 0) - (after.carriage.gross if after.carriage else 0)
    of_carriage = [less] if less else []
    await tx.run(
        editing_store.SAVE_EDIT,
        order_id=after.id,
        state=after.state,
        subtotal=after.subtotal,
        items_discount=after.items_discount,
        discount=after.discount,
        tax=after.tax,
        total=after.total,
        fulfillment=after.fulfillment,
        carriage=None if after.carriage is None else _json(after.carriage),
        ship_to=None if after.ship_to is None else _json(after.ship_to),
        gift_message=after.gift_message,
        customer_id=after.customer_id,
        currency=after.currency,
        reason=reason[:500],
        now=tx.now,
        line_ids=[one.id for one in old],
        ordereds=[one.ordered for one in old],
        canceleds=[one.canceled for one in old],
        unit_prices=[one.unit_price for one in old],
        nets=[one.net for one in old],
        taxes=[one.tax for one in old],
        grosses=[one.gross for one in old],
        tax_lines=[_json(one.tax_lines) for one in old],
        net_discounts=[one.net_discount for one in old],
        discounts=[_json(one.discounts) for one in old],
        price_fixeds=[one.price_fixed for one in old],
        new_ids=[one.id for one in new],
        new_positions=[one.position for one in new],
        new_split_froms=[one.split_from for one in new],
        new_variant_ids=[one.variant_id for one in new],
        new_public_ids=[one.public_id for one in new],
        new_skus=[one.sku for one in new],
        new_titles=[one.title for one in new],
        new_units=[one.unit for one in new],
        new_scales=[one.scale for one in new],
        new_unit_prices=[one.unit_price for one in new],
        new_nets=[one.net for one in new],
        new_taxes=[one.tax for one in new],
        new_grosses=[one.gross for one in new],
        new_ordereds=[one.ordered for one in new],
        new_tax_lines=[_json(one.tax_lines) for one in new],
        new_net_discounts=[one.net_discount for one in new],
        new_discounts=[_json(one.discounts) for one in new],
        adjustment_ids=[AdjustmentId.new() for _ in (*changes, *of_carriage)],
        adjustment_line_ids=[*changes, *(None for _ in of_carriage)],
        adjustment_variant_ids=[*(by_id[line_id].variant_id for line_id in changes), *(None for _ in of_carriage)],
        adjustment_types=[
            *(
                types.get(line_id) or ("cancellation" if units < 0 else "addition")
                for line_id, (units, _) in changes.items()
            ),
            *("cancellation" for _ in of_carriage),
        ],
        adjustment_quantities=[*(units for units, _ in changes.values()), *(0 for _ in of_carriage)],
        adjustment_amounts=[*(amount for _, amount in changes.values()), *(-one for one in of_carriage)],
    )
    summed = recutting.taxes(lines, after.carriage)
    await tx.run(
        editing_store.ADD_TAXES,
        order_id=after.id,
        jurisdictions=[one.jurisdiction for one in summed],
        rates=[one.rate_ppm for one in summed],
        amounts=[one.amount for one in summed],
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=encode_hook).decode()

"""What of an order may come back, line by line, with the reasons."""

from collections.abc import Mapping, Sequence

import msgspec

from portico.catalog import api as catalog
from portico.catalog.types import Variant, VariantId
from portico.orders import api as orders
from portico.orders.types import Order, OrderLine, TakeBack
from portico.platform.db import Tx
from portico.pricing.types import LineItemId
from portico.returns import rules, store
from portico.returns.types import (
    BadReturn,
    Block,
    Eligible,
    NewLine,
    NotTaken,
    Policy,
    ReturnReason,
    Way,
)


class Case(msgspec.Struct, frozen=True):
    """An order, and what is known that decides what of it may come back."""

    order: Order
    policies: Sequence[Policy]
    variants: Mapping[VariantId, Variant]
    asked: Mapping[LineItemId, int]

    def line(self, line_id: LineItemId) -> OrderLine | None:
        return next((one for one in self.order.lines if one.id == line_id), None)

    def policy(self, line: OrderLine) -> Policy:
        variant = self.variants.get(line.variant_id)
        return rules.policy_for(self.policies, variant.tax_category if variant else "", self.order.head.market_id)

    def standing(self, line: OrderLine) -> rules.Standing:
        return rules.standing(line, self.order.head, self.order.events, self.asked.get(line.id, 0))


async def case(tx: Tx, *, order: Order, policies: Sequence[Policy] | None = None) -> Case:
    """What decides; whoever acts on it holds the order's lock. `policies`: as if they were the market's."""
    variants = await catalog.variants(tx, ids=sorted({one.variant_id for one in order.lines}))
    asked = {one.line_id: one.quantity for one in await tx.all(store.ASKED, order_id=order.head.id)}
    if policies is None:
        policies = await tx.all(store.POLICIES, market_id=order.head.market_id)
    return Case(order, policies, variants, asked)


async def eligible(
    tx: Tx, *, order: Order, reason: ReturnReason, way: Way, policies: Sequence[Policy] | None = None
) -> list[Eligible]:
    """Each line: how many may come back for this reason, until when, what they are worth, and what is against it. With
    `policies`, what it would be under them."""
    found = await case(tx, order=order, policies=policies)
    shown = []
    for line in order.lines:
        now, policy = found.standing(line), found.policy(line)
        units = now.missing if reason is ReturnReason.MISSING_PARCEL else now.left
        worth = values(order, [(line.id, units)])[0] if units else 0
        shown.append(
            Eligible(
                line_id=line.id, variant_id=line.variant_id, title=line.title, sku=line.sku, scale=line.scale, left=now.left,
                missing=now.missing, until=rules.until(now, policy=policy, reason=reason), value=worth,
                fee=rules.fees([(policy, reason, worth)], way=way),
                blocks=rules.judge(now, policy=policy, reason=reason, quantity=max(units, 1), at=tx.now, way=way),
            )
        )  # fmt: skip
    return shown


def values(order: Order, lines: Sequence[tuple[LineItemId, int]]) -> list[int]:
    """What so many of each line are worth, one after the other."""
    back = [TakeBack(line_id, quantity) for line_id, quantity in lines]
    found = orders.values(order.head, order.lines, order.adjustments, back)
    return [found[i] for i in range(len(back))]


def blocks(found: Case, lines: Sequence[NewLine], tx: Tx, *, way: Way) -> list[tuple[Block, ...]]:
    """What is against each, with what was named before it counted in. Refuses BadReturn for a line that is not the order's."""
    named: dict[LineItemId, int] = {}
    judged = []
    for one in lines:
        line = found.line(one.line_id) if one.line_id else None
        if line is None:
            raise BadReturn(field="line_id")
        named[line.id] = named.get(line.id, 0) + one.quantity
        judged.append(
            rules.judge(
                found.standing(line),
                policy=found.policy(line),
                reason=one.reason,
                quantity=named[line.id],
                at=tx.now,
                way=way,
            )
        )
    return judged


def refuse(lines: Sequence[NewLine], judged: Sequence[tuple[Block, ...]], *, overridden: bool) -> None:
    """Refuses NotTaken unless nothing is against it, or nothing that somebody who may has not decided otherwise."""
    against = {str(one.line_id): each for one, each in zip(lines, judged, strict=True) if each}
    overridable = all(one.can_be_overridden for each in judged for one in each)
    if against and not (overridable and overridden):
        raise NotTaken(lines=against, overridable=overridable)

"""What others may ask of orders."""

from collections import defaultdict
from uuid import UUID

from portico.orders import store
from portico.orders.asking import (
    address_of,
    ask_to_pay,
    asked,
    give_up_paying,
    pay_by_provider,
    payable,
    recipient,
    refuse_unpayable,
    under_way,
)
from portico.orders.batch import Placed, place_known
from portico.orders.buying_for import spent_by
from portico.orders.carrying import country
from portico.orders.drafting import Weighed, quote, weigh
from portico.orders.earned import DAYS_MAX, dry_run, earn, follow_cards, purchases, sell_card, with_cards
from portico.orders.editing import cancel, edit
from portico.orders.finding import PAGE_MAX, Before, by_link, find, heads, order, orders, spent, units, waiting
from portico.orders.fulfilling import hand_over
from portico.orders.holding import hold, holds, lift, lift_if_held, note, notes, read_tags, refuse_held, tag
from portico.orders.past import record_past, record_past_returns
from portico.orders.paying import (
    ask_provider,
    capture_for,
    credit,
    let_go,
    pay,
    pay_cash,
    pay_invoice,
    refund,
    settle,
    square,
)
from portico.orders.placing import place
from portico.orders.returning import locked, take_back, values
from portico.orders.segmented import kept, of_customers
from portico.orders.sending import make_room, reject
from portico.orders.sold import lowest_sold
from portico.orders.timeline import timeline
from portico.orders.unfetched import collect_policies, give_up, put_collect_policy, sweep_not_fetched
from portico.orders.working import (
    arrive,
    end_stop,
    follow,
    leave_run,
    pick_short,
    ship,
    track,
)
from portico.payments import api as payments
from portico.platform.db import Tx

__all__ = [
    "DAYS_MAX",
    "PAGE_MAX",
    "Before",
    "Placed",
    "Weighed",
    "address_of",
    "arrive",
    "ask_provider",
    "ask_to_pay",
    "asked",
    "by_link",
    "cancel",
    "capture_for",
    "collect_policies",
    "country",
    "credit",
    "differences",
    "dry_run",
    "earn",
    "edit",
    "end_stop",
    "find",
    "follow",
    "follow_cards",
    "give_up",
    "give_up_paying",
    "hand_over",
    "heads",
    "hold",
    "holds",
    "kept",
    "leave_run",
    "let_go",
    "lift",
    "lift_if_held",
    "locked",
    "lowest_sold",
    "make_room",
    "note",
    "notes",
    "of_customers",
    "order",
    "orders",
    "pay",
    "pay_by_provider",
    "pay_cash",
    "pay_invoice",
    "payable",
    "pick_short",
    "place",
    "place_known",
    "purchases",
    "put_collect_policy",
    "quote",
    "read_tags",
    "recipient",
    "record_past",
    "record_past_returns",
    "refund",
    "refuse_held",
    "refuse_unpayable",
    "reject",
    "sell_card",
    "settle",
    "ship",
    "spent",
    "spent_by",
    "square",
    "sweep_not_fetched",
    "tag",
    "take_back",
    "timeline",
    "track",
    "under_way",
    "units",
    "values",
    "waiting",
    "weigh",
    "with_cards",
]


async def differences(tx: Tx) -> list[store.OrderDifference]:
    """Orders whose stored figures are not what their parts add up to."""
    found = await tx.all(store.DIFFERENCES)
    paid = await tx.all(store.PAID)
    sums: defaultdict[UUID, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in await payments.payments_of(tx, references=[each.id for each in paid]):
        of = sums[one.reference]
        of[0], of[1], of[2] = of[0] + one.captured, of[1] + one.authorized, of[2] + one.refunded + one.refunding
    found += [
        store.OrderDifference(what, each.id, stored, added_up)
        for each in paid
        for what, stored, added_up in zip(
            ("paid", "authorized", "refunded"),
            (each.paid, each.authorized, each.refunded),
            sums[each.id.uuid],
            strict=True,
        )
        if stored != added_up
    ]
    return found

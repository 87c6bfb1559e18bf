"""How a return goes on, and how the last step settles it: stock, order and money in one transaction."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from portico.business.types import LocationId
from portico.fulfillment.types import Label
from portico.orders import api as orders
from portico.orders.types import Order, TakeBack, TakenBack
from portico.payments.types import Own, Refund
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.privacy import api as privacy
from portico.privacy.types import Letter
from portico.returns import judging, rules, store
from portico.returns.events import ReturnChanged
from portico.returns.types import Event, Graded, Head, ReturnLine, State, Way, WrongStep

SOME_TILL = UUID(int=0)


async def go_on(
    tx: Tx, *, head: Head, event: Event, by: Hand, reason: str = "", location_id: LocationId | None = None, value: int = 0,
    fee: int = 0, refunded: int = 0,
) -> Head:  # fmt: skip
    """Write the step and tell of it. Refuses WrongStep."""
    state = rules.FOLLOWS.get((head.state, event))
    if state is None:
        raise WrongStep(state=head.state, event=event)
    moved = await tx.maybe(
        store.GO_ON, id=head.id, before=head.state, event=event, state=state, reason=reason, actor=by.actor,
        actor_name=by.actor_name, location_id=location_id, value=value, fee=fee, refunded=refunded, now=tx.now,
    )  # fmt: skip
    if moved is None:
        raise WrongStep(state=head.state, event=event)
    _tell(tx, head, event, state, value, fee, by)
    return msgspec.structs.replace(
        head, state=state, location_id=location_id or head.location_id, value=value, fee=fee, refunded=refunded,
        changed_at=tx.now,
    )  # fmt: skip


def _tell(tx: Tx, head: Head, event: str, state: State, value: int, fee: int, by: Hand) -> None:
    tx.emit(
        [
            ReturnChanged(
                subject=head.id, by=by, occurred_at=tx.now, customer_id=head.customer_id, order_id=head.order_id, way=head.way,
                event=event, state=state, value=value, fee=fee, currency=head.currency,
            )
        ]
    )  # fmt: skip


def tell_asked(tx: Tx, head: Head, by: Hand) -> None:
    _tell(tx, head, "request", State.REQUESTED, 0, 0, by)


def tell_label(tx: Tx, head: Head, label: Label, by: Hand) -> None:
    """Its label has come, or will not: whoever looks at the return sees it."""
    _tell(tx, head, f"label_{label}", head.state, head.value, head.fee, by)


def refunding_hand(way: Way, order: Order, by: Hand, *, foreseen: bool = False) -> Hand:
    """Who gives the money back. Cash and cards in hand are given back at a till, to whoever stands there: not for a parcel that
    came by post, whoever unpacks it. What is `foreseen` of something to be brought to a store is seen as that store's till will."""
    if way is not Way.COUNTER:
        return msgspec.structs.replace(by, till_id=None)
    if foreseen and by.till_id is None:
        return msgspec.structs.replace(by, till_id=order.head.till_id or SOME_TILL)
    return by


async def credit(
    tx: Tx,
    *,
    head: Head,
    order: Order,
    lines: Sequence[tuple[ReturnLine, int]],
    by: Hand,
    settle: bool,
    instead: Own | None,
) -> TakenBack | None:
    """Have the order take back so many of each line, and give what is owed for them less what is kept. The order is locked."""
    taken = [(one, units) for one, units in lines if units and one.line_id]
    if not taken:
        return None
    found = await judging.case(tx, order=order)
    worth = judging.values(order, [(one.line_id, units) for one, units in taken if one.line_id])
    kept = rules.fees(
        [
            (found.policy(line), one.reason, value)
            for (one, _), value in zip(taken, worth, strict=True)
            if (line := found.line(one.line_id)) is not None  # type: ignore[arg-type]
        ],
        way=head.way if head.way is not Way.CLAIM else Way.COUNTER,
    )
    return await orders.take_back(
        tx, order_id=order.head.id, lines=[TakeBack(one.line_id, units, one.exchanged) for one, units in taken if one.line_id],
        reason=f"return {head.code}", cause=head.id, by=by, fee=kept, settle=settle, instead=instead,
    )  # fmt: skip


async def write_of_cards(tx: Tx, head: Head, order: Order, refunds: Sequence[Refund]) -> None:
    """A new gift card's code is told once, and its owner does not stand there: she is written to, as no fact bears a code."""
    buyer = order.head
    for one in refunds:
        if one.card_code and buyer.buyer_email:
            amount = i18n.currency(buyer.language, one.amount, head.currency)
            places = {"code": head.code, "amount": amount, "card": one.card_code}
            letter = Letter(
                kind="return.card", language=buyer.language,
                subject=i18n.text(buyer.language, "mail.return.card.subject", **places),
                text=i18n.text(buyer.language, "mail.return.card.text", **places),
            )  # fmt: skip
            await privacy.write(tx, to=orders.recipient(buyer), purpose="service", letter=letter)


async def write_grades(tx: Tx, *, grades: Sequence[tuple[ReturnLine, Sequence[Graded]]]) -> None:
    await tx.run(
        store.GRADE,
        ids=[line.id for line, _ in grades],
        grades=[msgspec.json.encode(list(each), enc_hook=encode_hook).decode() for _, each in grades],
    )

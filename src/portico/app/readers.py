"""The durable readers: which facts lead to what."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from portico.app.earning import CHANGES_WHAT_IS_KEPT, Earning
from portico.app.places import Places
from portico.app.return_letters import ReturnLetters
from portico.app.segmenting import ABOUT_PEOPLE, Segmenting
from portico.business import api as business
from portico.customers.events import CustomerChanged, CustomerCreated
from portico.customers.types import CustomerId
from portico.documents import api as documents
from portico.documents.types import CreditLine
from portico.fulfillment import api as fulfillment
from portico.fulfillment.events import OrderResourced, WorkReady
from portico.fulfillment.types import FulfillmentId
from portico.identity import api as identity
from portico.identity.events import AttributesTold
from portico.inventory.events import CountShort
from portico.inventory.types import CountId
from portico.orders import api as orders
from portico.orders.events import (
    OrderCanceled,
    OrderEdited,
    OrderHandedOver,
    OrderPaid,
    OrderPlaced,
    OrderReturned,
    OrderShipped,
    PaymentRequested,
)
from portico.orders.types import NOT_FETCHED, AskedTooOften, Head, HoldKind, Method, OrderId, Term
from portico.payments.events import (
    PaymentAuthorized,
    PaymentFailed,
    PaymentReceived,
    PaymentRefunded,
    PaymentVoided,
    RefundFailed,
)
from portico.payments.types import NothingDue, is_own
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Fact, Hand, Handler, Reader, Recorded
from portico.privacy import api as privacy
from portico.privacy.types import Letter
from portico.returns.events import ReturnChanged

MATCHING = Hand(actor="system:identity", actor_name="Portico")


def readers(public_url: str = "", *, ask_for_difference: bool = True) -> list[Reader]:
    letters, working = Letters(public_url), Working()
    asking: dict[type[Fact], Handler] = {OrderEdited: ask_difference} if ask_for_difference else {}
    return [
        Reader(
            "mail",
            {
                OrderPlaced: confirm_order,
                WorkReady: letters.ready,
                OrderShipped: letters.on_its_way,
                OrderCanceled: letters.not_fetched,
                ReturnChanged: ReturnLetters(public_url),
                **asking,
                PaymentRequested: letters.to_pay,
            },
            only_if={OrderPlaced: "by_mail", PaymentRequested: "by_mail"},
        ),
        Reader(
            "receipts",
            dict.fromkeys((OrderCanceled, OrderEdited, OrderReturned), take_back),
            many=dict.fromkeys((OrderPlaced, OrderPaid, OrderHandedOver), Receipts()),
            rest_seconds=0.25,
        ),
        Reader(
            "settling",
            dict.fromkeys(
                (PaymentReceived, PaymentAuthorized, PaymentFailed, PaymentVoided, PaymentRefunded, RefundFailed),
                settle,
            ),
        ),
        Reader("sending", {CountShort: make_room}),
        Reader("earning", {}, many=dict.fromkeys(CHANGES_WHAT_IS_KEPT, Earning()), rest_seconds=0.25),
        Reader(
            "identity",
            {},
            many=dict.fromkeys((CustomerCreated, CustomerChanged, AttributesTold), know_again),
            rest_seconds=0.25,
        ),
        Reader("segments", {}, many=dict.fromkeys(ABOUT_PEOPLE, Segmenting()), rest_seconds=0.25),
        Reader(
            "work",
            dict.fromkeys((OrderPlaced, OrderResourced, OrderShipped), working),
            only_if={OrderPlaced: "to_follow"},
        ),
    ]


async def settle(tx: Tx, fact: Recorded) -> None:
    """What a provider did of its own accord shows on the order; what was paid at once is there already, and costs nothing."""
    told = fact.fact()
    if not fact.subject.startswith(f"{OrderId.prefix}_") or is_own(getattr(told, "handler", "")):
        return
    head = await orders.settle(tx, order_id=OrderId.parse(fact.subject), by=told.by)
    if head.authorized:  # an answer that came late, to what was paid otherwise meanwhile
        head = await orders.let_go(tx, head=head, reason="paid_otherwise", by=told.by)
    if head.on_hold and not head.due:
        await orders.lift_if_held(tx, order_id=head.id, kind=HoldKind.PAYMENT, by=told.by)


class Working:
    """The work follows what was agreed, whatever the fact: what is promised now is what counts. So each may be heard twice."""

    def __init__(self) -> None:
        self._places = Places()

    async def __call__(self, tx: Tx, fact: Recorded) -> None:
        told = fact.fact()
        if fact.subject.startswith(f"{OrderId.prefix}_"):  # a decision may be a checkout's
            await orders.follow(tx, order_id=OrderId.parse(fact.subject), directory=await self._places(tx), by=told.by)


class Letters:
    """What a buyer is told by mail while her order is worked on."""

    def __init__(self, public_url: str) -> None:
        self._url = public_url

    async def ready(self, tx: Tx, fact: Recorded) -> None:
        """It waits for her: where, by which code she gets it."""
        told = fact.fact()
        if not isinstance(told, WorkReady) or not isinstance(told.holder, OrderId):
            return
        head = (await orders.order(tx, order_id=told.holder)).head
        work = (await fulfillment.work(tx, id=FulfillmentId(told.subject.bytes))).work
        place = (await business.directory(tx)).locations.get(told.location_id)
        await self._send(tx, head, "ready", code=f"{work.code[:3]} {work.code[3:]}", place=place.name if place else "")

    async def on_its_way(self, tx: Tx, fact: Recorded) -> None:
        """It has left, and where it can be followed."""
        told = fact.fact()
        if not isinstance(told, OrderShipped):
            return
        head = (await orders.order(tx, order_id=OrderId(told.subject.bytes))).head
        codes = ", ".join(one.tracking_code for one in told.parcels) or head.label
        await self._send(tx, head, "to_store" if told.method is Method.SHIP_TO_STORE else "shipped", codes=codes)

    async def not_fetched(self, tx: Tx, fact: Recorded) -> None:
        """Nobody came for it: it is canceled, and what of its money goes back."""
        told = fact.fact()
        if not isinstance(told, OrderCanceled) or told.reason != NOT_FETCHED:
            return
        head = (await orders.order(tx, order_id=OrderId(told.subject.bytes))).head
        if head.refunded or head.owed_back:  # asked of a provider it is still on its way
            amount = i18n.currency(head.language, -told.amount, head.currency)
            await self._send(tx, head, "not_fetched_paid", amount=amount)
        else:
            await self._send(tx, head, "not_fetched")

    async def to_pay(self, tx: Tx, fact: Recorded) -> None:
        """What is still to be paid, where, and until when; nothing, where it was paid meanwhile."""
        told = fact.fact()
        if not isinstance(told, PaymentRequested):
            return
        head = (await orders.order(tx, order_id=OrderId(told.subject.bytes))).head
        if not head.due:
            return
        places = (await business.directory(tx)).stores(head.market_id)
        until = i18n.moment(head.language, told.expires_at, places[0].time_zone if places else "UTC")
        amount = i18n.currency(head.language, head.due, head.currency)
        await self._send(
            tx, head, "to_pay", amount=amount, until=until, page="/pay", to=await orders.address_of(tx, head=head)
        )

    async def _send(self, tx: Tx, head: Head, what: str, page: str = "", to: str = "", **places: str) -> None:
        to = to or head.buyer_email
        if not to:
            return
        places = {**places, "label": head.label, "link": f"{self._url}/orders/{head.link_token}{page}"}
        letter = Letter(
            kind=f"order.{what}", language=head.language,
            subject=i18n.text(head.language, f"mail.{what}.subject", **places),
            text=i18n.text(head.language, f"mail.{what}.text", **places),
        )  # fmt: skip
        await privacy.write(tx, to=orders.recipient(head, address=to), purpose="service", letter=letter)


async def confirm_order(tx: Tx, fact: Recorded) -> None:
    """Have the buyer told by mail, if we know where. The address is the order's to know: the log keeps none. What is to be paid by a
    link is asked for."""
    placed = fact.fact()
    if not isinstance(placed, OrderPlaced):
        return
    order = await orders.order(tx, order_id=OrderId(placed.subject.bytes))
    if order.head.buyer_email:
        total = i18n.currency(placed.language, placed.total, placed.currency)
        letter = Letter(
            kind="order.placed", language=placed.language,
            subject=i18n.text(placed.language, "mail.order.subject", label=placed.label),
            text=i18n.text(placed.language, "mail.order.text", label=placed.label, total=total),
        )  # fmt: skip
        await privacy.write(tx, to=orders.recipient(order.head), purpose="service", letter=letter)
    if order.head.payment_term is Term.BY_LINK and order.head.due:
        await _ask(tx, order.head, by=placed.by, cause="placed")


async def ask_difference(tx: Tx, fact: Recorded) -> None:
    """An order that an edit made dearer asks its buyer for the difference, once for each edit. Not what is paid at a till when it
    is fetched, nor where there is no address to write to: the order says what is due, and the office may give her the link."""
    edited = fact.fact()
    if not isinstance(edited, OrderEdited) or edited.amount <= 0:
        return
    head = (await orders.order(tx, order_id=OrderId(edited.subject.bytes))).head
    if not head.due or head.payment_term not in (Term.NOW, Term.BY_LINK):
        return
    if await orders.address_of(tx, head=head):
        await _ask(tx, head, by=edited.by, cause=f"fact:{fact.event_id}")


async def _ask(tx: Tx, head: Head, *, by: Hand, cause: str) -> None:
    """Unless it was paid, or asked for often enough, meanwhile."""
    with suppress(NothingDue, AskedTooOften):
        await orders.ask_to_pay(tx, order_id=head.id, by=by, cause=cause)


class Receipts:
    """An order that is paid has its receipt, whether anybody asks for it or not."""

    def __init__(self) -> None:
        self._places = Places()

    async def __call__(self, tx: Tx, facts: Sequence[Recorded]) -> None:
        told = [one.fact() for one in facts]
        asks = [(OrderId(one.subject.bytes), one.by) for one in told]
        directory = await self._places(tx)
        written = {one.order_id for one in await documents.receipts(tx, asks=asks, directory=directory)}
        paid = {OrderId(one.subject.bytes): one.by for one in told if isinstance(one, OrderPaid)}
        for order_id, by in paid.items():  # what was added to it later may be paid only now
            if order_id not in written:
                await documents.supplement(tx, order_id=order_id, directory=directory, by=by)


async def take_back(tx: Tx, fact: Recorded) -> None:
    """What an order with a receipt lost again, by canceling, by an edit or because it came back, has a credit note; what it gained,
    a receipt of its own.

    A receipt knows what was agreed, not what came back: it is taken back from even where it was written after the goods were."""
    changed = fact.fact()
    if not isinstance(changed, OrderCanceled | OrderEdited | OrderReturned):
        return
    sign = 1 if isinstance(changed, OrderReturned) else -1
    if isinstance(changed, OrderReturned):  # it may be told in one breath with what it was paid with
        asks = [(OrderId(changed.subject.bytes), changed.by)]
        await documents.receipts(tx, asks=asks, directory=await business.directory(tx))
    lost = [CreditLine(str(one.line_id), sign * one.quantity) for one in changed.lines if sign * one.quantity > 0]
    if changed.carriage:
        lost.append(CreditLine(documents.CARRIAGE, 1))
    await documents.credit_change(
        tx,
        order_id=OrderId(changed.subject.bytes),
        lines=lost,
        reason=changed.reason,
        cause=f"fact:{fact.event_id}",
        changed_at=tx.now + timedelta(seconds=1) if isinstance(changed, OrderReturned) else fact.recorded_at,
        by=changed.by,
    )
    if isinstance(changed, OrderEdited):
        order_id, cause = OrderId(changed.subject.bytes), f"fact:{fact.event_id}"
        await documents.credit_repriced(tx, order_id=order_id, reason=changed.reason, cause=cause, by=changed.by)
        await documents.supplement(tx, order_id=order_id, directory=await business.directory(tx), by=changed.by)


async def know_again(tx: Tx, facts: Sequence[Recorded]) -> None:
    """Records that are new or say something else are found by it from now on; whoever they are like is joined, or shown to somebody."""
    ids = dict.fromkeys(CustomerId.parse(one.subject) for one in facts)
    await identity.consider(tx, ids=sorted(ids), by=MATCHING)


async def make_room(tx: Tx, fact: Recorded) -> None:
    """Send orders from elsewhere that a count has shown cannot be sent from there."""
    short = fact.fact()
    if not isinstance(short, CountShort):
        return
    directory = await business.directory(tx)
    await orders.make_room(
        tx,
        count_id=CountId(short.subject.bytes),
        directory=directory,
        network=await fulfillment.network(tx, directory=directory),
        by=short.by,
    )

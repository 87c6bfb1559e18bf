"""What nobody came for: it is for sale again, and what was ordered of it is canceled and paid back by itself, as a market says."""

from collections import Counter
from collections.abc import Sequence

import msgspec
import structlog

from portico.business import api as business
from portico.business.api import Directory
from portico.business.types import MarketId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import FulfillmentId, Progress, WorkWhole, WrongState
from portico.orders import editing, store, working
from portico.orders import unfetched_store as own_store
from portico.orders.asking import recipient
from portico.orders.types import NOT_FETCHED, BadCollectPolicy, CollectPolicy, HandOverLine, Head, Method, OrderId
from portico.payments.types import Refund
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId
from portico.privacy import api as privacy
from portico.privacy.types import Letter

log = structlog.get_logger()

KEEP_DAYS_MAX = 365


async def collect_policies(tx: Tx, *, market_ids: Sequence[MarketId]) -> dict[MarketId, CollectPolicy]:
    """Of each market the one it has, else a week, after which it is canceled."""
    found = {one.market_id: one for one in await tx.all(own_store.POLICIES, market_ids=list(market_ids))}
    return {one: found.get(one) or CollectPolicy(market_id=one) for one in market_ids}


async def put_collect_policy(tx: Tx, *, policy: CollectPolicy) -> None:
    """What is ready already waits as long as it says now. Refuses BadCollectPolicy."""
    if not 1 <= policy.keep_days <= KEEP_DAYS_MAX:
        raise BadCollectPolicy(field="keep_days")
    await tx.run(own_store.PUT_POLICY, market_id=policy.market_id, keep_days=policy.keep_days, cancels=policy.cancels)


async def sweep_not_fetched(tx: Tx) -> bool:
    """Give up what nobody came for, one piece at a time; whether there may be more. One that somebody fetches at this moment is
    hers."""
    directory = await business.directory(tx)
    policies = await collect_policies(tx, market_ids=[one.id for one in directory.markets.values()])
    keep = {
        one.id: policies[one.market_id].keep_days for one in directory.locations.values() if one.market_id in policies
    }
    found = await fulfillment.not_fetched(tx, keep_days=keep, rows_max=1)
    for id in found:
        try:
            async with tx.savepoint():
                await give_up(tx, id=id, by=working.SYSTEM, directory=directory)
        except WrongState:  # she was faster, or another worker
            continue
    return bool(found)


async def give_up(tx: Tx, *, id: FulfillmentId, by: Hand, directory: Directory | None = None) -> WorkWhole:
    """Nobody came: what waited is for sale again, where it waited; and where the market says so, what was ordered of it is canceled,
    and what was paid for it goes back. All of it, or nothing. Locks the order, its work, stock, then its payments and ledger
    accounts. Refuses NotFound, WrongState.
    """
    one = await working.give_up(tx, id=id, by=by)
    if one.work.state is not Progress.NOT_FETCHED:
        return one
    holder = fulfillment.holder_of(one.work)
    assert isinstance(holder, OrderId)
    (head,) = await tx.all(store.FIND, ids=[holder], label=None, link_token=None)
    policy = (await collect_policies(tx, market_ids=[head.market_id]))[head.market_id]
    if policy.cancels:
        await _cancel(tx, head, one, directory or await business.directory(tx), by)
    return one


async def _cancel(tx: Tx, head: Head, one: WorkWhole, directory: Directory, by: Hand) -> None:
    """Cancel what this work still owed her. Nobody stands at a till for it, whoever gives it up."""
    hand = msgspec.structs.replace(by, till_id=None)
    lines = await _owed(tx, head.id, one)
    if not lines:
        return
    try:
        async with tx.savepoint():
            edited = await editing.cancel(
                tx, order_id=head.id, lines=lines, reason=NOT_FETCHED, directory=directory, by=hand,
                place=one.work.location_id,
            )  # fmt: skip
    except Refused as refused:  # it stays what it was: money is owed, and somebody has to look
        log.warning("not_fetched_not_canceled", order=str(head.id), code=refused.code)
        return
    await write_of_cards(tx, head, edited.refunds)


async def _owed(tx: Tx, order_id: OrderId, one: WorkWhole) -> list[HandOverLine]:
    """What is promised there still, in this way and until then."""
    work = one.work
    units: Counter[LineItemId] = Counter()
    for promise in await tx.all(store.EXPECTATIONS, ids=[order_id]):
        here = promise.method is Method(work.way) and promise.location_id == work.location_id
        if here and promise.latest == work.latest:
            units[promise.line_id] += promise.quantity - promise.fulfilled
    return [HandOverLine(line_id, quantity) for line_id, quantity in units.items() if quantity]


async def write_of_cards(tx: Tx, head: Head, refunds: Sequence[Refund]) -> None:
    """A new gift card's code is told once, and she is not there: she is written to, as no fact bears a code."""
    for one in refunds:
        if one.card_code and head.buyer_email:
            amount = i18n.currency(head.language, one.amount, head.currency)
            places = {"label": head.label, "amount": amount, "card": one.card_code}
            letter = Letter(
                kind="order.not_fetched_card", language=head.language,
                subject=i18n.text(head.language, "mail.not_fetched_card.subject", **places),
                text=i18n.text(head.language, "mail.not_fetched_card.text", **places),
            )  # fmt: skip
            await privacy.write(tx, to=recipient(head), purpose="service", letter=letter)

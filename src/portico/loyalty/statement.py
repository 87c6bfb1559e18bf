"""Every number with its why: what came and went, for what, and what lapses when."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.ledger.types import Entry, TransferId
from portico.loyalty.programmes import counting
from portico.loyalty.rules.earning import said
from portico.loyalty.store import points as store
from portico.loyalty.store import programmes as programme_store
from portico.loyalty.types import (
    Earning,
    EarningId,
    Movement,
    PendingPoints,
    ProgrammeId,
    RewardTaken,
    RewardTakenId,
    Running,
    Statement,
    owed_account,
    points_account,
)
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.ids import any_id
from portico.platform.refusals import Invalid

PAGE_MAX = 100
COMING_MAX = 100


async def statement(
    tx: Tx, *, customer_ids: Sequence[CustomerId], language: str, before: str | None = None, rows_max: int = 25
) -> Statement:
    """What one person has, over all records that are hers, newest movements first, in her language."""
    people = list(dict.fromkeys(customer_ids))
    codes = [points_account(one).code for one in people]
    owed = [owed_account(one).code for one in people]
    held = await ledger.balances(tx, codes=[*codes, *owed])
    rows_max = min(rows_max, PAGE_MAX)
    found = await ledger.entries(tx, codes=codes, before=_before(before), rows_max=rows_max + 1)
    page = found[:rows_max]
    lots = await tx.all(store.OPEN_LOTS, customer_ids=people)
    coming = await tx.all(store.COMING, customer_ids=people, rows_max=COMING_MAX)
    references = [any_id(one.reference) for one in page]
    named = [id for id in references if isinstance(id, EarningId)]
    taken = [id for id in references if isinstance(id, RewardTakenId)]
    rewards = {one.id: one for one in await tx.all(programme_store.TAKEN_BY_ID, ids=taken)} if taken else {}
    earnings = {one.id: one for one in await tx.all(store.BY_ID, ids=named)} | {one.id: one for one in coming}
    order_ids = {one.order_id for one in earnings.values() if one.order_id}
    order_ids |= {id.uuid for one in page if (id := any_id(one.reference)) and id.prefix == "ord"}
    labels = {one.order_id: one.label for one in await tx.all(store.PURCHASES, order_ids=sorted(order_ids))}
    runs = await counting(tx)
    return Statement(
        people[0],
        sum(held.get(code, 0) for code in codes),
        sum(one.pending for one in coming),
        -sum(held.get(code, 0) for code in owed),
        tuple(lots),
        tuple(_coming(one, runs, labels, language) for one in coming),
        tuple(_movement(one, set(codes), earnings, rewards, runs, labels, language) for one in page),
        str(page[-1].id) if len(found) > rows_max else None,
    )


def _before(cursor: str | None) -> TransferId | None:
    try:
        return TransferId.parse(cursor) if cursor else None
    except ValueError:
        raise Invalid(errors=[{"field": "cursor", "message": "cursor"}]) from None


def _rule(one: Earning, runs: Mapping[ProgrammeId, Running], language: str) -> str:
    run = runs.get(one.programme_id)
    rule = run.terms.rule(one.rule) if run else None
    return said(rule.names, language) if rule else one.rule


def _reward(one: RewardTaken, runs: Mapping[ProgrammeId, Running], language: str) -> str:
    run = runs.get(one.programme_id)
    reward = run.terms.reward(one.reward) if run else None
    return said(reward.names, language) if reward else one.reward


def _coming(
    one: Earning, runs: Mapping[ProgrammeId, Running], labels: Mapping[UUID, str], language: str
) -> PendingPoints:
    label = labels.get(one.order_id, "") if one.order_id else ""
    return PendingPoints(one.pending, one.rule, _rule(one, runs, language), label, one.due_at)


def _movement(
    one: Entry, codes: set[str], earnings: Mapping[EarningId, Earning],
    rewards: Mapping[RewardTakenId, RewardTaken], runs: Mapping[ProgrammeId, Running], labels: Mapping[UUID, str], language: str,
) -> Movement:  # fmt: skip
    points = one.amount if one.to_account in codes else -one.amount
    id = any_id(one.reference)
    earning = earnings.get(id) if isinstance(id, EarningId) else None
    order_id = earning.order_id if earning else id.uuid if id and id.prefix == "ord" else None
    key = f"loyalty.cause.{one.reason}"
    # What somebody wrote as her reason is its own why.
    why = i18n.text(language, key) if key in i18n.catalog(language) else one.reason
    if earning:
        why = f"{why}: {_rule(earning, runs, language)}"
    if isinstance(id, RewardTakenId) and id in rewards:
        why = f"{why}: {_reward(rewards[id], runs, language)}"
    label = labels.get(order_id, "") if order_id else ""
    return Movement(one.occurred_at, points, one.reason, why, label or one.reference, one.actor)

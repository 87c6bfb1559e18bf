"""Pairs that may be one person: found as records come and change, shown with what speaks for and against, decided by somebody."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import store
from portico.identity.api.indexing import Indexed, index, values_of
from portico.identity.api.merging import keep_apart, members, merge, verdicts
from portico.identity.api.resolving import contradicts, evidence_of, hits_of, scorer_of
from portico.identity.events import ReviewFound
from portico.identity.rules import Pair, pair
from portico.identity.types import (
    REASON_LENGTH_MAX,
    REVIEWS_SHOWN_MAX,
    AlreadyDecided,
    BadReason,
    Basis,
    Evidence,
    Merge,
    NewMerge,
    Policy,
    PolicyTried,
    Review,
    ReviewId,
    ReviewReason,
    Verdict,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound

LATER = timedelta(days=7)


class Found(msgspec.Struct, frozen=True):
    """A pair that is alike, before it is decided what becomes of it."""

    both: Pair
    bits: float
    evidence: tuple[Evidence, ...]
    why: ReviewReason = ReviewReason.SCORED


async def consider(tx: Tx, *, ids: Sequence[CustomerId], by: Hand) -> tuple[int, int]:
    """Index these records, and settle what they are like: how many pairs were joined, and how many are to be reviewed."""
    return await settle(tx, found=await alike(tx, records=await index(tx, ids=ids)), by=by)


async def alike(tx: Tx, *, records: Sequence[Indexed]) -> list[Found]:
    """Pairs of these records and others from the review threshold on; each pair once."""
    scorer, policy = await scorer_of(tx)
    asks = [
        (i, key, surety)
        for i, one in enumerate(records)
        for surety, few in ((1, one.exact), (0, one.rough))
        for key in few
    ]
    found: dict[Pair, Found] = {}
    for i, hits in (await hits_of(tx, asks=asks)).items():
        mine = records[i].profile
        hits = [one for one in hits if one.record_id != mine.record_id]
        if not hits:
            continue
        scored = scorer.score(values_of(mine), [values_of(one) for one in hits])
        for place, hit in enumerate(hits):
            both = pair(mine.record_id, hit.record_id)
            if scored.bits[place] < policy.review_bits or both in found:
                continue
            first, second = (mine, hit) if both[0] == mine.record_id else (hit, mine)
            why = ReviewReason.CONTRADICTION if contradicts(scorer, scored, place) else ReviewReason.SCORED
            evidence = evidence_of(scorer, scored, place, first, second)
            found[both] = Found(both, round(float(scored.bits[place]), 2), evidence, why)
    return list(found.values())


async def settle(tx: Tx, *, found: Sequence[Found], by: Hand) -> tuple[int, int]:
    """Join pairs from the merge threshold on, if nothing in them contradicts; have somebody look at the others. Pairs that were
    decided on stay as they are, as do pairs that are one person already. How many were joined, and are to be reviewed."""
    policy = await tx.one(store.POLICY)
    apart = await verdicts(tx, pairs=[one.both for one in found])
    person = await members(tx, ids=sorted({record for one in found for record in one.both}))
    fresh = [one for one in found if one.both not in apart and one.both[1] not in person[one.both[0]]]
    sure = [one for one in fresh if one.bits >= policy.merge_bits and one.why is ReviewReason.SCORED]
    sure, chained = _unchained(sure, {one.both: one.bits for one in fresh}, apart)
    unsure = [one for one in fresh if one not in sure and one not in chained]
    joins = [
        NewMerge(record_a=one.both[0], record_b=one.both[1], basis=Basis.SCORED, bits=one.bits, evidence=one.evidence)
        for one in sure
    ]
    merged = await merge(tx, merges=joins, by=by) if joins else []
    reviews = unsure + [msgspec.structs.replace(one, why=ReviewReason.CHAIN) for one in chained]
    return len(merged), await _add_reviews(tx, reviews, by)


def _unchained(sure: list[Found], bits: dict[Pair, float], apart: set[Pair]) -> tuple[list[Found], list[Found]]:
    """Pairs that are joined, and those that would join people of whom another pair is known to be two."""
    together: dict[CustomerId, set[CustomerId]] = {}
    kept, chained = [], []
    for one in sorted(sure, key=lambda each: -each.bits):
        mine, theirs = (together.get(record, {record}) for record in one.both)
        across = [pair(a, b) for a in mine for b in theirs if a != b]
        if any(both in apart for both in across) or sum(bits.get(both, 0.0) for both in across) <= 0:
            chained.append(one)
            continue
        kept.append(one)
        whole = mine | theirs
        together |= dict.fromkeys(whole, whole)
    return kept, chained


async def _add_reviews(tx: Tx, reviews: Sequence[Found], by: Hand) -> int:
    if not reviews:
        return 0
    ids = {ReviewId.new(): one for one in sorted(reviews, key=lambda each: each.both)}
    written = await tx.all(
        store.ADD_REVIEWS,
        ids=list(ids),
        records_a=[one.both[0] for one in ids.values()],
        records_b=[one.both[1] for one in ids.values()],
        bits=[one.bits for one in ids.values()],
        evidence=[msgspec.json.encode(one.evidence, enc_hook=encode_hook).decode() for one in ids.values()],
        reasons=[one.why for one in ids.values()],
        now=tx.now,
    )
    tx.emit(
        ReviewFound(subject=ids[id].both[0], by=by, occurred_at=tx.now, review_id=id, records=ids[id].both)
        for id in written
    )
    return len(written)


async def reviews(
    tx: Tx, *, after: ReviewId | None = None, after_bits: float | None = None, limit: int = 25
) -> list[Review]:
    """What waits for somebody, the likeliest first; at most `REVIEWS_SHOWN_MAX`."""
    rows = await tx.all(
        store.REVIEWS, now=tx.now, bits=after_bits, id=after, rows_max=max(1, min(limit, REVIEWS_SHOWN_MAX))
    )
    people = await customers.briefs(tx, ids=sorted({id for row in rows for id in (row.record_a, row.record_b)}))
    return [
        Review(
            id=row.id, record_a=people[row.record_a], record_b=people[row.record_b], bits=row.bits, evidence=row.evidence,
            reason=row.reason, found_at=row.found_at,
        )
        for row in rows
        if row.record_a in people and row.record_b in people
    ]  # fmt: skip


async def waiting(tx: Tx) -> int:
    """How many pairs wait."""
    return await tx.one(store.COUNT_REVIEWS, now=tx.now)


async def decide(tx: Tx, *, review_id: ReviewId, decision: Verdict, by: Hand, reason: str = "") -> Merge | None:
    """Join the pair, or remember that they are two people. The edge, where there is one now.

    Refuses NotFound, AlreadyDecided, BadReason, and what `merge` refuses.
    """
    if len(reason) > REASON_LENGTH_MAX:
        raise BadReason(length_max=REASON_LENGTH_MAX)
    row = await tx.maybe(store.LOCK_REVIEW, id=review_id)
    if row is None:
        raise NotFound(what="review", id=str(review_id))
    if row.decision is not None:
        raise AlreadyDecided(review_id=review_id, decision=Verdict(row.decision))
    both = (row.record_a, row.record_b)
    if decision is Verdict.APART:
        await keep_apart(tx, pairs=[both], reason=reason.strip(), by=by)
        return None
    new = NewMerge(record_a=both[0], record_b=both[1], basis=Basis.BY_HAND, bits=row.bits, evidence=row.evidence)
    (answer,) = await merge(tx, merges=[new], by=by)
    if isinstance(answer, Exception):
        raise answer
    return await tx.one(store.FIND_MERGE, id=answer)


async def put_off(tx: Tx, *, review_id: ReviewId) -> None:
    """Show it again in a week. Refuses NotFound, AlreadyDecided."""
    row = await tx.maybe(store.LOCK_REVIEW, id=review_id)
    if row is None:
        raise NotFound(what="review", id=str(review_id))
    if row.decision is not None:
        raise AlreadyDecided(review_id=review_id, decision=Verdict(row.decision))
    await tx.run(store.PUT_OFF, id=review_id, until=tx.now + LATER)


async def policy(tx: Tx) -> Policy:
    return await tx.one(store.POLICY)


async def try_policy(tx: Tx, *, policy: Policy) -> PolicyTried:
    """What other thresholds would have made of the pairs that wait. Nothing is changed."""
    return await tx.one(store.TRY_POLICY, merge_bits=policy.merge_bits, review_bits=policy.review_bits)


async def put_policy(tx: Tx, *, policy: Policy) -> None:
    """The thresholds of tomorrow; what was joined stays. The caller sees to it that review is not above merge."""
    await tx.run(store.PUT_POLICY, merge_bits=policy.merge_bits, review_bits=policy.review_bits)

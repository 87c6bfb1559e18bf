"""All records at once: what likeness is worth is learnt from them, and pairs that were never met live are found.

Reading, learning and comparing hold no transaction open; what is found is settled a part at a time, each in a transaction of its own.
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from portico.customers.types import CustomerId
from portico.identity import store
from portico.identity.api.reviewing import Found, settle
from portico.identity.matching import blocking, clusters, frames, scoring
from portico.identity.matching.comparing import GRADES
from portico.identity.matching.frames import Frame
from portico.identity.matching.model import CONTRADICT_MAX, Model, train
from portico.identity.matching.scoring import Scored, Weights
from portico.identity.rules import pair
from portico.identity.store import Profile
from portico.identity.types import COMPARED, Evidence, ReviewReason, Told
from portico.platform.db import Database
from portico.platform.events import Hand

PROFILES_AT_ONCE = 20_000
PAIRS_AT_ONCE = 1_000
LEARNT_FROM_MIN = 2_000  # records: of fewer, what was shipped says more
PAIRS_LEARNT_FROM_MIN = 50
SAMPLES = 5
_FIRST = CustomerId(bytes(16))

Progress = Callable[[str, int, int | None], None]


class Sample(msgspec.Struct, frozen=True):
    record_a: CustomerId
    record_b: CustomerId
    bits: float
    evidence: tuple[Evidence, ...]


class Matched(msgspec.Struct, frozen=True):
    """What was found, or in a dry run would be done. `pairs` are from the review threshold on."""

    records: int
    compared: int
    pairs: int
    merged: int
    to_review: int
    dry_run: bool
    samples: tuple[Sample, ...]


class Learnt(msgspec.Struct, frozen=True):
    """`version` None: nothing was written, because too few records or pairs would say less than what there is."""

    records: int
    pairs: int
    version: int | None
    worth: dict[str, list[float]]


async def learn(database: Database, *, seed: int = 1, progress: Progress) -> Learnt:
    """Learn from all records what likeness is worth among them, as a new version."""
    profiles = await _profiles(database, progress)
    if len(profiles) < LEARNT_FROM_MIN:
        return Learnt(len(profiles), 0, None, {})
    frame = _frame(profiles)
    told = tuple(one for one in frame.columns if (one.codes >= 0).mean() > 0.02)
    left, right = blocking.candidates(Frame(frame.rows, told))
    trained = train(Frame(frame.rows, told), left, right, seed=seed)
    pairs = int((trained.bits > 0).sum())
    worth = {one.name: [round(float(bits), 2) for bits in one.worth] for one in trained.model.features}
    if pairs < PAIRS_LEARNT_FROM_MIN:
        return Learnt(frame.rows, pairs, None, worth)
    found = _completed(scoring.weights_of(trained.model, trained.frame, f"{frame.rows} records, {pairs} pairs"))
    async with database.transaction() as tx:
        version = await tx.one(
            store.ADD_WEIGHTS, now=tx.now, origin=found.origin, body=msgspec.json.encode(found).decode()
        )
    return Learnt(frame.rows, pairs, version, worth)


def _completed(learnt: Weights) -> Weights:
    """Of what the records tell nothing of, what was shipped counts on."""
    ours, shipped = {one.name: one for one in learnt.model.features}, scoring.shipped()
    features = tuple(ours.get(one.name, one) for one in shipped.model.features)
    names = [one.name for one in learnt.model.features]
    places = {one.name: place for place, one in enumerate(features)}
    bonds = tuple(
        msgspec.structs.replace(one, one=places[names[one.one]], other=places[names[one.other]])
        for one in learnt.model.bonds
    )
    model = Model(features, bonds, learnt.model.prior, learnt.model.household)
    return Weights(model, learnt.records, shipped.common | learnt.common, shipped.rare | learnt.rare, learnt.origin)


async def match(database: Database, *, by: Hand, dry_run: bool, progress: Progress) -> Matched:
    """Compare all records with each other as far as they agree in something; join and file what is found."""
    profiles = await _profiles(database, progress)
    async with database.read() as tx:
        policy = await tx.one(store.POLICY)
        rows = await tx.all(store.WEIGHTS)
    weights = msgspec.json.decode(rows[0].body, type=Weights) if rows else scoring.shipped()
    scorer = scoring.Scorer(weights, people=len(profiles))
    frame = _frame(profiles)
    left, right = blocking.candidates(frame) if frame.rows > 1 else (np.empty(0, np.int64), np.empty(0, np.int64))
    scored = scorer.score_pairs(frame, left, right)
    near = np.flatnonzero(scored.bits >= policy.review_bits)
    root = clusters.components(frame.rows, left[near], right[near])
    near = near[np.argsort(root[left[near]], kind="stable")]
    found = [_found(frame, scored, place, profiles[left[place]], profiles[right[place]]) for place in near.tolist()]
    groups = [int(root[one]) for one in left[near]]
    merged = to_review = 0
    if dry_run:
        merged = sum(one.bits >= policy.merge_bits and one.why is ReviewReason.SCORED for one in found)
        to_review = len(found) - merged
    else:
        for start, end in _parts(groups):
            async with database.transaction() as tx:
                joined, filed = await settle(tx, found=found[start:end], by=by)
            merged, to_review = merged + joined, to_review + filed
            progress("settling", end, len(found))
    best = sorted(found, key=lambda one: -one.bits)[:SAMPLES]
    samples = tuple(Sample(one.both[0], one.both[1], one.bits, one.evidence) for one in best)
    return Matched(frame.rows, len(left), len(found), merged, to_review, dry_run, samples)


async def _profiles(database: Database, progress: Progress) -> list[Profile]:
    found: list[Profile] = []
    after = _FIRST
    async with database.snapshot() as tx:
        while rows := await tx.all(store.EVERY_PROFILE, after=after, rows_max=PROFILES_AT_ONCE):
            found += rows
            after = rows[-1].record_id
            progress("reading", len(found), None)
    return found


def _frame(profiles: Sequence[Profile]) -> Frame:
    columns = (
        frames.column(told.value, kind, [getattr(one, told.value) or "" for one in profiles])
        for told, kind in COMPARED.items()
    )
    return Frame(len(profiles), tuple(columns))


def _found(frame: Frame, scored: Scored, place: int, one: Profile, other: Profile) -> Found:
    both = pair(one.record_id, other.record_id)
    first, second = (one, other) if both[0] == one.record_id else (other, one)
    grades = scored.grades[:, place].tolist()
    says = [
        Evidence(
            kind=column.name, bits=round(float(bits), 2), grade=grade, grades=GRADES[column.kind],
            value_a=getattr(first, column.name) or "", value_b=getattr(second, column.name) or "",
        )
        for column, bits, grade in zip(frame.columns, scored.evidence[:, place], grades, strict=True)
        if grade >= 0
    ]  # fmt: skip
    against = any(
        0 <= grade <= CONTRADICT_MAX[column.kind][0]
        for column, grade in zip(frame.columns, grades, strict=True)
        if column.name in (Told.GIVEN_NAME, Told.BIRTH_DATE)
    )
    why = ReviewReason.CONTRADICTION if against else ReviewReason.SCORED
    return Found(both, round(float(scored.bits[place]), 2), tuple(sorted(says, key=lambda each: -abs(each.bits))), why)


def _parts(groups: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches of about `PAIRS_AT_ONCE` pairs; what hangs together is never cut."""
    parts, start = [], 0
    for place in range(1, len(groups) + 1):
        if place == len(groups) or (place - start >= PAIRS_AT_ONCE and groups[place] != groups[place - 1]):
            parts.append((start, place))
            start = place
    return parts if groups else []

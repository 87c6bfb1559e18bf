"""Who is it? Asked at every touch, so it takes many and answers each: exact keys first, then those who are alike."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.identity import store
from portico.identity.api.indexing import profile_of, told_by, values_of
from portico.identity.matching import keys
from portico.identity.matching.comparing import GRADES
from portico.identity.matching.model import CONTRADICT_MAX
from portico.identity.matching.scoring import Scored, Scorer, Weights, shipped
from portico.identity.store import Hit, Profile
from portico.identity.types import (
    EXACT,
    TOUCHES_MAX,
    Basis,
    Evidence,
    Likely,
    Policy,
    Resolved,
    Told,
    Touch,
)
from portico.platform.db import Tx

KEY_MAX = 50  # records that share a key, beyond which it says nothing
CANDIDATES_MAX = 30  # of one touch
OTHERS_MAX = 5
# Who shows one of these is who it belongs to, whatever name is given with it; a telephone or a device may be a family's.
DECISIVE = frozenset({Told.LOYALTY_NUMBER, Told.PROVIDER_ID, Told.TAX_ID})

_scorers: dict[tuple[int, datetime | None, int], Scorer] = {}


async def resolve(tx: Tx, *, touches: Sequence[Touch]) -> list[Resolved]:
    """Whose touch each is; one answer per touch, in order. At most `TOUCHES_MAX` (ValueError). Writes nothing.

    By an exact key: its owner, unless it is one that families share and the names contradict. Else whoever is alike enough to be
    joined at once, if nobody else could be. A touch that could be several people's is nobody's, and says whose.
    """
    if len(touches) > TOUCHES_MAX:
        raise ValueError(f"at most {TOUCHES_MAX} touches")
    told = [told_by(one) for one in touches]
    profiles = [profile_of(_NOBODY, {kind: values[0] for kind, values in one.items()}) for one in told]
    asks = [(i, key, 0) for i, profile in enumerate(profiles) for key in keys.rough(values_of(profile))]
    asks += [
        (i, keys.exact(kind, value), 2 if kind in DECISIVE else 1)
        for i, one in enumerate(told)
        for kind in EXACT
        for value in one.get(kind, ())
    ]
    scorer, policy = await scorer_of(tx)
    hits = await hits_of(tx, asks=asks)
    return [_answer(scorer, policy, profile, hits.get(i, ())) for i, profile in enumerate(profiles)]


async def hits_of(tx: Tx, *, asks: Sequence[tuple[int, int, int]]) -> dict[int, list[Hit]]:
    """Who shares keys (asker, key, surety) with each asker, the likeliest first; a key that many share is passed by."""
    found: dict[int, list[Hit]] = defaultdict(list)
    if asks:
        i, key, surety = (list(one) for one in zip(*asks, strict=True))
        for hit in await tx.all(
            store.HITS, asks=i, keys=key, sureties=surety, key_max=KEY_MAX, candidates_max=CANDIDATES_MAX
        ):
            found[hit.ask].append(hit)
    return found


async def scorer_of(tx: Tx) -> tuple[Scorer, Policy]:
    """What likeness is worth now: as it was learnt last, or as it was shipped; kept by its version. And the thresholds."""
    mark = await tx.one(store.WEIGHTS_MARK)
    # What is alike by chance grows with the people; twice as many are one bit.
    key = (mark.version, mark.made_at, max(1_000, mark.records).bit_length())
    scorer = _scorers.get(key)
    if scorer is None:
        rows = await tx.all(store.WEIGHTS)
        weights = msgspec.json.decode(rows[0].body, type=Weights) if rows else shipped()
        while len(_scorers) > 8:
            _scorers.pop(next(iter(_scorers)))
        scorer = _scorers[key] = Scorer(weights, people=2 ** key[2])
    return scorer, Policy(mark.merge_bits, mark.review_bits)


def evidence_of(
    scorer: Scorer, scored: Scored, place: int, one: Profile | Hit, other: Profile | Hit
) -> tuple[Evidence, ...]:
    """What each attribute says of the pair, the strongest first; what one of them does not tell is left out."""
    mine, theirs = values_of(one), values_of(other)
    found = [
        Evidence(
            kind=name, bits=round(float(scored.evidence[row, place]), 2), grade=int(scored.grades[row, place]),
            grades=GRADES[kind], value_a=mine[name] or "", value_b=theirs[name] or "",
        )
        for row, (name, kind) in enumerate(scorer.kinds)
        if scored.grades[row, place] >= 0
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: -abs(each.bits)))


def contradicts(scorer: Scorer, scored: Scored, place: int) -> bool:
    """Whether the given names are two people's, or the birth dates."""
    for row, (name, kind) in enumerate(scorer.kinds):
        if name in (Told.GIVEN_NAME, Told.BIRTH_DATE) and 0 <= scored.grades[row, place] <= CONTRADICT_MAX[kind][0]:
            return True
    return False


def _answer(scorer: Scorer, policy: Policy, profile: Profile, hits: Sequence[Hit]) -> Resolved:
    if not hits:
        return Resolved(None, None, 0.0)
    scored = scorer.score(values_of(profile), [values_of(one) for one in hits])
    best: dict[CustomerId, int] = {}
    for place in sorted(range(len(hits)), key=lambda one: -scored.bits[one]):
        best.setdefault(hits[place].person_id, place)
    owners = {one.person_id for one in hits if one.surety == 2}
    exact = {one.person_id for place, one in enumerate(hits) if one.surety and not contradicts(scorer, scored, place)}
    surest = owners if len(owners) == 1 else exact
    if len(surest) == 1:
        (person,) = surest
        return Resolved(person, Basis.EXACT, round(float(scored.bits[best[person]]), 2))
    first, *rest = best.items()
    ahead = scored.bits[first[1]] - (scored.bits[rest[0][1]] if rest else -policy.merge_bits)
    sure = scored.bits[first[1]] >= policy.merge_bits and ahead >= policy.merge_bits
    if sure and not surest and not contradicts(scorer, scored, first[1]):
        return Resolved(first[0], Basis.SCORED, round(float(scored.bits[first[1]]), 2))
    likely = [one for one in best.items() if scored.bits[one[1]] >= policy.review_bits or hits[one[1]].surety]
    others = tuple(
        Likely(
            person_id=person, record_id=hits[place].record_id, bits=round(float(scored.bits[place]), 2),
            evidence=evidence_of(scorer, scored, place, profile, hits[place]),
        )
        for person, place in likely[:OTHERS_MAX]
    )  # fmt: skip
    return Resolved(None, None, 0.0, others)


_NOBODY = CustomerId(bytes(16))

"""Joining records and taking them apart again. A person is what hangs together over active edges; nothing else is kept of her, so
that an edge that ends leaves every record exactly as it was."""

from collections.abc import Sequence

import msgspec

from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import rules, store
from portico.identity.events import Merged, Unmerged
from portico.identity.rules import Pair, pair
from portico.identity.types import (
    PAIRS_MAX,
    PERSON_MAX,
    REASON_LENGTH_MAX,
    AlreadyUndone,
    BadReason,
    Basis,
    KeptApart,
    Merge,
    MergeId,
    NewMerge,
    SameRecord,
    TooManyRecords,
    Verdict,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound, Refused


async def members(tx: Tx, *, ids: Sequence[CustomerId]) -> dict[CustomerId, tuple[CustomerId, ...]]:
    """All records of the person that each of these is a record of, the first one first. One that is joined to none is alone.

    For staff only: whether she may see them herself is another matter (`own_records`).
    """
    found: dict[CustomerId, list[CustomerId]] = {}
    person: dict[CustomerId, CustomerId] = {}
    for row in await tx.all(store.MEMBERS, ids=list(ids)):
        found.setdefault(row.person_id, []).append(row.record_id)
        person[row.record_id] = row.person_id
    return {id: tuple(found[person[id]]) if id in person else (id,) for id in ids}


async def representatives(tx: Tx, *, ids: Sequence[CustomerId]) -> dict[CustomerId, CustomerId]:
    """The record that new orders and carts of each one's person go to."""
    return {id: records[0] for id, records in (await members(tx, ids=ids)).items()}


async def every_record(tx: Tx, *, ids: Sequence[CustomerId]) -> list[CustomerId]:
    """All records of all the people that these are records of, each once; for staff."""
    return list(dict.fromkeys(one for records in (await members(tx, ids=ids)).values() for one in records))


async def own_records(tx: Tx, *, id: CustomerId) -> tuple[CustomerId, ...]:
    """The records that somebody signed in may see as hers: her own, and those she has proven to be hers. What staff have joined
    to it is not among them: they may have been wrong."""
    return (await each_own_records(tx, ids=[id]))[id]


async def each_own_records(tx: Tx, *, ids: Sequence[CustomerId]) -> dict[CustomerId, tuple[CustomerId, ...]]:
    """The same of many at once; each one's own record comes first."""
    records = await members(tx, ids=ids)
    joined = sorted({one for all in records.values() if len(all) > 1 for one in all})
    edges = await tx.all(store.EDGES, ids=joined) if joined else []
    person = rules.people((one.record_a, one.record_b) for one in edges if one.proven)
    return {
        id: (id, *(one for one in all if one != id and id in person and person.get(one) == person[id]))
        for id, all in records.items()
    }


async def merge(tx: Tx, *, merges: Sequence[NewMerge], by: Hand) -> list[MergeId | Refused]:
    """Join pairs of records; one answer each, in order. Two that are joined already keep their edge, which may become proven.

    Answers may refuse: SameRecord, NotFound; KeptApart where somebody has said that they are two people, unless it is done by hand;
    TooManyRecords. At most `PAIRS_MAX` pairs (ValueError). One writer of edges at a time.
    """
    if len(merges) > PAIRS_MAX:
        raise ValueError(f"at most {PAIRS_MAX} pairs")
    await tx.run(store.LOCK_EDGES)
    pairs = [pair(one.record_a, one.record_b) for one in merges]
    known = await customers.briefs(tx, ids=sorted({record for both in pairs for record in both}))
    apart = await verdicts(tx, pairs=pairs)
    people = _People(await _edges_of(tx, [record for both in pairs for record in both]))
    answers: list[MergeId | Refused] = []
    fresh: list[tuple[MergeId, Pair, NewMerge]] = []
    proven: list[Pair] = []
    for both, new in zip(pairs, merges, strict=True):
        missing = next((one for one in both if one not in known), None)
        if both[0] == both[1]:
            answers.append(SameRecord(record_id=both[0]))
        elif missing is not None:
            answers.append(NotFound(what="customer", id=str(missing)))
        elif both in apart and new.basis is not Basis.BY_HAND and not new.proven:
            answers.append(KeptApart(record_a=both[0], record_b=both[1]))
        elif both in people.edges:
            answers.append(people.edges[both])
            proven += [both] if new.proven else []
        elif people.size_with(both) > PERSON_MAX:
            answers.append(TooManyRecords(records_max=PERSON_MAX))
        else:
            id = MergeId.new()
            fresh.append((id, both, new))
            people.join(both, id)
            answers.append(id)
    if proven:
        await tx.run(store.PROVE, **_columns(proven))
    if fresh:
        await _write(tx, fresh, by)
        joined = [both for _, both, _ in fresh]
        await tx.run(store.DROP_VERDICTS, **_columns(joined))
        await tx.run(
            store.DECIDE,
            decision=Verdict.MERGED,
            actor=by.actor,
            actor_name=by.actor_name,
            now=tx.now,
            **_columns(joined),
        )
        person = await _reckon(tx, [record for both in joined for record in both])
        tx.emit(
            Merged(
                subject=person[both[0]],
                by=by,
                occurred_at=tx.now,
                merge_id=id,
                records=both,
                basis=new.basis,
                proven=new.proven,
            )
            for id, both, new in fresh
        )
    return answers


async def unmerge(tx: Tx, *, merge_id: MergeId, reason: str, by: Hand) -> Merge:
    """End an edge: both records are what they were before it. The pair is remembered as two people.

    Refuses NotFound, AlreadyUndone, BadReason.
    """
    if not reason.strip() or len(reason) > REASON_LENGTH_MAX:
        raise BadReason(length_max=REASON_LENGTH_MAX)
    await tx.run(store.LOCK_EDGES)
    found = await tx.maybe(store.FIND_MERGE, id=merge_id)
    if found is None:
        raise NotFound(what="merge", id=str(merge_id))
    if not await tx.run(
        store.UNDO, id=merge_id, now=tx.now, actor=by.actor, actor_name=by.actor_name, reason=reason.strip()
    ):
        raise AlreadyUndone(merge_id=merge_id)
    both = (found.record_a, found.record_b)
    await keep_apart(tx, pairs=[both], reason=reason.strip(), by=by)
    await _reckon(tx, both)
    tx.emit([Unmerged(subject=found.record_a, by=by, occurred_at=tx.now, merge_id=merge_id, records=both)])
    return await tx.one(store.FIND_MERGE, id=merge_id)


async def verdicts(tx: Tx, *, pairs: Sequence[Pair]) -> set[Pair]:
    """Which of these pairs somebody has said are two people."""
    if not pairs:
        return set()
    return {(row.record_a, row.record_b) for row in await tx.all(store.VERDICTS, **_columns(pairs))}


async def keep_apart(tx: Tx, *, pairs: Sequence[Pair], reason: str, by: Hand) -> None:
    """Remember that these are two people each."""
    await tx.run(
        store.PUT_VERDICTS, actor=by.actor, actor_name=by.actor_name, reason=reason, now=tx.now, **_columns(pairs)
    )
    await tx.run(
        store.DECIDE, decision=Verdict.APART, actor=by.actor, actor_name=by.actor_name, now=tx.now, **_columns(pairs)
    )


async def differences(tx: Tx) -> list[tuple[CustomerId, CustomerId | None, CustomerId | None]]:
    """Records whose person is kept otherwise than the active edges say: record, as kept, as reckoned."""
    kept = {row.record_id: row.person_id for row in await tx.all(store.EVERY_MEMBER)}
    reckoned = rules.people((one.record_a, one.record_b) for one in await tx.all(store.EVERY_EDGE))
    return [
        (record, kept.get(record), reckoned.get(record))
        for record in sorted(kept.keys() | reckoned.keys())
        if kept.get(record) != reckoned.get(record)
    ]


class _People:
    """Who hangs together while pairs are being joined."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self.edges = {(one.record_a, one.record_b): one.id for one in merges}
        self._of: dict[CustomerId, set[CustomerId]] = {}
        for both, id in list(self.edges.items()):
            self.join(both, id)

    def join(self, both: Pair, id: MergeId) -> None:
        self.edges[both] = id
        whole = self._records(both[0]) | self._records(both[1])
        for record in whole:
            self._of[record] = whole

    def size_with(self, both: Pair) -> int:
        return len(self._records(both[0]) | self._records(both[1]))

    def _records(self, record: CustomerId) -> set[CustomerId]:
        return self._of.get(record, {record})


async def _edges_of(tx: Tx, records: Sequence[CustomerId]) -> list[Merge]:
    """The active edges of everybody that these are records of."""
    whole = {one for found in (await members(tx, ids=records)).values() for one in found}
    return [one for one in await tx.all(store.MERGES, ids=list(whole)) if one.undone_at is None]


async def _reckon(tx: Tx, records: Sequence[CustomerId]) -> dict[CustomerId, CustomerId]:
    """Say anew who is whom, of everybody that hangs on these records or did; whose record each is now."""
    whole = {one for found in (await members(tx, ids=records)).values() for one in found}
    person = rules.people((one.record_a, one.record_b) for one in await tx.all(store.EDGES, ids=list(whole)))
    await tx.run(store.DROP_MEMBERS, ids=list(whole | person.keys()))
    await tx.run(store.PUT_MEMBERS, records=list(person), people=list(person.values()))
    return {one: person.get(one, one) for one in whole}


async def _write(tx: Tx, fresh: Sequence[tuple[MergeId, Pair, NewMerge]], by: Hand) -> None:
    await tx.run(
        store.ADD_MERGES,
        ids=[id for id, _, _ in fresh],
        records_a=[both[0] for _, both, _ in fresh],
        records_b=[both[1] for _, both, _ in fresh],
        bases=[new.basis for _, _, new in fresh],
        bits=[new.bits for _, _, new in fresh],
        evidence=[msgspec.json.encode(new.evidence, enc_hook=encode_hook).decode() for _, _, new in fresh],
        proven=[new.proven for _, _, new in fresh],
        actor=by.actor,
        actor_name=by.actor_name,
        now=tx.now,
    )


def _columns(pairs: Sequence[Pair]) -> dict[str, list[CustomerId]]:
    return {"records_a": [one for one, _ in pairs], "records_b": [other for _, other in pairs]}

"""Who entered a segment and who left it, since it was last looked at: for what follows from that. Prices do not wait for it.

Facts about people are compared with what was noted as they are read; what time alone changes, every quarter of an hour. A segment that
was just made or changed is filled without a word: nobody has done anything to be in it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.segments import rules
from portico.segments.api.asking import referred_by
from portico.segments.events import Entered, Left
from portico.segments.store import compiling, facts
from portico.segments.store import definitions as store
from portico.segments.store.definitions import SegmentRow
from portico.segments.store.facts import MemberRow
from portico.segments.types import SegmentId

COMPARED_EVERY = timedelta(minutes=15)
AT_ONCE = 10_000
FILLED_AT_ONCE = 100_000
BY = Hand(actor="system:segments", actor_name="Portico")


async def compare(tx: Tx, *, people: Sequence[CustomerId]) -> None:
    """Note which segments these people have entered and left by what was just reckoned of them."""
    rows = [row for row in await tx.all(store.ALL) if not row.archived]
    looked_at = {row.code: row for row in rows if row.compared_at is not None}
    if not looked_at or not people:
        return
    conditions = {row.code: row.tree.of for row in rows}
    wanted = {code: conditions[code] for code in looked_at}
    every = [conditions[code] for code in rules.all_of(wanted, conditions)]
    known = await referred_by(tx, every, conditions, purposes=False)
    query, values = compiling.hers(wanted, at=tx.now, known=known, only=compiling.ONLY_PEOPLE)
    now = {
        (row.person_id, looked_at[code].id)
        for row in await tx.all(query, **values, people=list(people))
        for code in row.codes
    }
    before = {(row.person_id, row.segment_id) for row in await tx.all(facts.MEMBERSHIPS, ids=list(people))}
    by_id = {row.id: row for row in looked_at.values()}
    entered, left = now - before, {one for one in before - now if one[1] in by_id}
    if entered:
        _announce(tx, Entered, await tx.all(facts.ENTER, **_columns(entered), now=tx.now), by_id)
    if left:
        _announce(tx, Left, await tx.all(facts.LEAVE, **_columns(left)), by_id)


def _columns(pairs: Collection[tuple[CustomerId, SegmentId]]) -> dict[str, object]:
    ordered = sorted(pairs)
    return {"people": [person for person, _ in ordered], "segments": [segment for _, segment in ordered]}


def _announce(
    tx: Tx, kind: type[Entered] | type[Left], rows: Sequence[MemberRow], by_id: Mapping[SegmentId, SegmentRow]
) -> None:
    tx.emit(
        kind(
            subject=row.person_id, customer_id=row.person_id, by=BY, occurred_at=tx.now, code=by_id[row.segment_id].code,
            version=by_id[row.segment_id].version,
        )
        for row in sorted(rows, key=lambda one: (one.person_id, one.segment_id))
    )  # fmt: skip


async def compare_due(tx: Tx) -> bool:
    """Look at the segment that was not looked at for longest; whether there may be more to do."""
    due = await tx.maybe(facts.DUE, before=tx.now - COMPARED_EVERY)
    if due is None:
        return False
    conditions = {row.code: row for row in await tx.all(store.ALL) if not row.archived}
    row = next(one for one in conditions.values() if one.id == due.id)
    trees = {code: one.tree.of for code, one in conditions.items()}
    known = await referred_by(tx, [trees[code] for code in rules.all_of([row.code], trees)], trees, purposes=False)
    silent = due.compared_at is None
    rows_max, whole = FILLED_AT_ONCE if silent else AT_ONCE, True
    for kind, made in ((Entered, compiling.enter), (Left, compiling.leave)):
        query, values = made(row.tree.of, at=tx.now, known=known)
        given = {**values, "segment_id": row.id, "now": tx.now, "rows_max": rows_max}
        people = await tx.all(query, **given)
        whole = whole and len(people) < rows_max
        if not silent:
            _announce(tx, kind, [MemberRow(one, row.id) for one in people], {row.id: row})
    if whole:
        await tx.run(facts.COMPARED, id=row.id, now=tx.now)
    return True

"""Segments: made, changed, put away and brought back; and who uses them. Each change is a version."""

from collections.abc import Sequence

import msgspec

from portico.platform.db import Tx, UniqueViolation
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound
from portico.segments import rules
from portico.segments.events import SegmentPut
from portico.segments.store import definitions as store
from portico.segments.store import facts
from portico.segments.types import (
    SEGMENTS_MAX,
    NewSegment,
    Segment,
    SegmentChanged,
    SegmentId,
    SegmentInUse,
    SegmentUse,
    SegmentVersion,
    TooManySegments,
    UnknownSegments,
)

VERSIONS_MAX = 200


async def put(tx: Tx, *, new: NewSegment, expected_version: int, by: Hand) -> Segment:
    """Make a segment as it should be, known by its code; 0 expects that there is none. Locks all segments.

    Refuses BadSegment, SegmentChanged, TooManySegments.
    """
    rules.check(new)
    rows = {row.code: row for row in await tx.all(store.LOCK_ALL)}
    found = rows.get(new.code)
    if expected_version != (found.version if found else 0):
        raise SegmentChanged(version=found.version if found else 0)
    if found is None and len(rows) >= SEGMENTS_MAX:
        raise TooManySegments()
    standing = {code: row.tree.of for code, row in rows.items() if not row.archived}
    rules.check_references(new.code, new.condition, standing)
    return await _put(tx, found, new, archived=False, by=by)


async def archive(tx: Tx, *, code: str, expected_version: int, by: Hand) -> Segment:
    """Put a segment away: nobody can name it any more. Locks all segments. Refuses NotFound, SegmentChanged, SegmentInUse."""
    rows = {row.code: row for row in await tx.all(store.LOCK_ALL)}
    found = _expected(rows.get(code), code, expected_version)
    standing = [row.name for row in rows.values() if not row.archived and code in rules.stands_on(row.tree.of)]
    used = [one.label for one in await tx.all(store.USES, codes=[code])]
    if used or standing:
        raise SegmentInUse(used_by=(*used, *standing))
    await tx.run(facts.EMPTY, id=found.id)
    return await _put(tx, found, _as_new(found), archived=True, by=by)


async def restore(tx: Tx, *, code: str, expected_version: int, by: Hand) -> Segment:
    """Bring a segment back. Locks all segments. Refuses NotFound, SegmentChanged, BadSegment where what it stands on was put away."""
    rows = {row.code: row for row in await tx.all(store.LOCK_ALL)}
    found = _expected(rows.get(code), code, expected_version)
    standing = {row.code: row.tree.of for row in rows.values() if not row.archived}
    rules.check_references(code, found.tree.of, standing)
    return await _put(tx, found, _as_new(found), archived=False, by=by)


def _expected(found: store.SegmentRow | None, code: str, expected_version: int) -> store.SegmentRow:
    if found is None:
        raise NotFound(what="segment", id=code[:60])
    if expected_version != found.version:
        raise SegmentChanged(version=found.version)
    return found


def _as_new(row: store.SegmentRow) -> NewSegment:
    return NewSegment(code=row.code, name=row.name, note=row.note, condition=row.tree.of)


async def _put(tx: Tx, found: store.SegmentRow | None, new: NewSegment, *, archived: bool, by: Hand) -> Segment:
    id, version = (found.id, found.version + 1) if found else (SegmentId.new(), 1)
    tree = msgspec.json.encode(store.Tree(new.condition), enc_hook=encode_hook).decode()
    try:
        async with tx.savepoint():
            await tx.run(
                store.PUT, id=id, code=new.code, name=new.name.strip(), note=new.note.strip(), condition=tree, version=version,
                archived=archived, actor=by.actor, actor_name=by.actor_name, now=tx.now,
            )  # fmt: skip
    except UniqueViolation:  # somebody else has made one of that code this moment
        raise SegmentChanged(version=version) from None
    await tx.run(store.COMPARE_ALL_ANEW)
    tx.emit([SegmentPut(subject=id, by=by, occurred_at=tx.now, code=new.code, version=version, archived=archived)])
    return await segment(tx, code=new.code)


async def segments(tx: Tx, *, archived: bool = False) -> list[Segment]:
    """All that stand, or all that were put away, by their names, with what uses them."""
    rows = [row for row in await tx.all(store.ALL) if row.archived is archived]
    return await _with_uses(tx, rows)


async def segment(tx: Tx, *, code: str) -> Segment:
    """Refuses NotFound."""
    rows = [row for row in await tx.all(store.ALL) if row.code == code]
    if not rows:
        raise NotFound(what="segment", id=code[:60])
    return (await _with_uses(tx, rows))[0]


async def _with_uses(tx: Tx, rows: Sequence[store.SegmentRow]) -> list[Segment]:
    uses: dict[str, list[SegmentUse]] = {}
    for one in await tx.all(store.USES, codes=[row.code for row in rows]):
        uses.setdefault(one.code, []).append(SegmentUse(one.used_by, one.label))
    return [
        Segment(
            id=row.id, code=row.code, name=row.name, note=row.note, condition=row.tree.of, version=row.version, archived=row.archived,
            actor_name=row.actor_name, changed_at=row.changed_at, uses=tuple(uses.get(row.code, ())),
        )
        for row in rows
    ]  # fmt: skip


async def versions(tx: Tx, *, code: str) -> list[SegmentVersion]:
    """What a segment has said, newest first. Refuses NotFound."""
    found = await segment(tx, code=code)
    return [row.shown() for row in await tx.all(store.VERSIONS, id=found.id, rows_max=VERSIONS_MAX)]


async def unknown(tx: Tx, *, codes: Sequence[str]) -> list[str]:
    """Of these codes, those of which no segment stands."""
    if not codes:
        return []
    standing = {row.code for row in await tx.all(store.ALL) if not row.archived}
    return [one for one in dict.fromkeys(codes) if one not in standing]


async def claim(tx: Tx, *, used_by: str, label: str, codes: Sequence[str]) -> None:
    """Note that something that runs asks for these segments, and for no others: none of them is put away meanwhile. Locks them.
    Refuses UnknownSegments."""
    wanted = sorted(set(codes))
    standing = (
        {row.code for row in await tx.all(store.LOCK_CODES, codes=wanted) if not row.archived} if wanted else set()
    )
    if missing := [one for one in wanted if one not in standing]:
        raise UnknownSegments(codes=tuple(missing))
    await tx.run(store.PUT_USES, used_by=used_by, label=label, codes=wanted)

"""Walking the journal from its first row to its last, and naming the first that is not as it was written."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from portico.documents import rules, store
from portico.documents.store import Chain
from portico.documents.types import Anchor, Document, Fault
from portico.platform.db import Tx

ROWS_AT_ONCE = 500


class Verified(msgspec.Struct, frozen=True):
    """What a walk found: how many documents in how many chains, the first fault of each chain that has one, and the ends
    to note elsewhere."""

    documents: int
    chains: int
    faults: tuple[Fault, ...]
    anchors: tuple[Anchor, ...]


async def verify(tx: Tx, *, anchors: Sequence[Anchor] = ()) -> Verified:
    """Walk every chain. With `anchors`, what was noted elsewhere must still stand where it stood: that finds a journal that
    was written anew from somewhere on, hashes and all. Run in a snapshot, so that documents written meanwhile do not count."""
    ends = {(one.entity, one.series): one for one in await tx.all(store.CHAINS)}
    noted: dict[tuple[str, str], dict[int, str]] = {}
    for one in anchors:
        noted.setdefault((one.entity, one.series), {})[one.position] = one.hash
    walks: dict[tuple[str, str], Walk] = {}
    documents = 0
    async for row in _rows(tx):
        key = row.entity, row.series
        if key not in walks:
            walks[key] = Walk(*key, noted=noted.get(key, {}), end=ends.get(key))
        walks[key].take(row)
        documents += 1
    for key in sorted({*ends, *noted} - walks.keys()):
        walks[key] = Walk(*key, noted=noted.get(key, {}), end=ends.get(key))
    faults = [fault for key, walk in sorted(walks.items()) if (fault := walk.finish(ends.get(key)))]
    heads = [Anchor(one.entity, one.series, one.position, one.hash.hex()) for one in ends.values() if one.position]
    return Verified(documents, len(walks), tuple(faults), tuple(heads))


async def _rows(tx: Tx) -> AsyncIterator[Document]:
    entity, series, position = "", "", 0
    while rows := await tx.all(store.WALK, entity=entity, series=series, position=position, rows_max=ROWS_AT_ONCE):
        for one in rows:
            yield one
        entity, series, position = rows[-1].entity, rows[-1].series, rows[-1].position


class Walk:
    """One chain, row by row: a row is judged once the next one is known, because what follows tells an inserted row from an
    altered one. What went because its term was over is not missing: the walk begins behind it."""

    def __init__(self, entity: str, series: str, *, noted: dict[int, str], end: Chain | None) -> None:
        self._entity, self._series, self._noted = entity, series, noted
        ended = end is not None and end.ended_hash is not None
        self._from = end.ended_position if end and ended else 0
        self._first = end.ended_hash if end and end.ended_hash else rules.first_hash(entity, series)
        self._fault: Fault | None = None
        self._good: Document | None = None  # the last row that was found as it was written
        self._held: Document | None = None  # the row that waits for the next one

    def take(self, row: Document) -> None:
        if self._fault is None and self._held is not None:
            self._judge(self._held, follower=row)
        self._held = row

    def finish(self, end: Chain | None) -> Fault | None:
        """The chain's first fault, its end compared with what is known of it."""
        if self._fault is None and self._held is not None:
            self._judge(self._held, follower=None)
        if self._fault is None:
            last, hash = (self._good.position, self._good.hash) if self._good else (self._from, self._first)
            known = end.position if end else 0
            if known > last:
                self._name("removed", last + 1)
            elif known < last and self._good:
                self._name("inserted", self._good.position if end is None else known + 1)
            elif end and end.hash != hash:
                self._name("altered", last, self._good.number if self._good else "")
            elif missing := [one for one in self._noted if one > last]:
                self._name("removed", min(missing))
            elif self._from and self._noted.get(self._from, self._first.hex()) != self._first.hex():
                self._name("altered", self._from)
        return self._fault

    def _name(self, what: str, position: int, number: str = "") -> None:
        self._fault = Fault(self._entity, self._series, position, number, what)

    def _judge(self, row: Document, *, follower: Document | None) -> None:
        before = self._good
        expected, previous = (before.position + 1, before.hash) if before else (self._from + 1, self._first)
        own = rules.digest(row, row.body) == row.hash
        if own and row.previous_hash == previous and row.position == expected:
            if follower and follower.previous_hash == previous and follower.previous_hash != row.hash:
                self._name("inserted", row.position, row.number)  # the next one follows the row before this one
            elif self._noted.get(row.position, row.hash.hex()) != row.hash.hex():
                self._name("altered", row.position, row.number)
            elif before and self._renumbered(before, row):
                self._name("renumbered", row.position, row.number)
            else:
                self._good = row
        elif follower and follower.previous_hash == previous:
            self._name("inserted", row.position, row.number)
        elif row.previous_hash == previous:  # it follows the right one, so that it is the one that was written there
            self._name("altered" if not self._moved(row, before) else "renumbered", row.position, row.number)
        elif row.position > expected:
            self._name("removed", expected)
        elif own and before:  # it follows something else than what stands before it, which was hashed anew
            self._name("altered", before.position, before.number)
        else:
            self._name("altered", row.position, row.number)

    @staticmethod
    def _renumbered(before: Document, row: Document) -> bool:
        """A number that was not the next one when it was given: no number is left out."""
        if row.sequence is None or before.sequence is None:
            return False
        return row.sequence != (before.sequence + 1 if row.year == before.year else 1)

    def _moved(self, row: Document, before: Document | None) -> bool:
        """Whether the row is as it was written but for its number or place."""
        last = before.sequence or 0 if before and before.year == row.year else 0
        sequences = {row.sequence, None if row.sequence is None else last + 1}
        places = {row.position, before.position + 1 if before else self._from + 1}
        for position in places:
            for sequence in sequences:
                numbers = {row.number}
                if sequence is not None:
                    numbers.add(
                        rules.number(row.type, series=row.series, year=row.year, sequence=sequence, label="", nth=1)
                    )
                for number in numbers:
                    tried = msgspec.structs.replace(row, position=position, sequence=sequence, number=number)
                    if rules.digest(tried, row.body) == row.hash:
                        return True
        return False


def read_anchors(raw: bytes) -> list[Anchor]:
    """Anchors as `portico verify documents --write-anchors` wrote them. Raises msgspec.DecodeError."""
    return msgspec.json.decode(raw, type=list[Anchor])


def write_anchors(anchors: Sequence[Anchor]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(anchors), indent=2) + b"\n"

"""The live tail: each fact as soon as it can be seen."""

from collections.abc import Collection

from portico.platform.db import Database, Query
from portico.platform.events.facts import Recorded
from portico.platform.events.places import COLUMNS, Place
from portico.platform.events.readers import HORIZON


class Visible(Recorded, frozen=True):
    """`number` counts the facts looked at; the last that one look holds is there even if nobody wanted it."""

    number: int
    wanted: bool


VISIBLE = Query(
    Visible,
    f"""
    select {COLUMNS}, number, wanted
    from (
        select *, row_number() over (order by generation, xid, id) as number,
            :topics::text[] is null or topics && :topics or split_part(type, '.', 1) = any(:rooms::text[]) as wanted
        from (
            select *
            from platform.fact
            where (generation, xid) >= (:generation::smallint, :xid::text::xid8)
            order by generation, xid, id
            limit :facts_max
        ) as fact
    ) as looked_at
    where wanted or number = :facts_max
    order by number
    """,
)


class Tail:
    """The live end of the log: every fact as soon as it can be seen, once each, none skipped. Keeps no place on disk."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._shown: dict[int, Place] = {}

    async def start(self, database: Database) -> None:
        """Begin at the present: facts visible now are counted as shown."""
        async with database.read() as tx:
            self._place = await tx.one(HORIZON)
        await self.next(database)

    async def next(
        self,
        database: Database,
        *,
        topics: Collection[str] | None = None,
        rooms: Collection[str] = (),
        facts_max: int = 10_000,
    ) -> list[Recorded]:
        """What has come since: all of it, or only facts with one of `topics` and those that one of `rooms` announced."""
        if self._place is None:
            raise RuntimeError("a tail is started before it is read")
        async with database.read() as tx:
            # The horizon is taken first: whatever lies before it is certain to be among the facts read after it.
            horizon = await tx.one(HORIZON)
            found = await tx.all(
                VISIBLE,
                generation=self._place.generation,
                xid=str(self._place.xid),
                topics=None if topics is None else list(topics),
                rooms=list(rooms),
                facts_max=facts_max,
            )
        full = bool(found) and found[-1].number == facts_max
        fresh: list[Recorded] = [one for one in found if one.wanted and one.id not in self._shown]
        self._shown.update((one.id, Place(one.generation, one.xid, one.id)) for one in fresh)
        # More than one reading holds: go on from the last transaction seen, whose facts may be cut in two; but never
        # beyond the horizon, before which somebody may still be writing.
        last = Place(found[-1].generation, found[-1].xid) if full else horizon
        place, self._place = self._place, min(last, horizon)
        self._shown = {key: shown for key, shown in self._shown.items() if shown >= self._place}
        if full and self._place == place:
            return fresh + await self.next(database, topics=topics, rooms=rooms, facts_max=facts_max * 2)
        return fresh

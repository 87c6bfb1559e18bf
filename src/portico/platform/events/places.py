"""Where in the log somebody is."""

import msgspec

from portico.platform.db import Database, Query

FACTS_AT_ONCE_MAX = 500


class Place(msgspec.Struct, frozen=True, order=True):
    generation: int = 0
    xid: int = 0
    id: int = 0


COLUMNS = """generation, xid::text::bigint, id, event_id, type, subject, topics, actor, channel_id, occurred_at,
        recorded_at, body"""


OPEN_GENERATION = Query(
    None,
    """
    insert into platform.generation (number)
    select max(number) + 1
    from platform.generation
    having exists (
        select from platform.fact
        where generation = (select max(number) from platform.generation)
            and xid >= pg_snapshot_xmax(pg_current_snapshot())
    )
    """,
)


def numbers_of(place: Place) -> dict[str, int | str]:
    return {"generation": place.generation, "xid": str(place.xid), "id": place.id}


async def open_generation(database: Database) -> None:
    """Begin a new generation where the log holds transaction ids that this cluster has not reached.

    That is so after a dump was restored into a new cluster. Called once at every start, after the migrations.
    """
    async with database.transaction() as tx:
        await tx.run(OPEN_GENERATION)

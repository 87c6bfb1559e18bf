"""SQL of counts."""

from datetime import datetime

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.types import CountBrief, CountHead, CountLine
from portico.platform.db import Query


class LocatedShrink(msgspec.Struct, frozen=True):
    location_id: LocationId
    lost: float
    activity: float


_HEAD = "id, location_id, state, blind, tolerance, opened_by, opened_at, closed_by, closed_at"
_LINE = "count_id, variant_id, counted, book, counted_by, counted_at, rounds, lots, book_lots, owed"

OPEN = Query(
    None,
    """
    with head as (
        insert into inventory.count (id, location_id, state, blind, tolerance, opened_by, opened_at)
        values (:id, :location_id, 'open', :blind, :tolerance, :by, :now)
    )
    insert into inventory.count_line (count_id, variant_id)
    select :id, variant_id from unnest(:variant_ids::uuid[]) as line (variant_id)
    """,
)
LOCK = Query(CountHead, f"select {_HEAD} from inventory.count where id = :id for update")
HEAD = Query(CountHead, f"select {_HEAD} from inventory.count where id = :id")
LINES = Query(CountLine, f"select {_LINE} from inventory.count_line where count_id = :id order by variant_id")
# The books as they stand while the stock rows are locked.
RECORD = Query(
    None,
    """
    update inventory.count_line
    set counted = found.quantity, book = found.book, counted_by = :by, counted_at = :now, rounds = count_line.rounds + 1,
        lots = found.lots::jsonb, book_lots = found.book_lots::jsonb
    from unnest(:variant_ids::uuid[], :quantities::bigint[], :books::bigint[], :lots::text[], :book_lots::text[])
        as found (variant_id, quantity, book, lots, book_lots)
    where count_line.count_id = :id and count_line.variant_id = found.variant_id
    """,
)
END = Query(None, "update inventory.count set state = :state, closed_by = :by, closed_at = :now where id = :id")
# What could not be written away: of each variant named, all that is owed from now on.
OWE = Query(
    None,
    """
    with head as (
        update inventory.count set state = 'short' where id = :id
    )
    update inventory.count_line
    set owed = owing.lots::jsonb
    from unnest(:variant_ids::uuid[], :owed::text[]) as owing (variant_id, lots)
    where count_line.count_id = :id and count_line.variant_id = owing.variant_id
    """,
)


class Watched(msgspec.Struct, frozen=True):
    """How long a shelf has not been counted, and what went through hands meanwhile."""

    variant_id: VariantId
    on_hand: int
    handled: int
    counted_at: datetime | None


WATCHED = Query(
    Watched,
    """
    select variant_id, on_hand, handled, counted_at
    from inventory.stock
    where location_id = :location_id and variant_id = any(:variant_ids::uuid[])
    """,
)
MARK_COUNTED = Query(
    None,
    """
    update inventory.stock
    set counted_at = :now, handled = 0
    where location_id = :location_id and variant_id = any(:variant_ids::uuid[])
    """,
)
SHRINKS = Query(
    LocatedShrink,
    "select location_id, lost, activity from inventory.shrink where location_id = any(:location_ids::uuid[])",
)
MAKE_SHRINK = Query(
    None,
    """
    insert into inventory.shrink (location_id, lost, activity, learned_at) values (:location_id, 0, 0, :now)
    on conflict do nothing
    """,
)
LOCK_SHRINK = Query(
    LocatedShrink,
    "select location_id, lost, activity from inventory.shrink where location_id = :location_id for update",
)
LEARN = Query(
    None,
    """
    update inventory.shrink
    set lost = :lost, activity = :activity, learned_at = :now
    where location_id = :location_id
    """,
)
COUNTS = Query(
    CountBrief,
    f"""
    select {_HEAD}, progress.lines, progress.counted, progress.to_recount
    from inventory.count, lateral (
        select count(*), count(line.counted),
            count(*) filter (where abs(line.counted - line.book) > count.tolerance and line.rounds < :rounds)
        from inventory.count_line as line
        where line.count_id = count.id
    ) as progress (lines, counted, to_recount)
    where state in ('open', 'short') and location_id = :location_id
    order by opened_at, id
    limit :rows_max
    """,
)

"""SQL of counts."""

from portico.inventory.types import CountHead, CountLine
from portico.platform.db import Query

_HEAD = "id, location_id, state, blind, tolerance, opened_by, opened_at, closed_by, closed_at"
_LINE = "count_id, variant_id, counted, book, counted_by, counted_at, rounds"

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
    set counted = found.quantity, book = found.book, counted_by = :by, counted_at = :now, rounds = count_line.rounds + 1
    from unnest(:variant_ids::uuid[], :quantities::bigint[], :books::bigint[]) as found (variant_id, quantity, book)
    where count_line.count_id = :id and count_line.variant_id = found.variant_id
    """,
)
END = Query(None, "update inventory.count set state = :state, closed_by = :by, closed_at = :now where id = :id")
MARK_COUNTED = Query(
    None,
    """
    update inventory.stock
    set counted_at = :now
    where location_id = :location_id and variant_id = any(:variant_ids::uuid[])
    """,
)
COUNTS = Query(
    CountHead,
    f"""
    select {_HEAD}
    from inventory.count
    where state = 'open' and location_id = :location_id
    order by opened_at, id
    limit :rows_max
    """,
)

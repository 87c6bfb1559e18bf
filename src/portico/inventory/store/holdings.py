"""SQL of the holds that clients make by themselves."""

from portico.inventory.types import Holding, HoldLine
from portico.platform.db import Query

_COLUMNS = "id, owner, lines, made_at, expires_at"

ADD = Query(
    None,
    """
    insert into inventory.hold (id, owner, lines, made_at, expires_at)
    values (:id, :owner, :lines, :now, :expires_at)
    """,
)
FIND = Query(Holding, f"select {_COLUMNS} from inventory.hold where id = :id")
LINES = Query(
    HoldLine,
    """
    select variant_id, location_id, quantity from inventory.reservation where holder = :holder order by id
    """,
)
# Only while the stock rows are locked: nobody gives these units away meanwhile.
EXTEND = Query(
    int,
    """
    with hold as (
        update inventory.hold set expires_at = :expires_at where id = :id
    ), kept as (
        update inventory.reservation set expires_at = :expires_at where holder = :holder returning 1
    )
    select count(*) from kept
    """,
)
DROP = Query(None, "delete from inventory.hold where id = :id")
DROP_ENDED = Query(None, "delete from inventory.hold where expires_at <= :before")

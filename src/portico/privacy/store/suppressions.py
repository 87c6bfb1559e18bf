"""SQL of the addresses that nothing may be sent to."""

from portico.platform.db import Query
from portico.privacy.types import Suppression, SuppressionId

_COLUMNS = (
    """id, channel, purpose, reason, hint, source, actor_name, recorded_at, lifted_at, lifted_by_name, lifted_because"""
)

PURPOSES = Query(str, "select code from privacy.purpose")
ADD = Query(
    SuppressionId,
    """
    insert into privacy.suppression (id, address_hash, channel, purpose, reason, hint, source, actor, actor_name, recorded_at)
    select id, address_hash, channel, purpose, reason, hint, :source, :actor, :actor_name, :now
    from unnest(:ids::uuid[], :address_hashes::bytea[], :channels::text[], :purposes::text[], :reasons::text[], :hints::text[])
        as given (id, address_hash, channel, purpose, reason, hint)
    order by address_hash, channel, purpose, reason
    on conflict (address_hash, channel, purpose, reason) where lifted_at is null do nothing
    returning id
    """,
)
LOCK = Query(Suppression, f"select {_COLUMNS} from privacy.suppression where id = :id for update")
LIFT = Query(
    None,
    """
    update privacy.suppression
    set lifted_at = :now, lifted_by = :actor, lifted_by_name = :actor_name, lifted_because = :because
    where id = :id
    """,
)
LIST = Query(
    Suppression,
    f"""
    select {_COLUMNS}
    from privacy.suppression
    where (:address_hash::bytea is null or address_hash = :address_hash)
        and (:reason::text is null or reason = :reason)
        and (:standing::boolean is false or lifted_at is null)
        and (:before_at::timestamptz is null or (recorded_at, id) < (:before_at, :before_id::uuid))
    order by recorded_at desc, id desc
    limit :rows_max
    """,
)
STANDING_OF = Query(
    Suppression,
    f"""
    select {_COLUMNS}
    from privacy.suppression
    where address_hash = any(:address_hashes::bytea[]) and lifted_at is null
    order by recorded_at desc, id desc
    """,
)

"""SQL of exports and erasures that were asked for."""

from portico.platform.db import Query
from portico.privacy.types import Erasure, ErasureId, Export, ExportId, PrivacyPolicy

_EXPORT = "id, customer_id, state, language, actor, actor_name, asked_at, made_at, expires_at, bytes, rows"
_ERASURE = """id, customer_id, state, reason, actor, actor_name, requested_at, decided_by_name, decided_at, decision, done_at,
        counts, gives_up"""

# Asked for again while one is being made, it is that one.
ASK_EXPORT = Query(
    ExportId,
    """
    insert into privacy.export (id, customer_id, state, language, actor, actor_name, asked_at)
    values (:id, :customer, 'asked', :language, :actor, :actor_name, :now)
    on conflict (customer_id) where state = 'asked' do nothing
    returning id
    """,
)
EXPORT = Query(Export, f"select {_EXPORT} from privacy.export where id = :id")
LOCK_EXPORT = Query(Export, f"select {_EXPORT} from privacy.export where id = :id for update")
EXPORTS_OF = Query(
    Export,
    f"""
    select {_EXPORT}
    from privacy.export
    where customer_id = any(:customers::uuid[])
    order by asked_at desc, id desc
    limit :rows_max
    """,
)
DROP_PIECES = Query(None, "delete from privacy.export_piece where export_id = :id")
ADD_PIECE = Query(None, "insert into privacy.export_piece (export_id, number, data) values (:id, :number, :data)")
END_EXPORT = Query(
    None,
    """
    update privacy.export
    set state = :state, made_at = :made_at, expires_at = :expires_at, bytes = :bytes, rows = :rows
    where id = :id
    """,
)
PIECE = Query(bytes, "select data from privacy.export_piece where export_id = :id and number = :number")


SWEEP_EXPORTS = Query(
    int,
    """
    with ended as (
        update privacy.export
        set state = 'gone', bytes = 0
        where id in (
            select id from privacy.export where state = 'made' and expires_at <= :now order by expires_at limit :rows_max
        )
        returning id
    ), dropped as (
        delete from privacy.export_piece using ended where export_id = ended.id
    )
    select count(*) from ended
    """,
)

ASK_ERASURE = Query(
    ErasureId,
    """
    insert into privacy.erasure (id, customer_id, state, reason, actor, actor_name, requested_at, gives_up)
    values (:id, :customer, 'requested', :reason, :actor, :actor_name, :now, :gives_up)
    on conflict (customer_id) where state in ('requested', 'scheduled') do nothing
    returning id
    """,
)
ERASURE = Query(Erasure, f"select {_ERASURE} from privacy.erasure where id = :id")
LOCK_ERASURE = Query(Erasure, f"select {_ERASURE} from privacy.erasure where id = :id for update")
ERASURES_OF = Query(
    Erasure,
    f"""
    select {_ERASURE}
    from privacy.erasure
    where customer_id = any(:customers::uuid[])
    order by requested_at desc, id desc
    limit :rows_max
    """,
)
ERASURES = Query(
    Erasure,
    f"""
    select {_ERASURE}
    from privacy.erasure
    where (:states::text[] is null or state = any(:states))
        and (:before_at::timestamptz is null or (requested_at, id) < (:before_at, :before_id::uuid))
    order by requested_at desc, id desc
    limit :rows_max
    """,
)
SCHEDULED = Query(
    ErasureId,
    "select id from privacy.erasure where state = 'scheduled' order by decided_at limit :rows_max",
)
DECIDE = Query(
    None,
    """
    update privacy.erasure
    set state = :state, decided_by = :actor, decided_by_name = :actor_name, decided_at = :now, decision = :decision
    where id = :id
    """,
)
GIVES_UP = Query(None, "update privacy.erasure set gives_up = true where id = :id")
FINISH = Query(
    None, "update privacy.erasure set state = 'done', done_at = :now, counts = :counts::jsonb where id = :id"
)
POLICY = Query(PrivacyPolicy, "select erase_at_once, version from privacy.policy")
PUT_POLICY = Query(
    PrivacyPolicy,
    """
    update privacy.policy
    set erase_at_once = :erase_at_once, version = version + 1
    where version = :version
    returning erase_at_once, version
    """,
)

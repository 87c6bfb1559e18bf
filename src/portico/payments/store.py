"""SQL of payments."""

import msgspec

from portico.payments.types import Operation, OperationId, Payment, RefundPolicy, TillClose
from portico.platform.db import Query

_PAYMENT = """id, reference, handler, amount, tendered, change, currency, location_id, till_id, actor, actor_name, channel_id,
        occurred_at, state, authorized, captured, refunding, refunded, from_account, to_account, unit, units_per_minor, details,
        provider_ref, action, due_at, reference_kind"""
PAYMENT_COLUMNS = _PAYMENT
_OPERATION = """id, payment_id, kind, amount, state, provider_ref, error, attempts, reason, cause, actor, actor_name,
        requested_at, tried_at, resolved_at"""

RECORD = Query(
    None,
    """
    insert into payments.payment (id, reference, handler, amount, tendered, change, currency, location_id, till_id, actor,
        actor_name, channel_id, occurred_at, recorded_at, state, authorized, captured, from_account, to_account, unit,
        units_per_minor, details, due_at, reference_kind)
    select id, reference, handler, amount, tendered, tendered - amount, currency, location_id, till_id, actor, actor_name,
        channel_id, occurred_at, :now, state, authorized, captured, from_account, to_account, unit, units_per_minor,
        details::jsonb, due_at, reference_kind
    from unnest(:ids::uuid[], :references::uuid[], :handlers::text[], :amounts::bigint[], :tendereds::bigint[],
        :currencies::text[], :location_ids::uuid[], :till_ids::uuid[], :actors::text[], :actor_names::text[],
        :channel_ids::uuid[], :occurred_ats::timestamptz[], :states::text[], :authorizeds::bigint[], :captureds::bigint[],
        :from_accounts::text[], :to_accounts::text[], :units::text[], :units_per_minors::int[], :details::text[],
        :due_ats::timestamptz[], :reference_kinds::text[])
        as payment (id, reference, handler, amount, tendered, currency, location_id, till_id, actor, actor_name, channel_id,
            occurred_at, state, authorized, captured, from_account, to_account, unit, units_per_minor, details, due_at, reference_kind)
    """,
)
OF = Query(
    Payment,
    f"select {_PAYMENT} from payments.payment where reference = any(:references::uuid[]) order by reference, id",
)
# Ids begin with the moment they were made at: a stretch of time is a stretch of the primary key.
BY_CARD = Query(
    Payment,
    f"""
    select {_PAYMENT}
    from payments.payment
    where id >= :since::uuid and id < :until::uuid and details->>'last4' = :last4 and reference_kind = 'ord'
    order by id desc
    limit :rows_max
    """,
)
FIND = Query(Payment, f"select {_PAYMENT} from payments.payment where id = any(:ids::uuid[]) order by id")
LOCK = Query(Payment, f"select {_PAYMENT} from payments.payment where id = any(:ids::uuid[]) order by id for update")
LOCK_OF = Query(Payment, f"select {_PAYMENT} from payments.payment where reference = :reference order by id for update")
# What a provider held for a checkout is held for the order that came of it.
ATTACH = Query(
    None,
    """
    update payments.payment
    set reference = placed.reference, reference_kind = placed.kind
    from unnest(:ids::uuid[], :references::uuid[], :reference_kinds::text[]) as placed (id, reference, kind)
    where payment.id = placed.id
    """,
)
SAVE = Query(
    None,
    """
    update payments.payment
    set state = :state, authorized = :authorized, captured = :captured, refunding = :refunding, refunded = :refunded,
        provider_ref = coalesce(:provider_ref, provider_ref), action = :action::text::jsonb,
        details = details || :details::text::jsonb
    where id = :id
    """,
)
REQUEST = Query(
    None,
    """
    insert into payments.operation (id, payment_id, kind, amount, state, provider_ref, reason, cause, actor, actor_name,
        requested_at, resolved_at)
    select id, payment_id, kind, amount, state, provider_ref, :reason, :cause, :actor, :actor_name, :now::timestamptz,
        case when state = 'succeeded' then :now::timestamptz end
    from unnest(:ids::uuid[], :payment_ids::uuid[], :kinds::text[], :amounts::bigint[], :states::text[], :provider_refs::text[])
        as operation (id, payment_id, kind, amount, state, provider_ref)
    """,
)
OPERATION = Query(Operation, f"select {_OPERATION} from payments.operation where id = any(:ids::uuid[]) order by id")
LOCK_OPERATION = Query(Operation, f"select {_OPERATION} from payments.operation where id = :id for update")
LOCK_AUTHORIZE = Query(
    Operation,
    f"""
    select {_OPERATION}
    from payments.operation
    where payment_id = any(:payment_ids::uuid[]) and kind = 'authorize'
    order by id
    for update
    """,
)
END_AUTHORIZE = Query(
    None,
    """
    update payments.operation
    set state = 'failed', error = 'canceled', resolved_at = :now
    where payment_id = any(:payment_ids::uuid[]) and kind = 'authorize' and state in ('requested', 'action')
    """,
)
OPERATIONS_OF = Query(
    Operation,
    f"select {_OPERATION} from payments.operation where payment_id = any(:payment_ids::uuid[]) order by payment_id, id",
)
OPEN_SINCE = Query(
    Operation,
    f"""
    select {_OPERATION}
    from payments.operation
    where state in ('requested', 'sent', 'unknown') and coalesce(tried_at, requested_at) < :stale
    order by tried_at nulls first, id
    limit :rows_max
    """,
)
TRIED = Query(
    None,
    """
    update payments.operation set state = :state, attempts = attempts + 1, tried_at = :now where id = :id
    """,
)
RESOLVE = Query(
    None,
    """
    update payments.operation
    set state = :state::text, provider_ref = coalesce(:provider_ref, provider_ref), error = :error,
        resolved_at = case when :state::text in ('succeeded', 'failed') then :now::timestamptz end
    where id = :id
    """,
)
HEARD = Query(
    str,
    """
    insert into payments.provider_event (provider, event_id, type, received_at)
    values (:provider, :event_id, :type, :now)
    on conflict do nothing
    returning event_id
    """,
)
POLICIES = Query(
    RefundPolicy,
    "select market_id, mode, handlers, version from payments.refund_policy where market_id = any(:market_ids::uuid[])",
)
# One statement decides which of two is the second: `expected` 0 is the first ever, and null asks nothing.
PUT_POLICY = Query(
    int,
    """
    insert into payments.refund_policy as kept (market_id, mode, handlers, version)
    values (:market_id, :mode, :handlers::text[], 1)
    on conflict (market_id) do update set mode = excluded.mode, handlers = excluded.handlers, version = kept.version + 1
    where :expected::int is null or kept.version = :expected
    returning version
    """,
)
_CLOSE = """id, till_id, location_id, currency, number, since, closed_at, opening, expected, counted, difference, turnover, actor,
        actor_name"""
LAST_CLOSE = Query(
    TillClose,
    f"""
    select {_CLOSE}
    from payments.till_close
    where till_id = :till_id and currency = :currency
    order by number desc
    limit 1
    """,
)
CLOSE = Query(
    None,
    f"""
    insert into payments.till_close ({_CLOSE})
    values (:id, :till_id, :location_id, :currency, :number, :since, :closed_at, :opening, :expected, :counted,
        :difference, :turnover::text::jsonb, :actor, :actor_name)
    """,
)
CLOSES = Query(
    TillClose,
    f"""
    select {_CLOSE}
    from payments.till_close
    where till_id = any(:till_ids::uuid[])
    order by closed_at desc, id
    limit :rows_max
    """,
)
# What a provider's word may be about: by the key of something asked, or by the payment's name there.
OPEN_FOR = Query(
    OperationId,
    """
    select operation.id
    from payments.operation join payments.payment on payment.id = operation.payment_id
    where operation.state in ('sent', 'unknown', 'action') and payment.handler = :handler
        and (payment.provider_ref = :ref
            or payment.id = (select payment_id from payments.operation as named where named.id = :key))
    order by operation.id
    """,
)


class Moved(msgspec.Struct, frozen=True):
    """What came in or went back by a provider."""

    currency: str
    kind: str
    count: int
    amount: int


MOVED = Query(
    Moved,
    """
    select payment.currency, case operation.kind when 'refund' then 'refunded' else 'captured' end, count(*),
        sum(operation.amount)::bigint
    from payments.operation join payments.payment on payment.id = operation.payment_id
    where payment.handler = :handler and operation.kind in ('capture', 'refund') and operation.state = 'succeeded'
        and operation.resolved_at >= :since and operation.resolved_at < :before
    group by 1, 2
    order by 1, 2
    """,
)
LISTED = Query(
    Payment,
    f"""
    select {_PAYMENT}
    from payments.payment
    where (:state::text is null or state = :state) and (:handler::text is null or handler = :handler)
        and (:after::uuid is null or id < :after)
    order by id desc
    limit :rows_max
    """,
)

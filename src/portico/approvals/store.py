"""SQL of requests."""

from portico.approvals.types import Request, RequestId
from portico.platform.db import Query

_REQUEST = """id, company_id, customer_id, market_id, state, currency, total, reasons, wanted, note, requested_at, expires_at,
        decided_at, decided_by, reason, order_id"""

ADD = Query(
    None,
    """
    insert into approvals.request (id, company_id, customer_id, market_id, state, currency, total, reasons, wanted, note,
        requested_at, expires_at)
    values (:id, :company_id, :customer_id, :market_id, 'requested', :currency, :total, :reasons::text::jsonb,
        :wanted::text::jsonb, :note, :now, :expires_at)
    """,
)
FIND = Query(Request, f"select {_REQUEST} from approvals.request where id = :id")
LOCK = Query(Request, f"select {_REQUEST} from approvals.request where id = :id for update")
# Those of a company, or some people's own; what waits first, then the newest.
LIST = Query(
    Request,
    f"""
    select {_REQUEST}
    from approvals.request
    where (company_id = any(:company_ids::uuid[]) or customer_id = any(:customer_ids::uuid[]))
        and (not :waiting::boolean or (state = 'requested' and expires_at > :now))
        and (:before_id::uuid is null or id < :before_id)
    order by id desc
    limit :rows_max
    """,
)
DECIDE = Query(
    None,
    """
    update approvals.request
    set state = :state, decided_at = :now, decided_by = :decided_by, reason = :reason, order_id = :order_id
    where id = :id
    """,
)
# Of several workers one gets each.
LAPSED = Query(
    Request,
    f"""
    select {_REQUEST}
    from approvals.request
    where state = 'requested' and expires_at <= :now
    order by expires_at
    limit :rows_max
    for update skip locked
    """,
)
LAPSE = Query(
    RequestId,
    """
    update approvals.request set state = 'lapsed', decided_at = :now where id = any(:ids::uuid[]) returning id
    """,
)

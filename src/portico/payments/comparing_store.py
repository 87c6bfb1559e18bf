"""SQL of what is compared with a provider's books."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.payments.types import OperationId, OperationKind, OperationState, PaymentId
from portico.platform.db import Query


class Booked(msgspec.Struct, frozen=True):
    """Something that was asked of a provider and moves money. `at`: when it was known to be done, or was last asked about.

    `ref` names it at the provider: what came in by its payment, what went back by its refund.
    """

    id: OperationId
    payment_id: PaymentId
    reference: UUID
    reference_kind: str
    kind: OperationKind
    currency: str
    amount: int
    state: OperationState
    ref: str | None
    at: datetime


class Named(msgspec.Struct, frozen=True):
    """A payment by its name at the provider."""

    ref: str
    id: PaymentId
    reference: UUID
    reference_kind: str


BOOKED = Query(
    Booked,
    """
    select operation.id, operation.payment_id, payment.reference, payment.reference_kind, operation.kind, payment.currency,
        operation.amount, operation.state,
        case operation.kind when 'refund' then operation.provider_ref else payment.provider_ref end,
        coalesce(operation.resolved_at, operation.tried_at, operation.requested_at) as at
    from payments.operation join payments.payment on payment.id = operation.payment_id
    where payment.handler = :handler and operation.kind in ('capture', 'refund')
        and operation.state in ('sent', 'unknown', 'succeeded')
        and coalesce(operation.resolved_at, operation.tried_at, operation.requested_at) >= :since
        and coalesce(operation.resolved_at, operation.tried_at, operation.requested_at) < :before
    order by at, operation.id
    limit :rows_max
    """,
)
NAMED = Query(
    Named,
    """
    select provider_ref, id, reference, reference_kind
    from payments.payment
    where handler = :handler and provider_ref = any(:refs::text[])
    """,
)

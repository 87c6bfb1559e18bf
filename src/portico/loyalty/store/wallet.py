"""SQL of codes that a phone shows."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.customers.types import CustomerId
from portico.loyalty.types import WalletCodeId
from portico.platform.db import Query


class CodeRow(msgspec.Struct, frozen=True):
    id: WalletCodeId
    customer_id: CustomerId
    expires_at: datetime
    claimed_at: datetime | None
    claimed_by: str
    till_id: UUID | None
    pays_until: datetime | None
    paid_at: datetime | None


_CODE = "id, customer_id, expires_at, claimed_at, claimed_by, till_id, pays_until, paid_at"

# The one she sees is the only one there is: the next ends it.
ADD = Query(
    None,
    """
    with before as (
        delete from loyalty.wallet_code where customer_id = :customer_id and claimed_at is null
    )
    insert into loyalty.wallet_code (id, customer_id, made_at, expires_at) values (:id, :customer_id, :now, :expires_at)
    """,
)
LOCK = Query(CodeRow, f"select {_CODE} from loyalty.wallet_code where id = :id for update")
CLAIM = Query(
    None,
    """
    update loyalty.wallet_code
    set claimed_at = :now, claimed_by = :claimed_by, till_id = :till_id, pays_until = :pays_until
    where id = :id
    """,
)
BY_ID = Query(CodeRow, f"select {_CODE} from loyalty.wallet_code where id = any(:ids::uuid[])")
# Once: who comes second finds it paid with.
PAY = Query(
    WalletCodeId,
    """
    update loyalty.wallet_code
    set paid_at = :now, paid_for = paid.reference
    from unnest(:ids::uuid[], :references::uuid[]) as paid (id, reference)
    where wallet_code.id = paid.id and paid_at is null
    returning wallet_code.id
    """,
)
SWEEP = Query(
    None,
    """
    delete from loyalty.wallet_code
    where id in (
        select id from loyalty.wallet_code where expires_at < :before order by expires_at limit :rows_max
    )
    """,
)

"""SQL of stored value."""

from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.loyalty.types import CardState, GiftCard, GiftCardId, PointsWorth
from portico.platform.db import Query

ISSUE = Query(
    None,
    """
    insert into loyalty.gift_card (id, code_hash, last4, currency, issued_amount, state, customer_id, expires_at, actor,
        actor_name, issued_at)
    select id, code_hash, last4, currency, amount, 'active', customer_id, expires_at, :actor, :actor_name, :now
    from unnest(:ids::uuid[], :code_hashes::bytea[], :last4s::text[], :currencies::text[], :amounts::bigint[],
        :customer_ids::uuid[], :expires_ats::timestamptz[])
        as card (id, code_hash, last4, currency, amount, customer_id, expires_at)
    """,
)


class CardRow(msgspec.Struct, frozen=True):
    """A card, and by which hash it was found."""

    code_hash: bytes
    id: GiftCardId
    last4: str
    currency: str
    issued_amount: int
    state: CardState
    customer_id: CustomerId | None
    expires_at: datetime | None
    issued_at: datetime


BY_CODE = Query(
    CardRow,
    """
    select code_hash, id, last4, currency, issued_amount, state, customer_id, expires_at, issued_at
    from loyalty.gift_card
    where code_hash = any(:code_hashes::bytea[])
    """,
)
BY_ID = Query(
    GiftCard,
    """
    select id, last4, currency, issued_amount, state, customer_id, expires_at, issued_at
    from loyalty.gift_card
    where id = any(:ids::uuid[])
    """,
)
SET_STATE = Query(None, "update loyalty.gift_card set state = :state where id = :id and state <> :state")
WORTH = Query(
    PointsWorth,
    "select market_id, points_per_minor from loyalty.points_worth where market_id = any(:market_ids::uuid[])",
)
PUT_WORTH = Query(
    None,
    """
    insert into loyalty.points_worth (market_id, points_per_minor)
    select * from unnest(:market_ids::uuid[], :points_per_minors::int[])
    on conflict (market_id) do update set points_per_minor = excluded.points_per_minor
    """,
)

"""SQL of gift cards."""

from datetime import date, datetime

import msgspec

from portico.customers.types import CustomerId
from portico.loyalty.types import (
    CardBatch,
    CardBatchId,
    CardKind,
    CardPolicy,
    CardProduct,
    CardSale,
    CardState,
    GiftCard,
    GiftCardId,
)
from portico.platform.db import Query

_CARD = "id, last4, currency, issued_amount, state, customer_id, expires_at, issued_at, kind, batch_id, activated_at"

ISSUE = Query(
    None,
    """
    insert into loyalty.gift_card (id, code_hash, last4, currency, issued_amount, state, customer_id, expires_at, actor,
        actor_name, issued_at, kind, activated_at)
    select id, code_hash, last4, currency, amount, 'active', customer_id, expires_at, :actor, :actor_name, :now, kind, :now
    from unnest(:ids::uuid[], :code_hashes::bytea[], :last4s::text[], :currencies::text[], :amounts::bigint[],
        :customer_ids::uuid[], :expires_ats::timestamptz[], :kinds::text[])
        as card (id, code_hash, last4, currency, amount, customer_id, expires_at, kind)
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
    kind: CardKind
    batch_id: CardBatchId | None
    activated_at: datetime | None

    @property
    def card(self) -> GiftCard:
        return GiftCard(
            self.id, self.last4, self.currency, self.issued_amount, self.state, self.customer_id, self.expires_at,
            self.issued_at, self.kind, self.batch_id, self.activated_at,
        )  # fmt: skip


BY_CODE = Query(
    CardRow,
    f"""
    select code_hash, {_CARD}
    from loyalty.gift_card
    where code_hash = any(:code_hashes::bytea[])
    """,
)
BY_ID = Query(GiftCard, f"select {_CARD}, 0::bigint from loyalty.gift_card where id = any(:ids::uuid[])")
OF_CUSTOMER = Query(
    GiftCard,
    f"""
    select {_CARD}, 0::bigint
    from loyalty.gift_card
    where customer_id = any(:customer_ids::uuid[]) and state in ('active', 'blocked')
    order by expires_at nulls last, id
    limit :rows_max
    """,
)
# A card is blocked from whatever it was, and goes back to that: what was never sold does not hold anything.
SET_STATE = Query(
    None,
    """
    update loyalty.gift_card
    set state = case when :blocked::boolean then 'blocked' when activated_at is null then 'printed' else 'active' end
    where id = :id and state in ('printed', 'active', 'blocked')
    """,
)
CLAIM = Query(
    None,
    """
    update loyalty.gift_card
    set customer_id = :customer_id
    where id = :id and customer_id is null and state = 'active'
    """,
)

ADD_BATCH = Query(
    None,
    """
    insert into loyalty.card_batch (id, name, market_id, currency, amount, cards, actor, actor_name, made_at)
    values (:id, :name, :market_id, :currency, :amount, :cards, :actor, :actor_name, :now)
    """,
)
PRINT = Query(
    None,
    """
    insert into loyalty.gift_card (id, code_hash, last4, currency, issued_amount, state, actor, actor_name, issued_at, batch_id,
        market_id)
    select id, code_hash, last4, :currency, 0, 'printed', :actor, :actor_name, :now, :batch_id, :market_id
    from unnest(:ids::uuid[], :code_hashes::bytea[], :last4s::text[]) as card (id, code_hash, last4)
    """,
)
BATCHES = Query(
    CardBatch,
    """
    select id, name, market_id, currency, amount, cards,
        (select count(*)::int from loyalty.gift_card where batch_id = card_batch.id and activated_at is not null), actor_name, made_at
    from loyalty.card_batch
    where :id::uuid is null or id = :id
    order by made_at desc, id desc
    limit :rows_max
    """,
)
BLOCK_BATCH = Query(
    None, "update loyalty.gift_card set state = 'blocked' where batch_id = :batch_id and state = 'printed'"
)


LOCK_TO_SELL = Query(
    CardState,
    "select state from loyalty.gift_card where id = :id for update",
)
ACTIVATE = Query(
    None,
    """
    update loyalty.gift_card
    set state = 'active', issued_amount = :amount, activated_at = :now, expires_at = :expires_at, customer_id = :customer_id
    where id = :id
    """,
)
ADD_SALES = Query(
    None,
    """
    insert into loyalty.card_sale (line_id, unit, card_id, order_id, sold_at)
    select line_id, unit, card_id, :order_id, :now
    from unnest(:line_ids::uuid[], :units::int[], :card_ids::uuid[]) as sale (line_id, unit, card_id)
    """,
)
SALES = Query(
    CardSale,
    """
    select line_id, unit, card_id, order_id, sold_at
    from loyalty.card_sale
    where order_id = any(:order_ids::uuid[])
    order by line_id, unit
    """,
)

POLICIES = Query(
    CardPolicy, "select market_id, valid_months from loyalty.card_policy where market_id = any(:market_ids::uuid[])"
)
PUT_POLICY = Query(
    None,
    """
    insert into loyalty.card_policy (market_id, valid_months) values (:market_id, :valid_months)
    on conflict (market_id) do update set valid_months = excluded.valid_months
    """,
)
PRODUCTS = Query(
    CardProduct,
    """
    select variant_id, by_mail
    from loyalty.card_product
    where :variant_ids::uuid[] is null or variant_id = any(:variant_ids::uuid[])
    order by variant_id
    """,
)
PUT_PRODUCT = Query(
    None,
    """
    insert into loyalty.card_product (variant_id, by_mail) values (:variant_id, :by_mail)
    on conflict (variant_id) do update set by_mail = excluded.by_mail
    """,
)
DROP_PRODUCT = Query(None, "delete from loyalty.card_product where variant_id = :variant_id")

LAPSED = Query(
    GiftCard,
    f"""
    select {_CARD}, 0::bigint
    from loyalty.gift_card
    where expires_at <= :now and state in ('active', 'blocked')
    order by expires_at, id
    limit :rows_max
    """,
)
END = Query(None, "update loyalty.gift_card set state = :state where id = any(:ids::uuid[])")


class Month(msgspec.Struct, frozen=True):
    id: GiftCardId
    kind: CardKind
    month: date


MONTHS = Query(
    Month,
    """
    select id, kind, date_trunc('month', activated_at at time zone 'UTC')::date
    from loyalty.gift_card
    where activated_at is not null
    """,
)

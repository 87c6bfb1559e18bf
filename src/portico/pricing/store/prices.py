"""SQL of prices and tax rates."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.platform.db import Query
from portico.pricing.types import Price, TaxRate
from portico.pricing.types.lists import PriceListId

PRICES = Query(
    Price,
    """
    select variant_id, market_id, amount, currency
    from pricing.price
    where variant_id = any(:variant_ids::uuid[]) and market_id = any(:market_ids::uuid[])
    """,
)
RATES = Query(
    TaxRate,
    """
    select market_id, tax_category, jurisdiction, rate_ppm
    from pricing.tax_rate
    where market_id = any(:market_ids::uuid[])
    order by jurisdiction, rate_ppm
    """,
)


class Term(msgspec.Struct, frozen=True):
    """A price of a variant, of the market or of a list; a tax rate of a market; or the stamp of what holds there."""

    market_id: MarketId
    variant_id: VariantId | None
    amount: int | None
    currency: str | None
    tax_category: str | None
    jurisdiction: str | None
    rate_ppm: int | None
    list_id: PriceListId | None
    from_quantity: int | None
    starts_at: datetime | None
    ends_before: datetime | None
    stamp: UUID | None


TERMS = Query(
    Term,
    """
    (
        select market_id, null::uuid, null::bigint, null::text, tax_category, jurisdiction, rate_ppm, null::uuid, null::bigint,
            null::timestamptz, null::timestamptz, null::uuid
        from pricing.tax_rate
        where market_id = any(:market_ids::uuid[])
        order by jurisdiction, rate_ppm
    )
    union all
    select market_id, variant_id, amount, currency, null, null, null, null, null, null, null, null
    from pricing.price
    where variant_id = any(:variant_ids::uuid[]) and market_id = any(:market_ids::uuid[])
    union all
    select price_list.market_id, list_price.variant_id, list_price.amount, null, null, null, null, price_list.id,
        list_price.from_quantity, nullif(list_price.starts_at, '-infinity'), nullif(list_price.ends_before, 'infinity'), null
    from pricing.list_price
    join pricing.price_list on price_list.id = list_price.list_id
    where list_price.variant_id = any(:variant_ids::uuid[]) and price_list.market_id = any(:market_ids::uuid[])
        and price_list.state = 'live' and list_price.ends_before > :now
    union all
    select market_id, null, null, null, null, null, null, null, null, null, null, stamp
    from pricing.book
    where market_id = any(:market_ids::uuid[])
    """,
)
PUT_PRICES = Query(
    VariantId,
    """
    with put as (
        insert into pricing.price as old (variant_id, market_id, amount, currency, changed_at)
        select variant_id, market_id, amount, currency, :now
        from unnest(:variant_ids::uuid[], :market_ids::uuid[], :amounts::bigint[], :currencies::text[])
            as price (variant_id, market_id, amount, currency)
        on conflict (variant_id, market_id) do update
            set amount = excluded.amount, currency = excluded.currency, changed_at = excluded.changed_at
            where (old.amount, old.currency) is distinct from (excluded.amount, excluded.currency)
        returning variant_id, market_id, amount
    ), noted as (
        insert into pricing.price_change (market_id, variant_id, amount, starts_at, ends_before, actor, actor_name, changed_at)
        select market_id, variant_id, amount, :now, 'infinity', :actor, :actor_name, :now
        from put
    ), ended as ( -- what was to hold from a day on, with no end, has held until now
        update pricing.list_price
        set ends_before = :now
        from put
        join pricing.price_list on price_list.market_id = put.market_id and price_list.own
        where list_price.list_id = price_list.id and list_price.variant_id = put.variant_id and list_price.starts_at < :now
            and list_price.ends_before = 'infinity'
    )
    select variant_id from put
    """,
)
PUT_RATES = Query(
    None,
    """
    insert into pricing.tax_rate (market_id, tax_category, jurisdiction, rate_ppm)
    select * from unnest(:market_ids::uuid[], :tax_categories::text[], :jurisdictions::text[], :rates_ppm::int[])
    on conflict (market_id, tax_category, jurisdiction) do update set rate_ppm = excluded.rate_ppm
    """,
)

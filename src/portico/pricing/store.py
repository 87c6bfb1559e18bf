"""SQL of prices and tax rates."""

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.platform.db import Query
from portico.pricing.types import Price, TaxRate

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
    """A price of a variant, or a tax rate of a market."""

    market_id: MarketId
    variant_id: VariantId | None
    amount: int | None
    currency: str | None
    tax_category: str | None
    jurisdiction: str | None
    rate_ppm: int | None


TERMS = Query(
    Term,
    """
    (
        select market_id, null::uuid, null::bigint, null::text, tax_category, jurisdiction, rate_ppm
        from pricing.tax_rate
        where market_id = any(:market_ids::uuid[])
        order by jurisdiction, rate_ppm
    )
    union all
    select market_id, variant_id, amount, currency, null, null, null
    from pricing.price
    where variant_id = any(:variant_ids::uuid[]) and market_id = any(:market_ids::uuid[])
    """,
)
PUT_PRICES = Query(
    VariantId,
    """
    insert into pricing.price as old (variant_id, market_id, amount, currency, changed_at)
    select variant_id, market_id, amount, currency, :now
    from unnest(:variant_ids::uuid[], :market_ids::uuid[], :amounts::bigint[], :currencies::text[])
        as price (variant_id, market_id, amount, currency)
    on conflict (variant_id, market_id) do update
        set amount = excluded.amount, currency = excluded.currency, changed_at = excluded.changed_at
        where (old.amount, old.currency) is distinct from (excluded.amount, excluded.currency)
    returning variant_id
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

"""SQL of price lists, of what is asked by them, and of what was asked before."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.platform.db import Query
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.lists import Listed, ListState, PriceListId

RESTAMP = Query(
    None,
    """
    insert into pricing.book (market_id, stamp, changed_at)
    select market_id, stamp, :now
    from unnest(:market_ids::uuid[], :stamps::uuid[]) as book (market_id, stamp)
    on conflict (market_id) do update set stamp = excluded.stamp, changed_at = excluded.changed_at
    """,
)


class ListRow(msgspec.Struct, frozen=True):
    id: PriceListId
    market_id: MarketId
    code: str
    titles: dict[str, str]
    conditions: Conditions
    priority: int
    state: ListState
    own: bool
    version: int
    changed_at: datetime


_COLUMNS = "id, market_id, code, titles, conditions, priority, state, own, version, changed_at"
LIVE = Query(ListRow, f"select {_COLUMNS} from pricing.price_list where market_id = :market_id and state = 'live'")
ALL = Query(
    ListRow,
    f"select {_COLUMNS} from pricing.price_list where market_id = :market_id and not own order by priority desc, code",
)
BY_CODE = Query(ListRow, f"select {_COLUMNS} from pricing.price_list where market_id = :market_id and code = :code")
OWN = Query(ListRow, f"select {_COLUMNS} from pricing.price_list where market_id = :market_id and own")
BY_ID = Query(ListRow, f"select {_COLUMNS} from pricing.price_list where id = any(:ids::uuid[])")


class Counted(msgspec.Struct, frozen=True):
    list_id: PriceListId
    prices: int


COUNTS = Query(
    Counted,
    "select list_id, count(*) from pricing.list_price where list_id = any(:ids::uuid[]) group by list_id",
)
PUT_LIST = Query(
    None,
    """
    insert into pricing.price_list as old (id, market_id, code, titles, conditions, priority, state, own, changed_at)
    values (:id, :market_id, :code, :titles::text::jsonb, :conditions::text::jsonb, :priority, :state, :own, :now)
    on conflict (market_id, code) do update
        set titles = excluded.titles, conditions = excluded.conditions, priority = excluded.priority, state = excluded.state,
            version = old.version + 1, changed_at = excluded.changed_at
    """,
)
PUT_LIST_PRICES = Query(
    None,
    """
    with asked as (
        select variant_id, from_quantity, coalesce(starts_at, '-infinity') as starts_at, coalesce(ends_before, 'infinity') as ends_before,
            amount
        from unnest(:variant_ids::uuid[], :from_quantities::bigint[], :starts_ats::timestamptz[], :ends_befores::timestamptz[],
            :amounts::bigint[]) as asked (variant_id, from_quantity, starts_at, ends_before, amount)
    ), gone as (
        delete from pricing.list_price
        using asked
        where asked.amount is null and list_price.list_id = :list_id and list_price.variant_id = asked.variant_id
            and list_price.from_quantity = asked.from_quantity and list_price.starts_at = asked.starts_at
    ), put as (
        insert into pricing.list_price (list_id, variant_id, from_quantity, starts_at, ends_before, amount)
        select :list_id, variant_id, from_quantity, starts_at, ends_before, amount
        from asked
        where amount is not null
        on conflict (variant_id, list_id, from_quantity, starts_at) do update
            set amount = excluded.amount, ends_before = excluded.ends_before
    )
    insert into pricing.price_change (market_id, list_id, variant_id, from_quantity, amount, starts_at, ends_before, actor,
        actor_name, changed_at)
    select :market_id, :list_id, variant_id, from_quantity, amount, starts_at, ends_before, :actor, :actor_name, :now
    from asked
    """,
)


PRICES_OF = Query(
    Listed,
    """
    select list_id, variant_id, from_quantity, nullif(starts_at, '-infinity'), nullif(ends_before, 'infinity'), amount
    from pricing.list_price
    where list_id = :list_id and (variant_id, from_quantity, starts_at) > (:after_variant, :after_quantity, :after_starts_at::timestamptz)
    order by variant_id, from_quantity, list_price.starts_at
    limit :rows_max
    """,
)


class ChangeRow(msgspec.Struct, frozen=True):
    id: int
    market_id: MarketId
    list_id: PriceListId | None
    variant_id: VariantId
    from_quantity: int
    amount: int | None
    starts_at: datetime | None
    ends_before: datetime | None
    actor_name: str
    changed_at: datetime


_CHANGES = """
    select id, market_id, list_id, variant_id, from_quantity, amount, nullif(starts_at, '-infinity'),
        nullif(ends_before, 'infinity'), actor_name, changed_at
    from pricing.price_change
"""
CHANGES = Query(
    ChangeRow,
    f"""{_CHANGES}
    where variant_id = :variant_id and market_id = :market_id
    order by price_change.id desc
    limit :rows_max
    """,
)
# Of a variant: every change since then, and the last of each price before it.
CHANGES_SINCE = Query(
    ChangeRow,
    f"""{_CHANGES}
    where market_id = :market_id and variant_id = any(:variant_ids::uuid[]) and from_quantity = 0
        and (changed_at > :since or id in (
            select distinct on (variant_id, list_id, starts_at) id
            from pricing.price_change
            where market_id = :market_id and variant_id = any(:variant_ids::uuid[]) and from_quantity = 0 and changed_at <= :since
            order by variant_id, list_id, starts_at, id desc))
    order by price_change.id
    """,
)


class Stamp(msgspec.Struct, frozen=True):
    market_id: MarketId
    stamp: UUID


STAMPS = Query(Stamp, "select market_id, stamp from pricing.book where market_id = any(:market_ids::uuid[])")

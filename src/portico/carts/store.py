"""SQL of carts."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.carts.types import BatonId, CartId, Change, Head, Line
from portico.platform.db import Query

_HEAD = "id, market_id, customer_id, guest_id, version, created_at, updated_at, codes, company_id, po_number"
_LINE = "id, cart_id, variant_id, quantity, parent_id, actor, actor_name, channel_id, added_at"


class BatonRow(msgspec.Struct, frozen=True):
    id: BatonId
    cart_id: CartId
    customer_id: UUID | None
    guest_id: UUID | None
    expires_at: datetime
    used_at: datetime | None


SET_COMPANY = Query(
    None, "update carts.cart set company_id = :company_id, po_number = :po_number where id = any(:ids::uuid[])"
)
DROP_PO = Query(None, "update carts.cart set po_number = '' where id = any(:ids::uuid[])")
# A person has one cart per market: whoever comes second to create it is given the first one's.
CREATE = Query(
    Head,
    f"""
    insert into carts.cart (id, market_id, customer_id, guest_id, created_at, updated_at)
    values (:id, :market_id, :customer_id, :guest_id, :now, :now)
    on conflict do nothing
    returning {_HEAD}
    """,
)
FIND = Query(Head, f"select {_HEAD} from carts.cart where id = any(:ids::uuid[])")
LOCK = Query(Head, f"select {_HEAD} from carts.cart where id = any(:ids::uuid[]) order by id for update")
OF = Query(
    Head,
    f"""
    select {_HEAD}
    from carts.cart
    where market_id = :market_id
        and (customer_id = :customer_id or guest_id = :guest_id)
    """,
)
OF_CUSTOMERS = Query(
    Head,
    f"""
    select {_HEAD}
    from carts.cart
    where customer_id = any(:customer_ids::uuid[])
    order by updated_at desc
    limit 10
    """,
)
OF_GUEST = Query(Head, f"select {_HEAD} from carts.cart where guest_id = :guest_id order by market_id")
LINES = Query(Line, f"select {_LINE} from carts.line where cart_id = any(:ids::uuid[]) order by cart_id, added_at, id")
CHANGES = Query(
    Change,
    """
    select id, cart_id, version, kind, line_id, variant_id, from_quantity, to_quantity, from_variant_id, actor, actor_name,
        channel_id, at
    from carts.change
    where cart_id = :cart_id
    order by id desc
    limit :rows_max
    """,
)
ADD_LINES = Query(
    None,
    """
    insert into carts.line (id, cart_id, variant_id, quantity, parent_id, actor, actor_name, channel_id, added_at)
    select * from unnest(:ids::uuid[], :cart_ids::uuid[], :variant_ids::uuid[], :quantities::bigint[], :parent_ids::uuid[],
        :actors::text[], :actor_names::text[], :channel_ids::uuid[], :added_ats::timestamptz[])
    """,
)
SET_LINES = Query(
    None,
    """
    update carts.line
    set quantity = change.quantity, variant_id = change.variant_id
    from unnest(:ids::uuid[], :variant_ids::uuid[], :quantities::bigint[]) as change (id, variant_id, quantity)
    where line.id = change.id
    """,
)
MOVE_LINES = Query(None, "update carts.line set cart_id = :to_cart_id where id = any(:ids::uuid[])")
DROP_LINES = Query(None, "delete from carts.line where id = any(:ids::uuid[]) or parent_id = any(:ids::uuid[])")
TOUCH = Query(
    None,
    """
    update carts.cart
    set version = change.version, updated_at = :now
    from unnest(:ids::uuid[], :versions::int[]) as change (id, version)
    where cart.id = change.id
    """,
)
SET_CODES = Query(
    None,
    """
    update carts.cart
    set codes = coalesce(string_to_array(nullif(change.codes, ''), ' '), '{}')
    from unnest(:ids::uuid[], :codes::text[]) as change (id, codes)
    where cart.id = change.id
    """,
)
SET_OWNER = Query(None, "update carts.cart set customer_id = :customer_id, guest_id = :guest_id where id = :id")
_RECORD = """
    insert into carts.change (id, cart_id, version, kind, line_id, variant_id, from_quantity, to_quantity, from_variant_id,
        actor, actor_name, channel_id, at)
    select * from unnest(:ids::uuid[], :cart_ids::uuid[], :versions::int[], :kinds::text[], :line_ids::uuid[],
        :variant_ids::uuid[], :from_quantities::bigint[], :to_quantities::bigint[], :from_variant_ids::uuid[],
        :actors::text[], :actor_names::text[], :channel_ids::uuid[], :ats::timestamptz[])
"""
RECORD = Query(None, _RECORD)
# Filled and ordered in one step.
PUT_ORDERED = Query(
    None,
    f"""
    with basket as (
        insert into carts.cart (id, market_id, version, created_at, updated_at)
        select id, market_id, version, :now, :now
        from unnest(:new_ids::uuid[], :market_ids::uuid[], :new_versions::int[]) as basket (id, market_id, version)
    )
    {_RECORD}
    """,
)
ADD_BATON = Query(
    BatonId,
    """
    insert into carts.baton as old (id, cart_id, code, customer_id, guest_id, created_at, expires_at)
    values (:id, :cart_id, :code, :customer_id, :guest_id, :now, :expires_at)
    on conflict (code) where used_at is null do update
        set id = excluded.id, cart_id = excluded.cart_id, customer_id = excluded.customer_id, guest_id = excluded.guest_id,
            created_at = excluded.created_at, expires_at = excluded.expires_at
        where old.expires_at <= excluded.created_at
    returning id
    """,
)
LOCK_BATON = Query(
    BatonRow,
    """
    select id, cart_id, customer_id, guest_id, expires_at, used_at
    from carts.baton
    where id = coalesce(:id, (select id from carts.baton where code = :code order by created_at desc limit 1))
    for update
    """,
)
USE_BATON = Query(None, "update carts.baton set used_at = :now, used_by = :used_by where id = :id")
# A code that is being shown goes where the lines go.
MOVE_BATONS = Query(
    None, "update carts.baton set cart_id = :to_cart_id where cart_id = :from_cart_id and used_at is null"
)
SWEEP_BATONS = Query(
    None,
    "delete from carts.baton where id in (select id from carts.baton where expires_at <= :before limit :rows_max)",
)
END_BATONS = Query(
    None,
    "update carts.baton set expires_at = :now where cart_id = :cart_id and used_at is null and expires_at > :now and created_at < :now",
)

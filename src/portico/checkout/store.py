"""SQL of checkouts."""

from datetime import datetime

import msgspec

from portico.business.types import LocationId
from portico.checkout.types import CheckoutId, Head
from portico.orders.types import Method
from portico.platform.db import Query
from portico.pricing.types import LineItemId

_HEAD = """id, cart_id, state, version, market_id, customer_id, guest_id, channel_id, location_id, given_name, family_name,
        email, phone, payment_handler, payment_term, language, created_at, updated_at, expires_at, order_id,
        destination, ship_to, progress"""


class ChoiceRow(msgspec.Struct, frozen=True):
    checkout_id: CheckoutId
    line_id: LineItemId
    method: Method
    location_id: LocationId
    quantity: int | None
    earliest: datetime | None
    latest: datetime | None


OPEN = Query(
    Head,
    f"""
    insert into checkout.checkout (id, cart_id, state, market_id, customer_id, guest_id, channel_id, location_id, given_name,
        family_name, email, phone, payment_term, language, created_at, updated_at, expires_at)
    values (:id, :cart_id, 'incomplete', :market_id, :customer_id, :guest_id, :channel_id, :location_id, :given_name,
        :family_name, :email, :phone, :payment_term, :language, :now, :now, :expires_at)
    on conflict do nothing
    returning {_HEAD}
    """,
)
OF_CART = Query(
    Head, f"select {_HEAD} from checkout.checkout where cart_id = :cart_id and state not in ('completed', 'canceled')"
)
FIND = Query(Head, f"select {_HEAD} from checkout.checkout where id = any(:ids::uuid[])")
LOCK = Query(Head, f"select {_HEAD} from checkout.checkout where id = any(:ids::uuid[]) order by id for update")
LOCK_ONE = Query(Head, f"select {_HEAD} from checkout.checkout where id = :id for update")
CHOICES = Query(
    ChoiceRow,
    """
    select checkout_id, line_id, method, location_id, quantity, earliest, latest
    from checkout.choice
    where checkout_id = any(:ids::uuid[])
    order by checkout_id, line_id, position
    """,
)
SAVE = Query(
    None,
    """
    update checkout.checkout
    set state = :state, version = version + 1, customer_id = :customer_id, given_name = :given_name,
        family_name = :family_name, email = :email, phone = :phone, payment_term = :payment_term, updated_at = :now,
        destination = :destination::text::jsonb, ship_to = :ship_to::text::jsonb,
        expires_at = :expires_at
    where id = :id
    """,
)
DROP_CHOICES = Query(None, "delete from checkout.choice where checkout_id = :id")
ADD_CHOICES = Query(
    None,
    """
    insert into checkout.choice (checkout_id, line_id, position, method, location_id, quantity, earliest, latest)
    select :id, line_id, position, method, location_id, quantity, earliest, latest
    from unnest(:line_ids::uuid[], :positions::smallint[], :methods::text[], :location_ids::uuid[], :quantities::bigint[],
        :earliests::timestamptz[], :latests::timestamptz[])
        as choice (line_id, position, method, location_id, quantity, earliest, latest)
    """,
)
# Bought at once: it is there completed.
ADD_COMPLETED = Query(
    None,
    """
    with bought as (
        insert into checkout.checkout (id, cart_id, state, version, market_id, customer_id, guest_id, channel_id, location_id,
            given_name, family_name, email, phone, payment_term, language, created_at, updated_at, expires_at, order_id)
        select id, cart_id, 'completed', 2, market_id, customer_id, guest_id, channel_id, location_id, given_name, family_name,
            email, phone, payment_term, language, :now, :now, :expires_at, order_id
        from unnest(:ids::uuid[], :cart_ids::uuid[], :market_ids::uuid[], :customer_ids::uuid[], :guest_ids::uuid[],
            :channel_ids::uuid[], :location_ids::uuid[], :given_names::text[], :family_names::text[], :emails::text[],
            :phones::text[], :payment_terms::text[], :languages::text[], :order_ids::uuid[])
            as bought (id, cart_id, market_id, customer_id, guest_id, channel_id, location_id, given_name, family_name, email,
                phone, payment_term, language, order_id)
    )
    insert into checkout.choice (checkout_id, line_id, position, method, location_id)
    select *
    from unnest(:choice_ids::uuid[], :line_ids::uuid[], :positions::smallint[], :methods::text[],
        :choice_location_ids::uuid[])
    """,
)
COMPLETE = Query(
    None,
    """
    update checkout.checkout
    set state = 'completed', version = version + 1, order_id = done.order_id, updated_at = :now, progress = null
    from unnest(:ids::uuid[], :order_ids::uuid[]) as done (id, order_id)
    where checkout.id = done.id
    """,
)
CANCEL = Query(
    None,
    "update checkout.checkout set state = 'canceled', version = version + 1, updated_at = :now, progress = null where id = :id",
)

PROGRESS = Query(
    None,
    """
    update checkout.checkout
    set state = :state, version = version + 1, updated_at = :now, progress = :progress::text::jsonb,
        expires_at = greatest(expires_at, :expires_at)
    where id = :id
    """,
)
# What nobody has looked at for a while; of several workers one gets each.
UNDER_WAY = Query(
    Head,
    f"""
    select {_HEAD}
    from checkout.checkout
    where progress is not null and updated_at < :stale
    order by updated_at
    limit :rows_max
    for update skip locked
    """,
)
TOUCH = Query(None, "update checkout.checkout set updated_at = :now where id = any(:ids::uuid[])")

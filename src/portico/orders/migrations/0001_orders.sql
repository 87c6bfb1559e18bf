-- What was agreed, and what became of it. Lines never vanish: their counters say what happened to them.
create schema orders;

create table orders."order" (
    id uuid primary key,
    label text not null unique,
    version integer not null default 1 check (version > 0),
    market_id uuid not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    taxes_included boolean not null,
    customer_id uuid,
    guest_id uuid,
    buyer_given_name text not null default '',
    buyer_family_name text not null default '',
    buyer_email text not null default '',
    buyer_phone text not null default '',
    channel_id uuid,
    location_id uuid,
    till_id uuid,
    actor text not null,
    actor_name text not null,
    language text not null,
    cart_id uuid,
    checkout_id uuid unique,
    link_token text not null unique,
    external_ref text unique,
    origin jsonb not null default '{}',
    placed_at timestamptz not null,
    offset_minutes smallint not null,
    recorded_at timestamptz not null,
    payment_term text not null check (payment_term in ('now', 'on_collection', 'settled_elsewhere')),
    subtotal bigint not null,
    items_discount bigint not null default 0 check (items_discount <= 0),
    discount bigint not null default 0 check (discount <= 0),
    fulfillment bigint not null default 0,
    tax bigint not null default 0,
    fee bigint not null default 0,
    total bigint not null,
    paid bigint not null default 0 check (paid between 0 and 9007199254740991),
    state text not null check (state in ('open', 'partly_fulfilled', 'fulfilled', 'canceled', 'returned')),
    check (subtotal + items_discount + discount + fulfillment + tax + fee = total),
    check (paid <= greatest(total, 0))
);
create index order_placed on orders."order" (placed_at desc, id desc);
create index order_customer on orders."order" (customer_id, placed_at desc) where customer_id is not null;

create table orders.line (
    id uuid primary key,
    order_id uuid not null references orders."order" (id),
    position smallint not null,
    parent_id uuid,
    split_from uuid,
    variant_id uuid not null,
    public_id text not null,
    sku text not null,
    title text not null,
    unit text not null,
    scale smallint not null check (scale between 0 and 6),
    unit_price bigint not null check (unit_price >= 0),
    net bigint not null,
    tax bigint not null,
    gross bigint not null,
    ordered bigint not null check (ordered > 0),
    canceled bigint not null default 0 check (canceled >= 0),
    fulfilled bigint not null default 0 check (fulfilled >= 0),
    returned bigint not null default 0 check (returned >= 0),
    exchanged bigint not null default 0 check (exchanged >= 0),
    check (net + tax = gross),
    check (canceled + fulfilled <= ordered),
    check (returned + exchanged <= fulfilled)
);
create index line_order on orders.line (order_id, position);

create table orders.tax_line (
    order_id uuid not null references orders."order" (id),
    jurisdiction text not null,
    rate_ppm integer not null,
    amount bigint not null,
    primary key (order_id, jurisdiction, rate_ppm)
);

-- What was promised, by line and quantity; it may change. What happened (fulfillment_event) may not.
create table orders.expectation (
    id uuid primary key,
    order_id uuid not null references orders."order" (id),
    line_id uuid not null references orders.line (id),
    method text not null check (method in ('carry_out', 'collect')),
    location_id uuid,
    quantity bigint not null check (quantity > 0),
    fulfilled bigint not null default 0,
    earliest timestamptz not null,
    latest timestamptz,
    check (fulfilled between 0 and quantity),
    check (latest is null or latest >= earliest)
);
create index expectation_order on orders.expectation (order_id);
create index expectation_to_collect on orders.expectation (location_id, order_id) where method = 'collect' and fulfilled < quantity;

create table orders.fulfillment_event (
    id uuid primary key,
    order_id uuid not null references orders."order" (id),
    line_id uuid not null references orders.line (id),
    expectation_id uuid not null references orders.expectation (id),
    type text not null check (type in ('handed_over', 'collected')),
    quantity bigint not null check (quantity > 0),
    location_id uuid,
    actor text not null,
    actor_name text not null,
    channel_id uuid,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null
);
create index fulfillment_event_order on orders.fulfillment_event (order_id);

-- Money or quantity changed later, on a line or (order_id null) without a known order. Signed.
create table orders.adjustment (
    id uuid primary key,
    order_id uuid references orders."order" (id),
    line_id uuid references orders.line (id),
    customer_id uuid,
    variant_id uuid,
    type text not null check (type in ('return', 'refund', 'exchange', 'correction')),
    status text not null check (status in ('pending', 'completed', 'failed')),
    quantity bigint not null,
    amount bigint not null,
    currency text not null,
    reason text not null,
    external_ref text unique,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null
);
create index adjustment_order on orders.adjustment (order_id) where order_id is not null;
create index adjustment_customer on orders.adjustment (customer_id) where customer_id is not null;

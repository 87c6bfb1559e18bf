-- The basket that travels: no status, no payment; every change with channel and actor.
create schema carts;

create table carts.cart (
    id uuid primary key,
    market_id uuid not null,
    customer_id uuid,
    guest_id uuid,
    version integer not null default 1 check (version > 0),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check (customer_id is null or guest_id is null)
);
-- One person, one basket in each market.
create unique index cart_of_customer on carts.cart (customer_id, market_id) where customer_id is not null;
create unique index cart_of_guest on carts.cart (guest_id, market_id) where guest_id is not null;

create table carts.line (
    id uuid primary key,
    cart_id uuid not null references carts.cart (id),
    variant_id uuid not null,
    quantity bigint not null check (quantity between 1 and 1000000000),
    parent_id uuid references carts.line (id),
    actor text not null,
    actor_name text not null,
    channel_id uuid,
    added_at timestamptz not null
);
create index line_cart on carts.line (cart_id, id);

create table carts.change (
    id uuid primary key,
    cart_id uuid not null references carts.cart (id),
    version integer not null,
    kind text not null check (kind in
        ('created', 'added', 'quantity', 'swapped', 'removed', 'owner', 'merged', 'handed_over', 'ordered')),
    line_id uuid,
    variant_id uuid,
    from_quantity bigint,
    to_quantity bigint,
    from_variant_id uuid,
    actor text not null,
    actor_name text not null,
    channel_id uuid,
    at timestamptz not null
);
create index change_cart on carts.change (cart_id, id);

-- The right to take over a basket: signed, expiring, for one customer, for one use.
create table carts.baton (
    id uuid primary key,
    cart_id uuid not null references carts.cart (id),
    code text not null check (code ~ '^[0-9A-HJKMNP-TV-Z]{6}$'),
    customer_id uuid,
    guest_id uuid,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    used_by text,
    check (expires_at > created_at),
    check ((used_at is null) = (used_by is null))
);
create unique index baton_code on carts.baton (code) where used_at is null;
create index baton_cart on carts.baton (cart_id);

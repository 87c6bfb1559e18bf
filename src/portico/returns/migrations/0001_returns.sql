-- Goods that come back: what of which order, why, in what state, and what was decided.
create schema returns;

-- Of several, the one that names the category wins over the one that names none.
create table returns.policy (
    market_id uuid not null,
    category text not null default '',
    days smallint not null check (days between 0 and 3650),
    fault_days smallint not null check (fault_days between 0 and 3650),
    restocking_ppm integer not null default 0 check (restocking_ppm between 0 and 1000000),
    postage bigint not null default 0 check (postage >= 0),
    final_sale boolean not null default false,
    approve_at_once boolean not null default true,
    primary key (market_id, category)
);

create table returns.return (
    id uuid primary key,
    code text not null unique,
    order_id uuid,
    market_id uuid not null,
    state text not null check (state in ('requested', 'approved', 'in_transit', 'received', 'completed', 'rejected', 'canceled')),
    way text not null check (way in ('counter', 'post', 'claim')),
    location_id uuid,
    customer_id uuid,
    guest_id uuid,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    value bigint not null default 0 check (value >= 0),
    fee bigint not null default 0 check (fee between 0 and value),
    refunded bigint not null default 0 check (refunded >= 0),
    note text not null default '' check (length(note) <= 500),
    override_reason text not null default '' check (length(override_reason) <= 500),
    actor text not null,
    actor_name text not null,
    requested_at timestamptz not null,
    changed_at timestamptz not null,
    check (order_id is not null or way = 'counter')
);
create index return_order on returns.return (order_id) where order_id is not null;
create index return_open on returns.return (changed_at desc, id desc);
create index return_customer on returns.return (customer_id, changed_at desc) where customer_id is not null;

create table returns.line (
    id uuid primary key,
    return_id uuid not null references returns.return (id),
    position smallint not null,
    line_id uuid,
    variant_id uuid not null,
    quantity bigint not null check (quantity > 0),
    reason text not null check (reason in ('changed_mind', 'damaged', 'wrong_item', 'not_as_described', 'late', 'missing_parcel', 'other')),
    exchanged boolean not null default false,
    blocks text[] not null default '{}',
    grades jsonb not null default '[]'
);
create index line_return on returns.line (return_id, position);

-- What happened to it, step by step; never changed.
create table returns.step (
    return_id uuid not null references returns.return (id),
    number smallint not null,
    event text not null,
    state text not null,
    reason text not null default '' check (length(reason) <= 500),
    actor text not null,
    actor_name text not null,
    location_id uuid,
    at timestamptz not null,
    primary key (return_id, number)
);

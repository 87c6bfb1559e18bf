-- Deliberate prices for some channels, places, customers, quantities and times; and every price that ever held.

-- Which state of lists and promotions a market is in: another stamp with every change, so that processes may keep what they read.
create table pricing.book (
    market_id uuid primary key,
    stamp uuid not null,
    changed_at timestamptz not null
);

create table pricing.price_list (
    id uuid primary key,
    market_id uuid not null,
    code text not null check (code ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    titles jsonb not null,
    conditions jsonb not null,
    priority integer not null check (priority between 0 and 10000),
    state text not null check (state in ('draft', 'live', 'ended')),
    own boolean not null default false, -- the market's own prices that hold for a time
    version integer not null default 1 check (version > 0),
    changed_at timestamptz not null,
    unique (market_id, code)
);
create unique index price_list_own on pricing.price_list (market_id) where own;

create table pricing.list_price (
    list_id uuid not null references pricing.price_list (id),
    variant_id uuid not null,
    from_quantity bigint not null default 0 check (from_quantity >= 0),
    starts_at timestamptz not null default '-infinity',
    ends_before timestamptz not null default 'infinity',
    amount bigint not null check (amount between 0 and 9007199254740991),
    check (starts_at < ends_before),
    primary key (variant_id, list_id, from_quantity, starts_at)
);
create index list_price_list on pricing.list_price (list_id);

-- Append-only: what was asked for a variant and when, as the law of announced reductions has it proven.
create table pricing.price_change (
    id bigint generated always as identity primary key,
    market_id uuid not null,
    list_id uuid references pricing.price_list (id), -- null: the market's own
    variant_id uuid not null,
    from_quantity bigint not null default 0,
    amount bigint, -- null: taken away
    starts_at timestamptz not null,
    ends_before timestamptz not null,
    actor text not null,
    actor_name text not null,
    changed_at timestamptz not null
);
create index price_change_variant on pricing.price_change (variant_id, market_id, id);

-- What is asked today was asked since it was last changed.
insert into pricing.price_change (market_id, variant_id, amount, starts_at, ends_before, actor, actor_name, changed_at)
select market_id, variant_id, amount, changed_at, 'infinity', 'system:migration', '', changed_at
from pricing.price;

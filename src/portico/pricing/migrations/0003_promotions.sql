-- Promotions as data, their versions, how much they were used, and the coupons that open them.

create table pricing.promotion (
    id uuid primary key,
    market_id uuid not null,
    code text not null check (code ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    state text not null check (state in ('draft', 'live', 'paused', 'ended')),
    version integer not null default 1 check (version > 0),
    rule jsonb not null,
    changed_at timestamptz not null,
    changed_by text not null,
    unique (market_id, code)
);
create index promotion_state on pricing.promotion (market_id, state, id);

create table pricing.promotion_version (
    promotion_id uuid not null references pricing.promotion (id),
    version integer not null,
    state text not null,
    rule jsonb not null,
    actor text not null,
    actor_name text not null,
    changed_at timestamptz not null,
    primary key (promotion_id, version)
);

-- The database holds the caps too: nobody has what is no longer there. `over` is what was agreed elsewhere before we knew, as at a till
-- without a line, or what an edit made of it.
create table pricing.promotion_use (
    promotion_id uuid primary key references pricing.promotion (id),
    uses bigint not null default 0 check (uses >= 0),
    spent bigint not null default 0 check (spent >= 0),
    uses_max bigint,
    budget bigint,
    over boolean not null default false,
    check (over or uses_max is null or uses <= uses_max),
    check (over or budget is null or spent <= budget)
);
create table pricing.customer_use (
    promotion_id uuid not null references pricing.promotion (id),
    customer_id uuid not null,
    uses bigint not null default 0 check (uses >= 0),
    primary key (customer_id, promotion_id)
);

create table pricing.coupon_batch (
    id uuid primary key,
    promotion_id uuid not null references pricing.promotion (id),
    coupons integer not null check (coupons > 0),
    uses_max integer not null check (uses_max > 0),
    ends_before timestamptz,
    actor text not null,
    actor_name text not null,
    made_at timestamptz not null
);
create index coupon_batch_promotion on pricing.coupon_batch (promotion_id);

create table pricing.coupon (
    code text primary key check (code ~ '^[A-Z0-9-]{3,40}$'),
    promotion_id uuid not null references pricing.promotion (id),
    batch_id uuid not null references pricing.coupon_batch (id),
    customer_id uuid, -- hers alone
    uses integer not null default 0 check (uses >= 0),
    uses_max integer not null check (uses_max > 0),
    check (uses <= uses_max)
);
create index coupon_of_batch on pricing.coupon (batch_id, code);

-- What an order had of a promotion. `released_at`: it was canceled whole before anything went out.
create table pricing.redemption (
    order_id uuid not null,
    promotion_id uuid not null references pricing.promotion (id),
    version integer not null,
    customer_id uuid,
    coupon text references pricing.coupon (code),
    amount bigint not null check (amount >= 0),
    currency text not null,
    redeemed_at timestamptz not null,
    released_at timestamptz,
    primary key (order_id, promotion_id)
);
create index redemption_promotion on pricing.redemption (promotion_id, redeemed_at);

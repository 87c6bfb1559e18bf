-- Value that customers hold with us. How much of it is the ledger's to know.
create schema loyalty;

create table loyalty.gift_card (
    id uuid primary key,
    code_hash bytea not null unique,
    last4 text not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    issued_amount bigint not null check (issued_amount > 0),
    state text not null check (state in ('active', 'blocked')),
    customer_id uuid,
    expires_at timestamptz,
    actor text not null,
    actor_name text not null,
    issued_at timestamptz not null
);

-- What a point is worth in a market: so many pay for one minor unit of its currency.
create table loyalty.points_worth (
    market_id uuid primary key,
    points_per_minor integer not null check (points_per_minor > 0)
);

-- What a market charges for bringing goods: each version whole, with who set it; the newest holds.
create table pricing.carriage (
    market_id uuid not null,
    version integer not null check (version > 0),
    rates jsonb not null,
    actor text not null,
    actor_name text not null,
    changed_at timestamptz not null,
    primary key (market_id, version)
);

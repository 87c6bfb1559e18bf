-- Of two people who change a market's policies at once, the second is told of the first. A market with no row was never changed.
create table returns.policy_version (
    market_id uuid primary key,
    version integer not null check (version > 0),
    changed_at timestamptz not null,
    actor text not null,
    actor_name text not null
);
-- A policy that was put aside is kept, and what it was for falls under the one for all others.
alter table returns.policy add column active boolean not null default true;

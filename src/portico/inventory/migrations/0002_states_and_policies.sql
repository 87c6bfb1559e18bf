-- Every reservation and sale updates its row: with room left on the page the new version stays beside the old one, and no
-- index is touched.
alter table inventory.stock set (fillfactor = 70);

-- What stands at a location but is not for sale, each state a counter of its own beside the one that is locked anyway.
alter table inventory.stock
    add column picked bigint not null default 0 check (picked >= 0),
    add column in_transit bigint not null default 0 check (in_transit >= 0),
    add column to_inspect bigint not null default 0 check (to_inspect >= 0),
    add column damaged bigint not null default 0 check (damaged >= 0),
    add column counted_at timestamptz;

-- How much of what is free a channel may promise. A null names every variant, location or channel.
create table inventory.policy (
    id uuid primary key,
    variant_id uuid,
    location_id uuid,
    channel_id uuid,
    safety bigint check (safety >= 0),
    share_percent smallint check (share_percent between 0 and 100),
    excluded boolean,
    low_under bigint check (low_under >= 0),
    unique nulls not distinct (variant_id, location_id, channel_id),
    check (num_nonnulls(safety, share_percent, excluded, low_under) > 0)
);
create index policy_location on inventory.policy (location_id);

-- Units promised before they are there: of a variant at a place at most `units_max`, expected on a day. Guarded by the
-- stock row of the same key, which is locked first.
create table inventory.backorder (
    variant_id uuid not null,
    location_id uuid not null,
    kind text not null check (kind in ('preorder', 'backorder')),
    units_max bigint not null check (units_max >= 0),
    promised bigint not null default 0 check (promised >= 0),
    expected_on date not null,
    primary key (variant_id, location_id),
    foreign key (variant_id, location_id) references inventory.stock (variant_id, location_id)
);
create index backorder_waiting on inventory.backorder (variant_id, location_id) where promised > 0;

-- A reservation that is not backed waits for units to come; it is no part of what its stock row has reserved.
alter table inventory.reservation add column backed boolean not null default true;
create index reservation_waiting on inventory.reservation (variant_id, location_id, reserved_at, id) where not backed;

-- How many units passed through customers' and our hands since the last count: with the time since, what a shelf may have lost.
alter table inventory.stock add column handled bigint not null default 0 check (handled >= 0);
create table inventory.shrink (
    location_id uuid primary key,
    lost double precision not null check (lost >= 0),
    activity double precision not null check (activity >= 0),
    learned_at timestamptz not null
);
alter table inventory.policy
    add column confidence_percent smallint check (confidence_percent between 0 and 99),
    drop constraint policy_check,
    add check (num_nonnulls(safety, share_percent, excluded, low_under, confidence_percent) > 0);

-- Goods on their way to a location: from another of ours (then they are in transit, and counted so), or from a supplier.
create table inventory.inbound (
    id uuid primary key,
    location_id uuid not null,
    from_location_id uuid,
    supplier text not null default '',
    reference text not null,
    state text not null check (state in ('expected', 'closed', 'canceled')),
    expected_on date,
    announced_by text not null,
    announced_at timestamptz not null,
    closed_at timestamptz,
    check (from_location_id <> location_id),
    check ((from_location_id is null) = (supplier <> '')),
    check ((state = 'expected') = (closed_at is null))
);
create index inbound_expected on inventory.inbound (location_id, expected_on, id) where state = 'expected';
create unique index inbound_of_supplier on inventory.inbound (supplier, reference) where supplier <> '';

create table inventory.inbound_line (
    inbound_id uuid not null references inventory.inbound (id),
    variant_id uuid not null,
    announced bigint not null check (announced > 0),
    received bigint not null default 0 check (received >= 0),
    damaged bigint not null default 0 check (damaged >= 0),
    primary key (inbound_id, variant_id)
);

-- A count of some variants at a location. What was found is kept beside what the books said at that very moment, so that
-- sales during the count are no variance.
create table inventory.count (
    id uuid primary key,
    location_id uuid not null,
    state text not null check (state in ('open', 'approved', 'canceled')),
    blind boolean not null,
    tolerance bigint not null check (tolerance >= 0),
    opened_by text not null,
    opened_at timestamptz not null,
    closed_by text,
    closed_at timestamptz,
    check ((state = 'open') = (closed_at is null))
);
create index count_open on inventory.count (location_id, opened_at) where state = 'open';

create table inventory.count_line (
    count_id uuid not null references inventory.count (id),
    variant_id uuid not null,
    counted bigint check (counted >= 0),
    book bigint,
    counted_by text,
    counted_at timestamptz,
    rounds smallint not null default 0,
    primary key (count_id, variant_id),
    check ((counted is null) = (book is null))
);

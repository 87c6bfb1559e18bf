-- Capacity of anything that is done at a time: what can be done when is cut into buckets, each with a counter of its own.
create schema bookings;

create table bookings.resource (
    id uuid primary key,
    code text not null unique check (code ~ '^[A-Za-z0-9._-]{1,60}$'),
    kind text not null check (kind in ('pickup', 'drive_up', 'delivery', 'picking', 'appointment', 'kitchen', 'event')),
    name text not null check (name <> ''),
    location_id uuid,
    time_zone text not null,
    unit text not null check (unit in ('places', 'labour_minutes')),
    bucket_minutes int not null check (bucket_minutes between 5 and 1440 and 1440 % bucket_minutes = 0),
    lead_minutes int not null default 0 check (lead_minutes >= 0),
    horizon_days int not null default 60 check (horizon_days between 1 and 730),
    hold_seconds_max int not null default 1800 check (hold_seconds_max between 10 and 604800),
    overbook_percent int not null default 0 check (overbook_percent between 0 and 100),
    waitlist_max int not null default 0 check (waitlist_max between 0 and 10000),
    active boolean not null default true
);
create index resource_location on bookings.resource (location_id, kind) where active;

-- By the clocks of the resource's zone, in minutes of the day; half-open, 1440 is the day's end.
create table bookings.opening (
    resource_id uuid not null references bookings.resource (id),
    weekday smallint not null check (weekday between 1 and 7),
    opens_minute smallint not null check (opens_minute between 0 and 1439),
    closes_minute smallint not null check (closes_minute between 1 and 1440),
    capacity int not null check (capacity >= 0),
    primary key (resource_id, weekday, opens_minute),
    check (opens_minute < closes_minute)
);

-- A day that is not as its weekday is; with no openings it is closed.
create table bookings.special_day (
    resource_id uuid not null references bookings.resource (id),
    day date not null,
    openings jsonb not null,
    primary key (resource_id, day)
);

-- `taken_max` is what the bucket could take when it was last booked: a calendar that gives less later breaks no booking.
create table bookings.bucket (
    resource_id uuid not null references bookings.resource (id),
    starts_at timestamptz not null,
    taken int not null default 0 check (taken >= 0),
    taken_max int not null default 0,
    primary key (resource_id, starts_at),
    check (taken <= taken_max)
);

create table bookings.booking (
    id uuid primary key,
    resource_id uuid not null references bookings.resource (id),
    starts_at timestamptz not null,
    ends_before timestamptz not null,
    quantity int not null check (quantity > 0),
    holder text not null,
    state text not null check (state in ('held', 'confirmed', 'waiting', 'canceled')),
    expires_at timestamptz,
    note text not null default '',
    actor text not null,
    booked_at timestamptz not null,
    check (starts_at < ends_before),
    check (state in ('held', 'waiting') or expires_at is null)
);
create index booking_holder on bookings.booking (holder);
create index booking_agenda on bookings.booking (resource_id, starts_at) where state <> 'canceled';
create index booking_waiting on bookings.booking (resource_id, booked_at, id) where state = 'waiting';

-- What a booking takes of each bucket. A part that has run out does not count, whether or not anyone has tidied it up.
create table bookings.part (
    booking_id uuid not null references bookings.booking (id),
    resource_id uuid not null,
    starts_at timestamptz not null,
    quantity int not null check (quantity > 0),
    expires_at timestamptz,
    primary key (booking_id, starts_at),
    foreign key (resource_id, starts_at) references bookings.bucket (resource_id, starts_at)
);
create index part_bucket on bookings.part (resource_id, starts_at);
create index part_expiry on bookings.part (expires_at) where expires_at is not null;

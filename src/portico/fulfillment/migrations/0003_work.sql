-- The work: one piece per order, place, way and promise; its lines; what was packed and driven out; who came to fetch it.

create table fulfillment.wave (
    id uuid primary key,
    location_id uuid not null,
    zone text not null default '',
    state text not null check (state in ('open', 'picking', 'done')),
    claimed_by text not null default '',
    claimed_name text not null default '',
    made_at timestamptz not null,
    done_at timestamptz
);
create index wave_open on fulfillment.wave (location_id, made_at) where state <> 'done';

create table fulfillment.fulfillment (
    id uuid primary key,
    holder text not null,
    order_label text not null,
    buyer_name text not null default '',
    location_id uuid not null,
    destination_id uuid,
    way text not null check (way in ('collect', 'drive_up', 'ship', 'ship_to_store', 'local_delivery')),
    state text not null check (state in ('open', 'picking', 'picked', 'packed', 'shipped', 'arrived', 'ready',
        'out_for_delivery', 'on_hold', 'delivered', 'handed_over', 'returned', 'not_fetched', 'canceled')),
    earliest timestamptz not null,
    latest timestamptz,
    due_at timestamptz not null,
    code text not null,
    hold_reason text not null default '',
    shelf text not null default '',  -- where it waits once it is ready
    wave_id uuid references fulfillment.wave (id),
    claimed_by text not null default '',
    claimed_name text not null default '',
    opened_at timestamptz not null,
    started_at timestamptz,
    picked_at timestamptz,
    ready_at timestamptz,
    done_at timestamptz,
    version int not null default 1,
    check ((way = 'ship_to_store') = (destination_id is not null)),
    check (state <> 'on_hold' or hold_reason <> '')
);
create index fulfillment_holder on fulfillment.fulfillment (holder);
-- Work at one place for one promise is opened once, however often it is asked for.
create unique index fulfillment_once on fulfillment.fulfillment (holder, location_id, way, latest) nulls not distinct
    where state in ('open', 'picking', 'picked', 'packed', 'on_hold');
create index fulfillment_queue on fulfillment.fulfillment (location_id, due_at)
    where state not in ('delivered', 'handed_over', 'returned', 'not_fetched', 'canceled');
create index fulfillment_coming on fulfillment.fulfillment (destination_id, due_at)
    where destination_id is not null and state in ('shipped', 'arrived', 'ready');
create index fulfillment_waiting on fulfillment.fulfillment (ready_at) where state = 'ready';

create table fulfillment.fulfillment_line (
    fulfillment_id uuid not null references fulfillment.fulfillment (id),
    line_id uuid not null,
    variant_id uuid not null,
    position int not null,
    sku text not null,
    title text not null,
    unit text not null,
    scale smallint not null,
    tracked boolean not null,
    per_unit bigint not null check (per_unit > 0),  -- of a bundle: so many of this in one
    asked bigint not null check (asked >= 0),
    picked bigint not null default 0 check (picked >= 0),
    short bigint not null default 0 check (short >= 0),
    moved bigint not null default 0 check (moved >= 0),
    packed bigint not null default 0 check (packed >= 0),
    gone bigint not null default 0 check (gone >= 0),
    put_back bigint not null default 0 check (put_back >= 0),
    lots jsonb not null default '[]',
    zone text not null default '',
    zone_position int not null default 0,
    primary key (fulfillment_id, line_id, variant_id),
    check (picked + short <= asked),
    check (moved <= short),
    check (packed <= picked),
    check (gone <= asked)
);

-- The parts of a place, in the order in which they are walked; and what lies in them: a variant, or all of a category.
create table fulfillment.zone (
    location_id uuid not null,
    code text not null check (code ~ '^[A-Za-z0-9._-]{1,20}$'),
    name text not null,
    position int not null,
    primary key (location_id, code)
);
create table fulfillment.zone_item (
    location_id uuid not null,
    subject text not null,
    zone text not null,
    primary key (location_id, subject),
    foreign key (location_id, zone) references fulfillment.zone (location_id, code) on delete cascade
);

create table fulfillment.parcel (
    id uuid primary key,
    fulfillment_id uuid not null references fulfillment.fulfillment (id),
    number int not null,
    weight_grams int not null check (weight_grams > 0),
    length_mm int not null check (length_mm >= 0),
    width_mm int not null check (width_mm >= 0),
    height_mm int not null check (height_mm >= 0),
    contents jsonb not null,
    label text not null check (label in ('none', 'asked', 'sent', 'unknown', 'bought', 'failed', 'void')),
    carrier text not null default '',
    service text not null default '',
    carrier_ref text not null default '',
    tracking_code text not null default '',
    tracking_url text not null default '',
    label_bytes bytea,
    label_type text not null default '',
    cost bigint not null default 0,
    currency text not null default '',
    error text not null default '',
    status text not null default '',
    status_at timestamptz,
    estimated_at timestamptz,
    asked_at timestamptz,
    check (label <> 'bought' or (label_bytes is not null and tracking_code <> ''))
);
create index parcel_of on fulfillment.parcel (fulfillment_id);
create unique index parcel_tracking on fulfillment.parcel (tracking_code) where tracking_code <> '';
create index parcel_pending on fulfillment.parcel (asked_at) where label in ('asked', 'sent', 'unknown');

-- What carriers told, in whatever order; told again, it is the same row.
create table fulfillment.tracking_event (
    parcel_id uuid not null references fulfillment.parcel (id),
    source_id text not null,
    status text not null,
    message text not null,
    place text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    primary key (parcel_id, source_id)
);

create table fulfillment.hand_over (
    id uuid primary key,
    fulfillment_id uuid not null references fulfillment.fulfillment (id),
    proof text not null check (proof in ('code', 'name')),
    handed_to text not null,
    signature text not null,
    actor text not null,
    actor_name text not null,
    at timestamptz not null
);
create index hand_over_of on fulfillment.hand_over (fulfillment_id);

create table fulfillment.run (
    id uuid primary key,
    location_id uuid not null,
    state text not null check (state in ('planned', 'out', 'done')),
    driver text not null,
    made_at timestamptz not null,
    left_at timestamptz,
    done_at timestamptz
);
create index run_open on fulfillment.run (location_id, made_at) where state <> 'done';
create table fulfillment.stop (
    run_id uuid not null references fulfillment.run (id),
    fulfillment_id uuid not null references fulfillment.fulfillment (id),
    position int not null,
    state text not null check (state in ('waiting', 'delivered', 'not_home')),
    note text not null default '',
    at timestamptz,
    primary key (run_id, fulfillment_id)
);
create unique index stop_waiting on fulfillment.stop (fulfillment_id) where state = 'waiting';

create table fulfillment.arrival (
    id uuid primary key,
    location_id uuid not null,
    holder text not null,
    order_label text not null,
    buyer_name text not null default '',
    state text not null check (state in ('on_the_way', 'here', 'served', 'left')),
    bay text not null default '',
    vehicle text not null default '',
    on_way_at timestamptz,
    expected_at timestamptz,
    here_at timestamptz,
    served_at timestamptz
);
create unique index arrival_once on fulfillment.arrival (holder, location_id) where state in ('on_the_way', 'here');
create index arrival_board on fulfillment.arrival (location_id) where state in ('on_the_way', 'here');

-- How long things took, and what follows from it.
create table fulfillment.service_time (
    id uuid primary key,
    location_id uuid not null,
    kind text not null check (kind in ('pick', 'wait')),
    minutes double precision not null check (minutes >= 0),
    lines int not null default 0,
    at timestamptz not null
);
create index service_time_newest on fulfillment.service_time (location_id, kind, at desc);
create table fulfillment.learned (
    location_id uuid primary key,
    pick_minutes_order int not null default 0,
    picks int not null default 0,
    wait_minutes int not null default 0,
    waits int not null default 0
);

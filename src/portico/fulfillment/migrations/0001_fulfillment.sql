-- From where goods go out and how: what places can do, who carries, when nobody works; how it is chosen, and what was.
create schema fulfillment;

create table fulfillment.node (
    location_id uuid primary key,
    pick_minutes_order int not null check (pick_minutes_order between 0 and 1440),
    pick_minutes_line int not null check (pick_minutes_line between 0 and 240),
    orders_per_day int check (orders_per_day > 0),
    cutoff_minute smallint not null check (cutoff_minute between 0 and 1440),
    ship_weekdays smallint[] not null,
    handling_cost bigint not null check (handling_cost >= 0),
    delivery_radius_m int check (delivery_radius_m > 0),
    delivery_cost bigint not null default 0 check (delivery_cost >= 0)
);

create table fulfillment.carrier_service (
    code text primary key check (code ~ '^[A-Za-z0-9._-]{1,60}$'),
    name text not null check (name <> ''),
    countries text[] not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    bands jsonb not null,
    collects smallint[] not null,
    delivers smallint[] not null,
    calendar text not null default '',
    cutoff_minute smallint not null check (cutoff_minute between 0 and 1440),
    active boolean not null default true
);

create table fulfillment.holiday (
    calendar text not null,
    day date not null,
    name text not null,
    primary key (calendar, day)
);

-- Rules are never changed: a new version takes their place.
create table fulfillment.rule_set (
    id uuid primary key,
    market_id uuid,
    version int not null check (version > 0),
    body jsonb not null,
    active boolean not null,
    made_by text not null,
    made_at timestamptz not null,
    unique nulls not distinct (market_id, version)
);
create unique index rule_set_active on fulfillment.rule_set (market_id) nulls not distinct where active;

-- What was decided, with everything it was decided upon, so that it can be explained, and decided again under other rules.
create table fulfillment.decision (
    id uuid primary key,
    holder text not null,
    market_id uuid not null,
    rules_version int not null,
    inputs jsonb not null,
    outcome jsonb not null,
    rejected_by uuid,  -- the place that could not send, which made it necessary to decide again; and why
    reason text not null default '',
    actor text not null,
    decided_at timestamptz not null,
    superseded_by uuid references fulfillment.decision (id)
);
create index decision_holder on fulfillment.decision (holder, decided_at);
create index decision_market on fulfillment.decision (market_id, decided_at);

-- How many orders a place was given to send on a day: how busy it is.
create table fulfillment.load (
    location_id uuid not null,
    day date not null,
    orders int not null check (orders >= 0),
    primary key (location_id, day)
);

-- Who has something in common: conditions as data, and what they ask, reckoned from facts.
create schema segments;

create table segments.segment (
    id uuid primary key,
    code text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text not null check (name <> ''),
    note text not null default '',
    condition jsonb not null,
    version integer not null check (version > 0),
    archived boolean not null default false,
    actor text not null,
    actor_name text not null,
    changed_at timestamptz not null,
    compared_at timestamptz -- when its members were last found out; null: they have to be
);

-- What it said before.
create table segments.version (
    segment_id uuid not null references segments.segment (id),
    version integer not null check (version > 0),
    name text not null,
    condition jsonb not null,
    archived boolean not null,
    actor text not null,
    actor_name text not null,
    made_at timestamptz not null,
    primary key (segment_id, version)
);

-- What runs and asks for a segment, as those who run it say: it is not put away meanwhile.
create table segments.use (
    code text not null references segments.segment (code),
    used_by text not null check (used_by <> ''),
    label text not null,
    primary key (used_by, code)
);
create index use_code on segments.use (code);

-- Which records there are, and of which person; `person_id` is identity's to say, and copied here for what is reckoned per person.
create table segments.record (
    record_id uuid primary key,
    person_id uuid not null
);
create index record_person on segments.record (person_id);

-- An order as far as something of it was kept.
create table segments.purchase (
    order_id uuid primary key,
    record_id uuid not null,
    person_id uuid not null,
    placed_at timestamptz not null,
    channel text not null,
    channel_kind text not null,
    location text not null,
    currency text not null,
    amount bigint not null check (amount >= 0), -- of what was kept, with tax
    country text not null,
    city text not null,
    postcode text not null
);
create index purchase_record on segments.purchase (record_id);
create index purchase_person on segments.purchase (person_id, placed_at);
create index purchase_time on segments.purchase (placed_at, person_id);

-- Its lines, with what is asked of them beside them, so that no join is needed.
create table segments.bought (
    line_id uuid primary key,
    order_id uuid not null,
    record_id uuid not null,
    person_id uuid not null,
    item_id uuid not null,
    variant_id uuid not null,
    placed_at timestamptz not null,
    channel text not null,
    channel_kind text not null,
    location text not null,
    currency text not null,
    units bigint not null check (units > 0),
    amount bigint not null check (amount >= 0)
);
create index bought_order on segments.bought (order_id);
create index bought_record on segments.bought (record_id);
create index bought_person on segments.bought (person_id);
create index bought_item on segments.bought (item_id, placed_at, person_id);
create index bought_variant on segments.bought (variant_id, placed_at, person_id);
create index bought_time on segments.bought (placed_at, person_id);

-- What loyalty says of a record.
create table segments.member (
    record_id uuid not null,
    person_id uuid not null,
    programme text not null,
    tier text not null,
    joined_at timestamptz not null,
    birth_month smallint,
    birth_day smallint,
    primary key (record_id, programme)
);
create index member_person on segments.member (person_id);
create table segments.points (
    record_id uuid primary key,
    person_id uuid not null,
    points bigint not null
);
create index points_person on segments.points (person_id);

-- A person, reckoned from all that is above and what other rooms say of her records.
create table segments.person (
    person_id uuid primary key,
    since timestamptz not null,
    language text not null,
    country text not null,
    city text not null, -- in small letters
    postcode text not null,
    birth_month smallint,
    birth_day smallint,
    orders integer not null check (orders >= 0),
    first_order_at timestamptz,
    last_order_at timestamptz,
    points bigint not null,
    tiers text[] not null, -- as `programme:tier`
    granted text[] not null, -- her last words, as `purpose:channel`: yes
    refused text[] not null, -- no
    reached text[] not null, -- on which channels there is an address of hers
    check ((first_order_at is null) = (orders = 0))
);
create index person_last_order on segments.person (last_order_at);
create index person_since on segments.person (since);
create index person_place on segments.person (country, postcode text_pattern_ops);
create index person_birthday on segments.person ((birth_month * 100 + birth_day)) where birth_month is not null;

-- What all her orders came to, by currency, and on which kinds of channels they were placed.
create table segments.worth (
    person_id uuid not null,
    currency text not null,
    orders integer not null check (orders > 0),
    amount bigint not null check (amount >= 0),
    primary key (person_id, currency)
);
create index worth_amount on segments.worth (currency, amount, person_id);
create table segments.mix (
    person_id uuid not null,
    channel_kind text not null,
    orders integer not null check (orders > 0),
    primary key (person_id, channel_kind)
);
create index mix_channel on segments.mix (channel_kind, person_id);

-- Who was in which segment when it was last looked at: for what follows from entering and leaving. Prices ask the facts themselves.
create table segments.membership (
    segment_id uuid not null references segments.segment (id),
    person_id uuid not null,
    entered_at timestamptz not null,
    primary key (segment_id, person_id)
);
create index membership_person on segments.membership (person_id);

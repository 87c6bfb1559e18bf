-- Who buys: people, the ways to reach them, what they have agreed to.
create schema customers;

create table customers.customer (
    id uuid primary key,
    number text not null unique, -- said on the phone
    given_name text not null,
    family_name text not null,
    language text not null,
    loyalty_number text unique check (loyalty_number ~ '^[0-9]{13}$'),
    external_ref text unique,
    created_at timestamptz not null,
    created_channel_id uuid,
    search tsvector not null
);
create index customer_search on customers.customer using gin (search);

create table customers.contact_point (
    customer_id uuid not null references customers.customer (id),
    kind text not null check (kind in ('phone', 'email')),
    value text not null check (case kind when 'phone' then value ~ '^\+[0-9]{4,15}$' else value ~ '^[^@]+@[^@]+$' end),
    ending text not null, -- the value backwards: people remember how a number ends
    verified_at timestamptz,
    created_at timestamptz not null,
    primary key (kind, value)
);
create index contact_point_customer on customers.contact_point (customer_id, created_at);
create index contact_point_ending on customers.contact_point (ending text_pattern_ops) where kind = 'phone';

-- Append-only: what was agreed is never rewritten, it is followed.
create table customers.consent (
    id bigint generated always as identity primary key,
    customer_id uuid not null references customers.customer (id),
    purpose text not null check (purpose <> ''),
    channel text not null check (channel <> ''),
    granted boolean not null,
    source text not null check (source <> ''),
    text_shown text not null check (text_shown <> ''),
    recorded_at timestamptz not null
);
create index consent_customer on customers.consent (customer_id, purpose, channel, id desc);

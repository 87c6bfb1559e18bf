-- What every room stands on: the event log, idempotent answers, who may do what.

-- One row per cluster this database has lived in: transaction ids begin anew after a restore.
create table platform.generation (
    number smallint primary key,
    began_at timestamptz not null default now()
);
insert into platform.generation (number) values (1);

create table platform.fact (
    id bigint generated always as identity primary key,
    generation smallint not null,
    xid xid8 not null default pg_current_xact_id(),
    event_id uuid not null,
    type text not null,
    subject text not null,
    topics text[] not null,
    customer_id uuid,
    channel_id uuid,
    actor text not null,
    request_id text not null,
    occurred_at timestamptz not null,
    offset_minutes smallint not null,
    recorded_at timestamptz not null,
    body jsonb not null
);
create index fact_place on platform.fact (generation, xid, id);
create index fact_customer on platform.fact (customer_id, id) where customer_id is not null;
create index fact_subject on platform.fact (subject, id);

create table platform.reader (
    name text primary key,
    generation smallint not null default 0,
    xid xid8 not null default '0',
    id bigint not null default 0,
    moved_at timestamptz not null default now()
);

create table platform.parked_fact (
    reader text not null,
    fact_id bigint not null references platform.fact (id),
    error text not null,
    parked_at timestamptz not null default now(),
    primary key (reader, fact_id)
);

create table platform.answer (
    principal text not null,
    operation text not null,
    path text not null,
    key text not null,
    body_hash bytea not null,
    canonical_hash bytea not null,
    status smallint not null,
    headers jsonb not null,
    body bytea not null,
    stored_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (principal, operation, path, key)
);
create index answer_expiry on platform.answer (expires_at);

create table platform.role (
    code text primary key check (code ~ '^[a-z_]+$'),
    permissions text[] not null
);

-- A role held by somebody; where location_id is null, everywhere.
create table platform.role_grant (
    subject_kind text not null check (subject_kind in ('staff', 'client')),
    subject_id uuid not null,
    role text not null references platform.role (code),
    location_id uuid,
    unique nulls not distinct (subject_kind, subject_id, role, location_id)
);

create table platform.credential (
    subject_kind text not null check (subject_kind = 'staff'),
    subject_id uuid not null,
    kind text not null check (kind in ('password', 'pin')),
    hash text not null,
    failures smallint not null default 0 check (failures >= 0),
    locked_until timestamptz,
    changed_at timestamptz not null,
    primary key (subject_kind, subject_id, kind)
);

create table platform.session (
    id uuid primary key,
    token_hash bytea not null unique,
    subject_kind text not null check (subject_kind in ('guest', 'customer', 'staff')),
    subject_id uuid not null,
    subject_name text not null,
    location_id uuid,
    till_id uuid,
    language text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    check (expires_at > created_at)
);
create index session_subject on platform.session (subject_kind, subject_id);
create index session_expiry on platform.session (expires_at);

create table platform.api_token (
    id uuid primary key,
    name text not null check (name <> ''),
    token_hash bytea not null unique,
    scopes text[] not null,
    location_id uuid,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz
);

create table platform.login_code (
    id uuid primary key,
    address text not null,
    code_hash bytea not null,
    attempts smallint not null default 0 check (attempts between 0 and 5),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index login_code_address on platform.login_code (address, created_at);

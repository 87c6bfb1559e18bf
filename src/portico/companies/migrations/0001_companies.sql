-- Companies that buy, who buys for them, and who lives together.
create schema companies;

create table companies.company (
    id uuid primary key,
    number text not null unique,
    name text not null check (length(name) between 1 and 200),
    billing jsonb not null,
    country text not null check (country ~ '^[A-Z]{2}$'),
    tax_id text not null,
    email text not null,
    phone text not null,
    language text not null,
    market_ids uuid[] not null,
    deliveries jsonb not null,
    terms_days smallint not null check (terms_days between 0 and 365),
    credits jsonb not null,
    tax_note text not null check (tax_note in ('none', 'exempt', 'reverse_charge')),
    policy jsonb not null,
    state text not null check (state in ('active', 'blocked')),
    version integer not null default 1 check (version > 0),
    search tsvector generated always as (to_tsvector('simple', name || ' ' || number || ' ' || tax_id)) stored,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    actor text not null,
    actor_name text not null
);
-- One debtor, one limit.
create unique index company_tax_id on companies.company (country, tax_id) where tax_id <> '';
create index company_search on companies.company using gin (search);
create index company_name on companies.company (name, id);

create table companies.buyer (
    company_id uuid not null references companies.company (id),
    customer_id uuid not null,
    role text not null check (role in ('admin', 'approver', 'buyer')),
    limits jsonb not null,
    joined_at timestamptz not null,
    primary key (company_id, customer_id)
);
create index buyer_customer on companies.buyer (customer_id);

create table companies.invitation (
    id uuid primary key,
    company_id uuid not null references companies.company (id),
    email text not null check (email like '%@%'),
    role text not null check (role in ('admin', 'approver', 'buyer')),
    limits jsonb not null,
    invited_at timestamptz not null,
    expires_at timestamptz not null,
    actor text not null,
    actor_name text not null,
    check (expires_at > invited_at)
);
-- Who is invited anew has the newer invitation only.
create unique index invitation_of on companies.invitation (company_id, email);
create index invitation_email on companies.invitation (email);
create index invitation_expiry on companies.invitation (expires_at);

create table companies.household (
    id uuid primary key,
    name text not null check (length(name) between 1 and 200),
    address jsonb,
    version integer not null default 1 check (version > 0),
    created_at timestamptz not null
);

create table companies.household_member (
    customer_id uuid primary key,
    household_id uuid not null references companies.household (id),
    by_herself boolean not null,
    joined_at timestamptz not null,
    actor text not null,
    actor_name text not null
);
create index household_member_of on companies.household_member (household_id, joined_at);

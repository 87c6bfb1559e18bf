-- Who sells: the retailer, its brands, markets, channels, locations, tills and staff.
create schema business;

create table business.brand (
    id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z0-9-]+$'),
    name text not null check (name <> ''),
    taglines jsonb not null default '{}',
    accent text not null check (accent ~ '^#[0-9a-f]{6}$'),
    radius_px smallint not null check (radius_px between 0 and 24),
    font text not null,
    logo_svg text not null default '',
    tone text not null default ''
);

create table business.market (
    id uuid primary key,
    code text not null unique check (code ~ '^[a-z0-9-]{2,20}$'),
    brand_id uuid not null references business.brand (id),
    name text not null,
    country text not null check (country ~ '^[A-Z]{2}$'),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    language text not null,
    taxes_included boolean not null
);

create table business.channel (
    id uuid primary key,
    code text not null unique check (code ~ '^[a-z0-9-]{2,30}$'),
    kind text not null check (kind in ('web', 'pos', 'desk', 'office', 'api', 'import', 'chat', 'marketplace', 'agent')),
    name text not null,
    market_id uuid references business.market (id)
);

create table business.location (
    id uuid primary key,
    code text not null unique check (code ~ '^[A-Za-z0-9._-]{1,40}$'),
    kind text not null check (kind in ('store', 'warehouse')),
    name text not null check (name <> ''),
    market_id uuid not null references business.market (id),
    street_address text not null,
    address_locality text not null,
    address_region text not null default '',
    postal_code text not null,
    address_country text not null check (address_country ~ '^[A-Z]{2}$'),
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    time_zone text not null,
    phone text,
    gln text unique check (gln ~ '^[0-9]{13}$'),
    capabilities text[] not null default '{}',
    external_ref text unique
);
create index location_market on business.location (market_id, kind);

create table business.opening_hours (
    location_id uuid not null references business.location (id),
    weekday smallint not null check (weekday between 1 and 7),
    opens time not null,
    closes time not null,
    primary key (location_id, weekday, opens),
    check (opens < closes)
);

create table business.till (
    id uuid primary key,
    code text not null unique check (code ~ '^[A-Za-z0-9-]{2,20}$'),
    name text not null,
    location_id uuid not null references business.location (id)
);

create table business.staff (
    id uuid primary key,
    number text not null unique check (number ~ '^[A-Za-z0-9]{1,12}$'),
    given_name text not null,
    family_name text not null,
    email text unique check (email = lower(email)),
    active boolean not null default true
);

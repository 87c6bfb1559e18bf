-- What is sold. Texts are jsonb objects by language; nothing here knows prices or stock.
create schema catalog;

create table catalog.category (
    id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    titles jsonb not null,
    position int not null default 0,
    parent_id uuid references catalog.category (id),
    check (parent_id <> id)
);

create table catalog.item (
    id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    external_ref text unique,
    category_id uuid references catalog.category (id),
    brand_id uuid,
    titles jsonb not null,
    descriptions jsonb not null default '{}',
    attributes jsonb not null default '[]',
    status text not null check (status in ('draft', 'active', 'archived')),
    search tsvector not null,
    digest bytea not null, -- of the item as it was put in: the same again changes nothing
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index item_search on catalog.item using gin (search);
create index item_category on catalog.item (category_id, id);
create index item_active on catalog.item (id) where status = 'active';

create table catalog.variant (
    id uuid primary key,
    item_id uuid not null references catalog.item (id),
    public_id text not null unique check (public_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    sku text not null check (sku <> ''),
    options jsonb not null default '[]',
    unit text not null default 'C62',
    scale smallint not null default 0 check (scale between 0 and 6),
    tax_category text not null default 'standard',
    position int not null,
    status text not null check (status in ('draft', 'active', 'archived'))
);
create unique index variant_sku on catalog.variant (lower(sku));
create index variant_item on catalog.variant (item_id, position);

create table catalog.barcode (
    code text primary key, -- GTIN and ISBN as 14 digits, codes of our own in upper case
    kind text not null check (kind in ('gtin', 'isbn', 'internal')),
    printed text not null,
    position int not null,
    variant_id uuid not null references catalog.variant (id),
    check (kind = 'internal' or code ~ '^[0-9]{14}$')
);
create index barcode_variant on catalog.barcode (variant_id, position);

create table catalog.media (
    id uuid primary key,
    item_id uuid not null references catalog.item (id),
    variant_id uuid references catalog.variant (id),
    kind text not null check (kind in ('svg', 'url')),
    content text not null,
    content_hash text not null,
    alts jsonb not null default '{}',
    position int not null
);
create index media_item on catalog.media (item_id, position);

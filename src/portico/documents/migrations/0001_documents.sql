-- Documents: what was given to a buyer in writing, kept as it was written. Rows are added and never changed; each carries
-- the hash of the one before it in its chain.
create schema documents;

-- Who sells in a market, as it stands on paper. `gapless` null: as the law of the country asks.
create table documents.seller (
    market_id uuid primary key,
    entity text not null check (entity ~ '^[a-z0-9-]{1,40}$'),
    legal_name text not null check (legal_name <> ''),
    tax_id text not null default '',
    address jsonb not null,
    gapless boolean
);

-- The end of each chain. Whoever writes a document holds its chain's row to the end of the transaction, so that numbers
-- that were not given are not missing: an aborted transaction gives its numbers back. `number` is the last of `year`,
-- `issued_at` the moment of the last: numbers and moments run the same way.
create table documents.chain (
    entity text not null,
    series text not null,
    year smallint not null,
    number bigint not null default 0 check (number >= 0),
    position bigint not null default 0 check (position >= 0),
    hash bytea not null check (octet_length(hash) = 32),
    issued_at timestamptz not null,
    primary key (entity, series)
);

-- `cause` says what a document was written for: each cause has one. `body` is JSON in its canonical form, as it was hashed.
create table documents.document (
    id uuid primary key,
    entity text not null,
    series text not null,
    position bigint not null check (position > 0),
    number text not null check (number <> ''),
    year smallint not null,
    sequence bigint check (sequence > 0),
    type text not null check (type in ('receipt', 'invoice', 'credit_note', 'till_close')),
    order_id uuid,
    refers_to uuid references documents.document (id),
    cause text not null unique,
    location_id uuid,
    language text not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    total bigint not null,
    issued_at timestamptz not null,
    body text not null,
    previous_hash bytea not null check (octet_length(previous_hash) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    token text not null unique,
    unique (entity, series, position),
    unique (entity, number),
    unique (entity, series, year, sequence),
    check (type <> 'credit_note' or refers_to is not null)
);
create index document_order on documents.document (order_id) where order_id is not null;
create index document_refers_to on documents.document (refers_to) where refers_to is not null;
create index document_issued on documents.document (issued_at desc, id desc);

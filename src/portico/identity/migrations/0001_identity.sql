-- Which records are of one person. Records stay where they are; here is only what joins them.
create schema identity;

-- What each source has told of somebody. Nothing is overwritten by another source.
create table identity.attribute (
    record_id uuid not null,
    kind text not null check (kind ~ '^[a-z_]+$'),
    value text not null check (value <> ''),
    source text not null check (source <> ''),
    confidence smallint not null check (confidence between 0 and 100),
    seen_at timestamptz not null,
    verified_at timestamptz,
    primary key (record_id, source, kind, value)
);

-- An edge between two records. One that is undone stays, with who did it and why.
create table identity.merge (
    id uuid primary key,
    record_a uuid not null,
    record_b uuid not null,
    basis text not null check (basis in ('exact', 'scored', 'by_hand')),
    bits double precision not null,
    evidence jsonb not null,
    proven boolean not null,
    actor text not null,
    actor_name text not null,
    merged_at timestamptz not null,
    undone_at timestamptz,
    undone_actor text,
    undone_actor_name text,
    undone_reason text,
    check (record_a < record_b),
    check ((undone_at is null) = (undone_actor is null))
);
create unique index merge_active on identity.merge (record_a, record_b) where undone_at is null;
create index merge_a on identity.merge (record_a);
create index merge_b on identity.merge (record_b);

-- Who is whom, reckoned from the active edges; only of records that are joined to another.
create table identity.member (
    record_id uuid primary key,
    person_id uuid not null,
    check (person_id <= record_id)
);
create index member_person on identity.member (person_id);

-- Pairs that somebody has said are two people: nothing joins them by itself again.
create table identity.verdict (
    record_a uuid not null,
    record_b uuid not null,
    actor text not null,
    actor_name text not null,
    reason text not null,
    decided_at timestamptz not null,
    primary key (record_a, record_b),
    check (record_a < record_b)
);

create table identity.review (
    id uuid primary key,
    record_a uuid not null,
    record_b uuid not null,
    bits double precision not null,
    evidence jsonb not null,
    reason text not null check (reason in ('scored', 'chain', 'contradiction')),
    found_at timestamptz not null,
    later_until timestamptz,
    decision text check (decision in ('merged', 'apart')),
    actor text,
    actor_name text,
    decided_at timestamptz,
    check (record_a < record_b),
    check ((decision is null) = (decided_at is null))
);
create unique index review_open on identity.review (record_a, record_b) where decision is null;
create index review_queue on identity.review (bits desc, id) where decision is null;

-- A record in the forms it is compared in, for those who wait.
create table identity.profile (
    record_id uuid primary key,
    given_name text,
    family_name text,
    street text,
    house_number text,
    city text,
    region text,
    postcode text,
    phone text,
    email text,
    birth_date text,
    tax_id text
);

-- Under which keys a record is found: hashes of what it says, exact or roughly.
create table identity.key (
    key bigint not null,
    record_id uuid not null,
    primary key (key, record_id)
);
create index key_record on identity.key (record_id);

-- What likeness is worth, as it was last learnt. The newest counts.
create table identity.weights (
    version integer primary key generated always as identity,
    made_at timestamptz not null,
    origin text not null,
    body jsonb not null
);

create table identity.policy (
    one boolean primary key default true check (one),
    merge_bits double precision not null,
    review_bits double precision not null check (review_bits <= merge_bits)
);
insert into identity.policy (merge_bits, review_bits) values (12, 1);

-- Which of several values stands for a person, by kind: the first rule that tells two apart decides.
create table identity.survivorship (
    kind text primary key,
    rules text[] not null,
    sources text[] not null -- the most trusted first
);
insert into identity.survivorship (kind, rules, sources)
select kind, string_to_array(rules, ' '), array['staff', 'desk', 'till', 'web', 'record', 'import']
from (values
    ('given_name', 'verified trusted frequent longest newest'),
    ('family_name', 'verified trusted frequent longest newest'),
    ('phone', 'verified newest trusted'),
    ('email', 'verified newest trusted'),
    ('birth_date', 'verified trusted frequent newest'),
    ('tax_id', 'verified trusted frequent newest'),
    ('street', 'newest trusted longest'),
    ('house_number', 'newest trusted'),
    ('city', 'newest trusted longest'),
    ('region', 'newest trusted'),
    ('postcode', 'newest trusted'),
    ('country', 'newest trusted'),
    ('loyalty_number', 'oldest'),
    ('provider_id', 'newest'),
    ('device_id', 'newest')
) as given (kind, rules);

-- Which stretches of which stock files have been applied: a delta must not be applied twice, whatever interrupted it.
create table inventory.feed (
    digest text primary key,
    file text not null,
    absolute boolean not null,
    rows_total bigint not null check (rows_total >= 0),
    began_at timestamptz not null
);
create table inventory.feed_stretch (
    digest text not null references inventory.feed (digest),
    number int not null,
    applied_at timestamptz not null,
    primary key (digest, number)
);

-- How far each stock file has been applied: a delta must not be applied twice, whatever interrupted it.
create table inventory.feed (
    digest text primary key,
    file text not null,
    absolute boolean not null,
    rows_total bigint not null check (rows_total >= 0),
    rows_done bigint not null default 0 check (rows_done between 0 and rows_total),
    began_at timestamptz not null,
    moved_at timestamptz not null
);

-- A hold that a client made by itself, with no checkout around it: whose it is, and of how many reservations.
create table inventory.hold (
    id uuid primary key,
    owner text not null,
    lines smallint not null check (lines > 0),
    made_at timestamptz not null,
    expires_at timestamptz not null,
    check (expires_at > made_at)
);
create index hold_expiry on inventory.hold (expires_at);

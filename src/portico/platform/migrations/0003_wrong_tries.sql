-- Who has tried secrets that are nobody's credential, such as codes of gift cards, and how often in vain. Who that is stays a hash.
create table platform.wrong_try (
    key_hash bytea primary key,
    failures integer not null default 0 check (failures >= 0),
    locked_until timestamptz,
    tried_at timestamptz not null
);
create index wrong_try_tried on platform.wrong_try (tried_at);

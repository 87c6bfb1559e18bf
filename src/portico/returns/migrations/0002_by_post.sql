-- What comes by post: whether it may, who makes its label and where it goes. Each return has a link of its own, which is all
-- that its buyer's letter needs.
alter table returns.policy
    add column by_post boolean not null default true,
    add column carrier text not null default 'own' check (carrier ~ '^[a-z0-9_]{1,40}$'),
    add column service text not null default '' check (length(service) <= 100),
    add column parcel_grams integer not null default 1000 check (parcel_grams between 1 and 1000000),
    add column send_to uuid;

alter table returns.return add column link_token text;
update returns.return set link_token = replace(gen_random_uuid()::text, '-', '');
alter table returns.return
    alter column link_token set not null,
    add constraint return_link_token unique (link_token);

-- A label is bought once: each step of it is taken by whoever finds it as it was.
create table returns.label (
    return_id uuid primary key references returns.return (id),
    label text not null check (label in ('asked', 'sent', 'unknown', 'bought', 'failed')),
    carrier text not null,
    service text not null,
    weight_grams integer not null check (weight_grams > 0),
    send_to uuid,
    carrier_ref text not null default '',
    tracking_code text not null default '',
    tracking_url text not null default '',
    label_bytes bytea,
    label_type text not null default '',
    cost bigint not null default 0,
    currency text not null default '',
    error text not null default '',
    asked_at timestamptz not null,
    check (label <> 'bought' or (label_bytes is not null and tracking_code <> ''))
);
create unique index label_tracking on returns.label (tracking_code) where tracking_code <> '';
create index label_pending on returns.label (asked_at) where label in ('asked', 'sent', 'unknown');

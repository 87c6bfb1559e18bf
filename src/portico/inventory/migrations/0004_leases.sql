-- A till's lease: what it may sell while it is away. Its units are reservations that no clock gives back: whatever the till
-- sold before its lease ended stays covered until it has told so.
create table inventory.lease (
    id uuid primary key,
    till_id uuid not null,
    location_id uuid not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    settled_at timestamptz,
    settled_by text,
    check (expires_at > issued_at)
);
create unique index lease_open on inventory.lease (till_id) where settled_at is null;
create index lease_location on inventory.lease (location_id, issued_at);
create index movement_sold on inventory.movement (from_location_id, occurred_at) include (variant_id, quantity)
    where reason = 'sold';

-- How many there are, where. Quantities are in steps of 10^-scale of the variant's unit.
create schema inventory;

create table inventory.stock (
    variant_id uuid not null,
    location_id uuid not null,
    on_hand bigint not null default 0,
    reserved bigint not null default 0,
    primary key (variant_id, location_id),
    check (reserved >= 0),
    check (reserved <= on_hand)
);
create index stock_location on inventory.stock (location_id, variant_id);

create table inventory.reservation (
    id uuid primary key,
    variant_id uuid not null,
    location_id uuid not null,
    quantity bigint not null check (quantity > 0),
    holder text not null,
    line_id uuid not null,
    expires_at timestamptz,
    reserved_at timestamptz not null,
    foreign key (variant_id, location_id) references inventory.stock (variant_id, location_id)
);
create index reservation_holder on inventory.reservation (holder);
create index reservation_stock on inventory.reservation (variant_id, location_id);
create index reservation_expiry on inventory.reservation (expires_at) where expires_at is not null;

-- From a place and state to a place and state; a null place is the world outside: suppliers, customers, the unknown.
create table inventory.movement (
    id uuid primary key,
    variant_id uuid not null,
    from_location_id uuid,
    from_state text not null,
    to_location_id uuid,
    to_state text not null,
    quantity bigint not null check (quantity > 0),
    reason text not null,
    reference text not null,
    actor text not null,
    actor_name text not null,
    channel_id uuid,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    check (from_location_id is not null or to_location_id is not null),
    check ((from_location_id, from_state) is distinct from (to_location_id, to_state))
);
create index movement_variant on inventory.movement (variant_id, id);
create index movement_reference on inventory.movement (reference);

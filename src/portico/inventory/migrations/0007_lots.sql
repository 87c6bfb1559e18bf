-- Which lots and serial numbers the units of a tracked variant are of, by place and state. Guarded by the stock row of the
-- same key. Units that were there before tracking began, or came in by a stock file, are of no lot known.
create table inventory.lot (
    variant_id uuid not null,
    location_id uuid not null,
    state text not null check (state in ('on_hand', 'picked', 'in_transit', 'to_inspect', 'damaged')),
    lot text not null default '',
    serial text not null default '',
    expires_on date,
    quantity bigint not null check (quantity > 0),
    received_at timestamptz not null,
    primary key (variant_id, location_id, state, lot, serial),
    foreign key (variant_id, location_id) references inventory.stock (variant_id, location_id),
    check (lot <> '' or serial <> ''),
    check (serial = '' or quantity = 1)
);
-- A serial number is at one place, in one state.
create unique index lot_serial on inventory.lot (variant_id, serial) where serial <> '';
create index lot_expiry on inventory.lot (expires_on) where expires_on is not null and state = 'on_hand';

create table inventory.movement_lot (
    movement_id uuid not null references inventory.movement (id),
    variant_id uuid not null,
    lot text not null,
    serial text not null,
    expires_on date,
    quantity bigint not null check (quantity > 0),
    primary key (movement_id, lot, serial)
);
create index movement_lot_traced on inventory.movement_lot (variant_id, lot, serial);

-- Whether lots are kept of the key's units: whoever locks the row learns it there.
alter table inventory.stock add column tracked boolean not null default false;

-- What a count found, lot by lot, and what the books said of them.
alter table inventory.count_line add column lots jsonb not null default '[]', add column book_lots jsonb not null default '[]';

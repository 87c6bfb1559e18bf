-- Whether lots or serial numbers are kept of a variant's units.
alter table catalog.variant add column tracking text not null default 'none' check (tracking in ('none', 'lot', 'serial'));

-- A bundle is sold as one and stands on the shelf as its components, which other bundles may share.
create table catalog.component (
    bundle_id uuid not null references catalog.variant (id),
    variant_id uuid not null references catalog.variant (id),
    quantity bigint not null check (quantity > 0),
    position int not null,
    primary key (bundle_id, variant_id),
    check (bundle_id <> variant_id)
);

-- How many steps of a variant a unit such as a case holds; its own barcode, where it has one, says as many at a scan.
create table catalog.pack (
    variant_id uuid not null references catalog.variant (id),
    unit text not null check (unit ~ '^[A-Z0-9]{1,3}$'),
    quantity bigint not null check (quantity > 1),
    primary key (variant_id, unit)
);
alter table catalog.barcode add column quantity bigint not null default 1 check (quantity > 0);

-- Where a postal code is, as nearly as its longest known beginning says.
create table fulfillment.postal_area (
    country text not null check (country ~ '^[A-Z]{2}$'),
    prefix text not null check (prefix ~ '^[A-Z0-9]{1,10}$'),
    name text not null,
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    primary key (country, prefix)
);

-- What promotions took off each line, as it was agreed. `net_discount` is what of it is net: with it the line's net is what it was before.
alter table orders.line
    add column net_discount bigint not null default 0 check (net_discount >= 0),
    add column discounts jsonb not null default '[]',
    add column price_fixed boolean not null default false; -- somebody named its price by hand: no promotion changes it

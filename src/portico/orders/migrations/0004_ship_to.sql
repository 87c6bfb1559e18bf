-- Where what is sent goes: an address, or a store it is fetched at.
alter table orders."order" add column ship_to jsonb;

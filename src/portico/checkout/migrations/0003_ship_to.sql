-- Where what is sent goes: an address, or a store it is fetched at.
alter table checkout.checkout add column ship_to jsonb;

-- What a guest sees as hers, and what one place has sold.
create index order_guest on orders."order" (guest_id, placed_at desc) where guest_id is not null;
create index order_location on orders."order" (location_id, placed_at desc);

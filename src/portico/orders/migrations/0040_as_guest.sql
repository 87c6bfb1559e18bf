-- What somebody bought as a guest is found by her address, once she has proven that it is hers.
create index order_as_guest on orders."order" (lower(buyer_email)) where customer_id is null and buyer_email <> '';

-- Baskets of guests are kept for a time only.
create index cart_abandoned on carts.cart (updated_at) where customer_id is null;

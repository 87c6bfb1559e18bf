-- For how little something was sold of late: an order's id is made when it is placed, so that the newest lines of an item lie
-- together.
create index line_variant on orders.line (variant_id, order_id);

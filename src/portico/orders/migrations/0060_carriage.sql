-- What bringing the goods was charged, as it was agreed: its method, its tax, what a promotion took off it. `fulfillment` is its net.
alter table orders."order" add column carriage jsonb;

-- How long what is ready waits for its buyer, market by market, and whether her order is canceled once it is for sale again.
create table orders.collect_policy (
    market_id uuid primary key,
    keep_days smallint not null check (keep_days between 1 and 365),
    cancels boolean not null
);

-- Of a promise that was given up after something had happened for it, as when it was sent to a store, what happened stays.
alter table orders.expectation
    drop constraint expectation_quantity_check,
    add constraint expectation_quantity_check check (quantity >= 0);

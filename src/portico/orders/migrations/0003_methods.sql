-- More ways to get the goods, and where those that are sent go.
alter table orders.expectation
    drop constraint expectation_method_check,
    add constraint expectation_method_check
        check (method in ('carry_out', 'collect', 'drive_up', 'ship', 'ship_to_store', 'local_delivery'));
alter table orders."order" add column destination jsonb;
drop index orders.expectation_to_collect;
create index expectation_to_collect on orders.expectation (location_id, order_id)
    where method in ('collect', 'drive_up') and fulfilled < quantity;

-- More ways for goods to reach their buyer: what was sent, what left for a store, what has come, what we drove out.
alter table orders.fulfillment_event
    drop constraint fulfillment_event_type_check,
    add constraint fulfillment_event_type_check
        check (type in ('handed_over', 'collected', 'shipped', 'delivered', 'sent_to_store', 'arrived'));

-- More ways to get the goods, and the promise a choice was made upon.
alter table checkout.choice
    drop constraint choice_method_check,
    add constraint choice_method_check
        check (method in ('carry_out', 'collect', 'drive_up', 'ship', 'ship_to_store', 'local_delivery'));
alter table checkout.choice add column earliest timestamptz, add column latest timestamptz;
alter table checkout.checkout add column destination jsonb;

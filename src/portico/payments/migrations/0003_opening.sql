-- What a till's day began with: what was counted at its last close. A till that was never closed has no such moment.
alter table payments.till_close alter column since drop not null, add column opening bigint;
update payments.till_close
set opening = coalesce(
    (
        select earlier.counted
        from payments.till_close as earlier
        where earlier.till_id = till_close.till_id and earlier.currency = till_close.currency
            and earlier.number = till_close.number - 1
    ),
    0
);
alter table payments.till_close alter column opening set not null;

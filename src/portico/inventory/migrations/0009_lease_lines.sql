-- What a lease was given with: its reservations melt away as the till sells, and what it sold is the difference. What a till
-- gave back when it settled is noted too, so that the difference stays true.
create table inventory.lease_line (
    lease_id uuid not null references inventory.lease (id),
    variant_id uuid not null,
    leased bigint not null check (leased > 0),
    returned bigint not null default 0 check (returned between 0 and leased),
    primary key (lease_id, variant_id)
);
-- Of a lease that was open before, what it still holds is all that is known.
insert into inventory.lease_line (lease_id, variant_id, leased)
select lease.id, reservation.variant_id, sum(reservation.quantity)
from inventory.lease
    join inventory.reservation on reservation.holder = 'lse_' || replace(lease.id::text, '-', '')
where lease.settled_at is null
group by 1, 2;

-- Why somebody gave back what a till that will not return still leased.
alter table inventory.lease add column note text not null default '';
create index lease_ended on inventory.lease (location_id, settled_at) where settled_at is not null;

-- A count that finds fewer than are reserved: what nobody holds is written away at once, the rest is owed until orders have
-- been sent from elsewhere.
alter table inventory.count drop constraint count_state_check;
alter table inventory.count add constraint count_state_check check (state in ('open', 'short', 'approved', 'canceled'));
alter table inventory.count drop constraint count_check;
alter table inventory.count add constraint count_check check ((state in ('open', 'short')) = (closed_at is null));
alter table inventory.count_line add column owed jsonb not null default '[]';

drop index inventory.count_open;
create index count_open on inventory.count (location_id, opened_at) where state in ('open', 'short');

-- What is owed on invoices, what is due first first: an invoice that was paid in part is owed still.
create index payment_owed on payments.payment (due_at, id) where handler = 'invoice' and authorized > 0;
drop index payments.payment_invoiced;

-- Of two people who change a policy, the second is told of the first.
alter table payments.refund_policy add column version integer not null default 1 check (version > 0);

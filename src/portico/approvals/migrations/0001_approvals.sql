-- What a buyer has asked her company for, and what became of it.
create schema approvals;

create table approvals.request (
    id uuid primary key,
    company_id uuid not null,
    customer_id uuid not null,
    market_id uuid not null,
    state text not null check (state in ('requested', 'approved', 'refused', 'withdrawn', 'lapsed')),
    currency text not null,
    total bigint not null check (total > 0),
    reasons jsonb not null,
    wanted jsonb not null,
    note text not null check (length(note) <= 500),
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    decided_at timestamptz,
    decided_by uuid,
    reason text not null default '' check (length(reason) <= 500),
    order_id uuid,
    check ((state = 'requested') = (decided_at is null)),
    check ((state = 'approved') = (order_id is not null))
);
create index request_company on approvals.request (company_id, id);
create index request_customer on approvals.request (customer_id, id);
create index request_waiting on approvals.request (expires_at) where state = 'requested';
create unique index request_order on approvals.request (order_id) where order_id is not null;

-- What was paid. `reference` names what it was paid for.
create schema payments;

create table payments.payment (
    id uuid primary key,
    reference uuid not null,
    handler text not null check (handler in ('cash')),
    amount bigint not null check (amount > 0),
    tendered bigint not null,
    change bigint not null check (change >= 0),
    currency text not null,
    location_id uuid,
    till_id uuid,
    actor text not null,
    actor_name text not null,
    channel_id uuid,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    check (tendered - change = amount)
);
create index payment_reference on payments.payment (reference);
create index payment_till on payments.payment (till_id, id) where till_id is not null;

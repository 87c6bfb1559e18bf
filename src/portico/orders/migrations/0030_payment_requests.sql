-- When the buyer of an order was asked to pay what was due, and until when she may do so by its link. Once for each cause.
create table orders.payment_request (
    id uuid primary key,
    order_id uuid not null references orders."order" (id),
    cause text not null check (cause <> ''),
    amount bigint not null check (amount > 0),
    by_mail boolean not null,
    actor text not null,
    actor_name text not null,
    asked_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > asked_at),
    unique (order_id, cause)
);

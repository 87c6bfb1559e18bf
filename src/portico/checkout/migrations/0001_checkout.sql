-- Turning a cart into an order. One open checkout per cart; completed is immutable.
create schema checkout;

create table checkout.checkout (
    id uuid primary key,
    cart_id uuid not null,
    state text not null check (state in ('incomplete', 'requires_escalation', 'ready_for_complete',
        'complete_in_progress', 'completed', 'canceled')),
    version integer not null default 1 check (version > 0),
    market_id uuid not null,
    customer_id uuid,
    guest_id uuid,
    channel_id uuid,
    location_id uuid,
    given_name text not null default '',
    family_name text not null default '',
    email text not null default '',
    phone text not null default '',
    payment_handler text not null default 'cash' check (payment_handler in ('cash')),
    payment_term text check (payment_term in ('now', 'on_collection')),
    language text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    expires_at timestamptz not null,
    order_id uuid,
    check ((state = 'completed') = (order_id is not null))
);
create unique index checkout_open on checkout.checkout (cart_id) where state not in ('completed', 'canceled');

-- How each line is to reach the buyer; a line may be split over several.
create table checkout.choice (
    checkout_id uuid not null references checkout.checkout (id),
    line_id uuid not null,
    position smallint not null,
    method text not null check (method in ('carry_out', 'collect')),
    location_id uuid not null,
    quantity bigint check (quantity > 0),
    primary key (checkout_id, line_id, position)
);

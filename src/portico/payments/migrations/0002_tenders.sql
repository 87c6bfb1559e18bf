-- Any tender, in states of its own. `amount` is what was asked of it; what became of that are counters.
alter table payments.payment
    drop constraint payment_handler_check,
    add constraint payment_handler_check check (handler ~ '^[a-z][a-z0-9_]{1,39}$'),
    add column state text not null default 'captured' check (state in ('pending', 'requires_action', 'unknown', 'authorized',
        'partly_captured', 'captured', 'partly_refunded', 'refunded', 'voided', 'failed')),
    add column authorized bigint not null default 0,
    add column captured bigint not null default 0,
    add column refunding bigint not null default 0 check (refunding >= 0),
    add column refunded bigint not null default 0 check (refunded >= 0),
    add column from_account text,
    add column to_account text,
    add column unit text,
    add column units_per_minor integer not null default 1 check (units_per_minor > 0),
    add column details jsonb not null default '{}',
    add column provider_ref text,
    add column action jsonb,
    add column due_at timestamptz,
    add column reference_kind text not null default 'ord';
update payments.payment set captured = amount, unit = currency;
alter table payments.payment
    alter column state drop default,
    alter column captured drop default,
    alter column reference_kind drop default,
    add check (authorized between 0 and amount),
    add check (captured between 0 and amount),
    add check (refunded + refunding <= captured);
create unique index payment_provider_ref on payments.payment (handler, provider_ref) where provider_ref is not null;
create index payment_unfinished on payments.payment (state, id) where state in ('pending', 'requires_action', 'unknown', 'failed', 'authorized');
create index payment_invoiced on payments.payment (due_at) where handler = 'invoice' and state = 'authorized';

-- What was asked of a provider, and what is given back by any tender. Its id is the key under which the provider knows it.
create table payments.operation (
    id uuid primary key,
    payment_id uuid not null references payments.payment (id),
    kind text not null check (kind in ('authorize', 'capture', 'void', 'refund')),
    amount bigint not null check (amount > 0),
    state text not null check (state in ('requested', 'sent', 'unknown', 'action', 'succeeded', 'failed')),
    provider_ref text,
    error text not null default '',
    attempts smallint not null default 0,
    reason text not null default '',
    cause text not null default '',
    actor text not null,
    actor_name text not null,
    requested_at timestamptz not null,
    tried_at timestamptz,
    resolved_at timestamptz
);
create index operation_payment on payments.operation (payment_id, id);
create index operation_open on payments.operation (tried_at nulls first) where state in ('requested', 'sent', 'unknown');

-- What providers told us, once each.
create table payments.provider_event (
    provider text not null,
    event_id text not null,
    type text not null,
    received_at timestamptz not null,
    primary key (provider, event_id)
);

-- In which order and how money goes back, per market; none said: in proportion.
create table payments.refund_policy (
    market_id uuid primary key,
    mode text not null check (mode in ('in_proportion', 'in_order')),
    handlers text[] not null
);

-- A till's day, closed: what should be in it, what was counted. Numbers have no gaps.
create table payments.till_close (
    id uuid primary key,
    till_id uuid not null,
    location_id uuid,
    currency text not null,
    number integer not null check (number > 0),
    since timestamptz not null,
    closed_at timestamptz not null,
    expected bigint not null,
    counted bigint not null check (counted >= 0),
    difference bigint not null,
    turnover jsonb not null,
    actor text not null,
    actor_name text not null,
    check (difference = counted - expected),
    check (since <= closed_at),
    unique (till_id, currency, number)
);

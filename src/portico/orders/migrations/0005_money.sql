-- An order's money after it was placed: what others hold for us, what came back as goods and as money. A total may fall below
-- what was paid: then something is owed back.
alter table orders."order"
    drop constraint order_check1,
    drop constraint order_payment_term_check,
    add constraint order_payment_term_check
        check (payment_term in ('now', 'on_collection', 'by_link', 'settled_elsewhere')),
    add column authorized bigint not null default 0 check (authorized >= 0),
    add column credited bigint not null default 0 check (credited >= 0),
    add column refunded bigint not null default 0 check (refunded >= 0),
    add column gift_message text not null default '' check (length(gift_message) <= 500),
    add column tags text[] not null default '{}',
    add column on_hold boolean not null default false,
    add constraint order_refunded_of_paid check (refunded <= paid);
create index order_tags on orders."order" using gin (tags) where tags <> '{}';

-- Tax of a line by jurisdiction, of what is ordered and not canceled; added up they are the line's tax.
alter table orders.line add column tax_lines jsonb not null default '[]';
-- Of orders with one rate it is known which tax each line bears.
update orders.line
set tax_lines = jsonb_build_array(jsonb_build_object('jurisdiction', one.jurisdiction, 'rate_ppm', one.rate_ppm, 'amount', line.tax))
from (
    select order_id, min(jurisdiction) as jurisdiction, min(rate_ppm) as rate_ppm
    from orders.tax_line
    group by 1
    having count(*) = 1
) as one
where one.order_id = line.order_id;

alter table orders.adjustment
    drop constraint adjustment_type_check,
    add constraint adjustment_type_check
        check (type in ('return', 'refund', 'exchange', 'correction', 'cancellation', 'addition', 'price_override'));

-- Why an order's work waits. It goes on once every hold is lifted.
create table orders.hold (
    id uuid primary key,
    order_id uuid not null references orders."order" (id),
    kind text not null check (kind in ('fraud', 'payment', 'stock', 'manual')),
    reason text not null,
    actor text not null,
    actor_name text not null,
    placed_at timestamptz not null,
    lifted_at timestamptz,
    lifted_by text not null default '',
    lifted_by_name text not null default ''
);
create index hold_order on orders.hold (order_id);
create unique index hold_standing on orders.hold (order_id, kind) where lifted_at is null;

-- What people tell each other about an order; the buyer does not see it.
create table orders.note (
    id uuid primary key,
    order_id uuid not null references orders."order" (id),
    text text not null check (text <> '' and length(text) <= 2000),
    actor text not null,
    actor_name text not null,
    channel_id uuid,
    written_at timestamptz not null
);
create index note_order on orders.note (order_id, written_at);

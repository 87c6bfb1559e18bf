-- Cards that are printed before they are sold, what becomes of what nobody spends, and cards that are a customer's own.
create table loyalty.card_batch (
    id uuid primary key,
    name text not null check (name <> ''),
    market_id uuid not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    amount bigint check (amount > 0), -- null: whoever sells one says how much
    cards integer not null check (cards > 0),
    actor text not null,
    actor_name text not null,
    made_at timestamptz not null
);

alter table loyalty.gift_card
    drop constraint gift_card_issued_amount_check,
    drop constraint gift_card_state_check,
    add constraint gift_card_state_check check (state in ('printed', 'active', 'blocked', 'expired', 'void')),
    add constraint gift_card_issued_amount_check check (issued_amount > 0 or (issued_amount = 0 and state in ('printed', 'void', 'blocked'))),
    add column kind text not null default 'card' check (kind in ('card', 'voucher')),
    add column batch_id uuid references loyalty.card_batch (id),
    add column market_id uuid,
    add column activated_at timestamptz;
update loyalty.gift_card set activated_at = issued_at;
alter table loyalty.gift_card
    add constraint gift_card_activated check ((activated_at is null) = (issued_amount = 0));
create index gift_card_batch on loyalty.gift_card (batch_id) where batch_id is not null;
create index gift_card_customer on loyalty.gift_card (customer_id) where customer_id is not null;
create index gift_card_lapsing on loyalty.gift_card (expires_at) where expires_at is not null and state in ('active', 'blocked');

-- For how long a card is good where it is sold. Without a row: for ever.
create table loyalty.card_policy (
    market_id uuid primary key,
    valid_months integer check (valid_months > 0)
);

-- Which variants are gift cards, and whether they are sent by mail or handed over.
create table loyalty.card_product (
    variant_id uuid primary key,
    by_mail boolean not null
);

-- One card for each unit of a line, for ever.
create table loyalty.card_sale (
    line_id uuid not null,
    unit integer not null check (unit > 0),
    card_id uuid not null unique references loyalty.gift_card (id),
    order_id uuid not null,
    sold_at timestamptz not null,
    primary key (line_id, unit)
);
create index card_sale_order on loyalty.card_sale (order_id);

-- A code that a phone shows for a minute: it says who she is, and pays once.
create table loyalty.wallet_code (
    id uuid primary key,
    customer_id uuid not null,
    made_at timestamptz not null,
    expires_at timestamptz not null,
    claimed_at timestamptz,
    claimed_by text not null default '',
    till_id uuid,
    pays_until timestamptz,
    paid_at timestamptz,
    paid_for uuid,
    check ((claimed_at is null) = (pays_until is null)),
    check ((paid_at is null) = (paid_for is null))
);
create index wallet_code_customer on loyalty.wallet_code (customer_id) where claimed_at is null;
create index wallet_code_over on loyalty.wallet_code (expires_at);

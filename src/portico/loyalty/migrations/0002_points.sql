-- Points are lots: what came in at once and lapses at once. What is left of a customer's lots is her account's balance in the ledger.
create table loyalty.programme (
    id uuid primary key,
    code text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    state text not null check (state in ('draft', 'live', 'ended')),
    market_ids uuid[] not null check (market_ids <> '{}'),
    terms jsonb not null, -- as they are being written; those that count are a version's
    draft integer not null default 1 check (draft > 0), -- counts every change of them
    version integer check (version > 0), -- which counts now
    changed_at timestamptz not null,
    actor text not null,
    actor_name text not null,
    check ((state = 'draft') = (version is null))
);

-- Terms as they were put into force. What a purchase earns is told by the version under which it was first counted.
create table loyalty.terms (
    programme_id uuid not null references loyalty.programme (id),
    version integer not null check (version > 0),
    terms jsonb not null,
    actor text not null,
    actor_name text not null,
    live_at timestamptz not null,
    primary key (programme_id, version)
);

-- In a market runs one programme at a time.
create table loyalty.running (
    market_id uuid primary key,
    programme_id uuid not null references loyalty.programme (id)
);
create index running_programme on loyalty.running (programme_id);

create table loyalty.member (
    programme_id uuid not null references loyalty.programme (id),
    customer_id uuid not null,
    tier text not null,
    tier_until timestamptz, -- when it is looked at again; null: it has no end
    referral_code text not null unique,
    referred_by uuid,
    birth_month smallint,
    birth_day smallint,
    joined_at timestamptz not null,
    primary key (programme_id, customer_id),
    check (referred_by <> customer_id),
    check ((birth_month is null) = (birth_day is null)),
    check (birth_month between 1 and 12 and birth_day between 1 and 31)
);
create index member_customer on loyalty.member (customer_id);
create index member_birthday on loyalty.member (birth_month, birth_day) where birth_month is not null;
create index member_tier on loyalty.member (tier_until) where tier_until is not null;
create index member_referred on loyalty.member (referred_by) where referred_by is not null;

-- An order as it is counted: under which terms, in which tier, and what is kept of it.
create table loyalty.purchase (
    order_id uuid primary key,
    programme_id uuid not null,
    version integer not null,
    customer_id uuid not null,
    tier text not null,
    channel text not null,
    label text not null,
    currency text not null,
    spend bigint not null check (spend >= 0), -- what is kept and paid, in minor units
    placed_at timestamptz not null,
    foreign key (programme_id, version) references loyalty.terms (programme_id, version)
);
create index purchase_customer on loyalty.purchase (customer_id, placed_at);

-- Once for a line and a rule, or an occasion and a rule. `points` is what it comes to by now, `given` what of it is hers.
create table loyalty.earning (
    id uuid primary key,
    programme_id uuid not null references loyalty.programme (id),
    customer_id uuid not null,
    order_id uuid references loyalty.purchase (order_id),
    reference text not null check (reference <> ''),
    rule text not null check (rule <> ''),
    points bigint not null check (points >= 0),
    given bigint not null default 0 check (given >= 0),
    due_at timestamptz, -- from when on they are hers; null: what they wait for has not happened yet
    valid_days integer check (valid_days > 0), -- of the lot it becomes; null: it does not lapse
    earned_at timestamptz not null,
    unique (reference, rule)
);
create index earning_order on loyalty.earning (order_id) where order_id is not null;
create index earning_due on loyalty.earning (due_at) where due_at is not null and points > given;
create index earning_customer on loyalty.earning (customer_id, earned_at);

create table loyalty.lot (
    id uuid primary key,
    customer_id uuid not null,
    programme_id uuid references loyalty.programme (id), -- null: given by hand, good wherever points are worth something
    earning_id uuid references loyalty.earning (id),
    earned bigint not null check (earned > 0),
    remaining bigint not null check (remaining between 0 and earned),
    cause text not null,
    reference text not null,
    made_at timestamptz not null,
    expires_at timestamptz,
    told_at timestamptz -- when she was told that it lapses soon
);
create index lot_open on loyalty.lot (customer_id, expires_at) where remaining > 0;
create index lot_lapsing on loyalty.lot (expires_at) where remaining > 0 and expires_at is not null;
create index lot_earning on loyalty.lot (earning_id) where earning_id is not null;

-- From which lots it was paid, so that it goes back into them.
create table loyalty.draw (
    reference uuid not null,
    lot_id uuid not null references loyalty.lot (id),
    points bigint not null check (points > 0),
    given_back bigint not null default 0 check (given_back between 0 and points),
    drawn_at timestamptz not null,
    primary key (reference, lot_id)
);

-- Points that were there before are lots without an end.
insert into loyalty.lot (id, customer_id, earned, remaining, cause, reference, made_at)
select gen_random_uuid(), substr(code, 8)::uuid, balance, balance, 'granted', 'opening', now()
from ledger.account
where kind = 'points' and balance > 0;

create table loyalty.reward_taken (
    id uuid primary key,
    programme_id uuid not null references loyalty.programme (id),
    customer_id uuid not null,
    reward text not null,
    points bigint not null check (points > 0),
    card_id uuid references loyalty.gift_card (id),
    promotion text,
    coupon_code text,
    taken_at timestamptz not null,
    expires_at timestamptz,
    returned_at timestamptz,
    check ((card_id is null) <> (promotion is null))
);
create index reward_taken_customer on loyalty.reward_taken (customer_id, taken_at);

-- Double entry for every counted value: a transfer takes from one account and gives to another.
create schema ledger;

create table ledger.account (
    code text primary key check (code <> ''),
    kind text not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    balance bigint not null default 0 check (balance between -9007199254740991 and 9007199254740991),
    minimum bigint,
    check (balance >= minimum)
);

create table ledger.transfer (
    id uuid primary key,
    from_account text not null references ledger.account (code),
    to_account text not null references ledger.account (code),
    amount bigint not null check (amount > 0),
    currency text not null,
    reason text not null,
    reference text not null,
    actor text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    check (from_account <> to_account)
);
create index transfer_reference on ledger.transfer (reference);
create index transfer_from on ledger.transfer (from_account, id);
create index transfer_to on ledger.transfer (to_account, id);

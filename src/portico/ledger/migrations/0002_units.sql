-- What is counted need not be money: points are a unit too.
alter table ledger.account rename column currency to unit;
alter table ledger.account
    drop constraint account_currency_check,
    add constraint account_unit_check check (unit ~ '^[A-Z][A-Z0-9_]{2,15}$');
alter table ledger.transfer rename column currency to unit;
-- What passed through an account in a time is what daily closes ask.
drop index ledger.transfer_from;
drop index ledger.transfer_to;
create index transfer_from on ledger.transfer (from_account, occurred_at);
create index transfer_to on ledger.transfer (to_account, occurred_at);

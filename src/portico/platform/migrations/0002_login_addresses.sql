-- Whoever asks for a code locks the address, so that codes are counted one by one.
create table platform.login_address (
    address text primary key,
    asked_at timestamptz not null
);
create index login_code_expiry on platform.login_code (expires_at);
create index login_address_asked on platform.login_address (asked_at);

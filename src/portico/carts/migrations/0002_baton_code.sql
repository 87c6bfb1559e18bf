-- A code is looked up among used ones too: it is said of it that it was used.
create index baton_by_code on carts.baton (code, created_at);
create index baton_expiry on carts.baton (expires_at);

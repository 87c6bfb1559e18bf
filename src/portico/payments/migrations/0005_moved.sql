-- What was moved at a provider, by when that was known: what its books are compared with.
create index operation_moved on payments.operation ((coalesce(resolved_at, tried_at, requested_at)))
    where kind in ('capture', 'refund') and state in ('sent', 'unknown', 'succeeded');

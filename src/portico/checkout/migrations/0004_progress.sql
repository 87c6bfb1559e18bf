-- Completing with a provider outside: what was begun, so that whoever goes on knows from where.
alter table checkout.checkout
    drop constraint checkout_payment_handler_check,
    drop constraint checkout_payment_term_check,
    add constraint checkout_payment_term_check check (payment_term in ('now', 'on_collection', 'by_link')),
    add column progress jsonb,
    add constraint checkout_progress_check
        check ((progress is not null) = (state in ('complete_in_progress', 'requires_escalation')));
create index checkout_under_way on checkout.checkout (updated_at) where progress is not null;

-- Who was forgotten keeps her id and number, which say nothing of her, so that books and facts that name her still add up.
alter table customers.customer add column erased_at timestamptz;

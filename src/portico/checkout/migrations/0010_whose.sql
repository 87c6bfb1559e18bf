-- Whose checkouts are looked for when she asks for all we hold, and what has a name in it still when its time is over.
create index checkout_customer on checkout.checkout (customer_id) where customer_id is not null;
create index checkout_named on checkout.checkout (updated_at) where email <> '' or phone <> '' or given_name <> '' or family_name <> ''
    or ship_to is not null or destination is not null;

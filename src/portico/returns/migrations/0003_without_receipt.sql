-- What comes back without a receipt is worth the lowest price it was sold for in so many days; why it was that much is kept.
alter table returns.policy add column price_days smallint not null default 90 check (price_days between 0 and 3650);
alter table returns.line
    add column unit_price bigint check (unit_price >= 0),
    add column price_from text check (price_from in ('lowest_sold', 'today')),
    add column price_sold_at timestamptz,
    add constraint line_price_from check ((price_from is null) = (unit_price is null)),
    add constraint line_price_sold check ((price_sold_at is null) = (price_from is distinct from 'lowest_sold'));

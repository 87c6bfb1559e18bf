-- For which company it was bought, and by which of its purchase orders.
alter table orders."order"
    add column company_id uuid,
    add column po_number text not null default '' check (length(po_number) <= 50);
create index order_company on orders."order" (company_id, placed_at, id) where company_id is not null;

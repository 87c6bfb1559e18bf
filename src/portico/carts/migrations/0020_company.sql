-- For which company a basket is bought, and by which of its purchase orders.
alter table carts.cart
    add column company_id uuid,
    add column po_number text not null default '' check (length(po_number) <= 50);
alter table carts.change
    drop constraint change_kind_check,
    add constraint change_kind_check check (kind in
        ('created', 'added', 'quantity', 'swapped', 'removed', 'owner', 'merged', 'handed_over', 'ordered', 'coupon_added',
            'coupon_removed', 'company', 'requested'));

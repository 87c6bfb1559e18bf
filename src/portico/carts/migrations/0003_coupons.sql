-- Coupons travel with the basket.
alter table carts.cart add column codes text[] not null default '{}' check (cardinality(codes) <= 10);
alter table carts.change
    drop constraint change_kind_check,
    add constraint change_kind_check check (kind in
        ('created', 'added', 'quantity', 'swapped', 'removed', 'owner', 'merged', 'handed_over', 'ordered', 'coupon_added',
            'coupon_removed'));

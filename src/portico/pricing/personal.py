"""What this room holds of people: which promotions and coupons they have used."""

from portico.platform.personal import Held, Kept, Room, statements

PERSONAL = Room(
    name="pricing",
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="pricing.redemption", whose="customer_id = any(:customers::uuid[]) or order_id = any(:ids::uuid[])",
                key="concat(order_id, promotion_id)", key_type="text",
                keeps={"coupon": Kept.BOOKS}, plain=frozenset({"currency"}),
            ),
            Held(
                table="pricing.customer_use", whose="customer_id = any(:customers::uuid[])", key="promotion_id",
            ),
            Held(
                table="pricing.coupon", whose="customer_id = any(:customers::uuid[])", key="code", key_type="text",
                plain=frozenset({"code"}),
            ),
        )
    ),
    nobodys={
        "price": "prices", "tax_rate": "taxes", "book": "what holds in a market", "price_list": "price lists",
        "list_price": "prices", "price_change": "prices, and who set them", "promotion": "promotions, and who changed them",
        "promotion_version": "promotions, and who changed them", "promotion_use": "how often promotions were used",
        "coupon_batch": "coupons, and who made them",
        "carriage": "what bringing goods costs, and who set it",
    },
)  # fmt: skip

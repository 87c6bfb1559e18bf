"""What this room holds of people: how they paid. The sums are the books'; what a card looked like is not."""

from portico.platform.personal import HER_NAME_OUT, Held, Kept, Room, statements

PERSONAL = Room(
    name="payments",
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="payments.operation",
                whose="payment_id in (select id from payments.payment where reference = any(:ids::uuid[]))",
                becomes={"error": "''", "reason": "''", "actor_name": HER_NAME_OUT},
                keeps={"actor": Kept.ID, "provider_ref": Kept.BOOKS, "cause": Kept.BOOKS}, plain=frozenset({"kind", "state"}),
            ),
            Held(
                table="payments.payment", whose="reference = any(:ids::uuid[])",
                becomes={"details": "'{}'", "action": "null", "actor_name": HER_NAME_OUT},
                keeps={
                    "actor": Kept.ID, "provider_ref": Kept.BOOKS, "from_account": Kept.BOOKS, "to_account": Kept.BOOKS,
                },
                plain=frozenset({"handler", "currency", "state", "unit", "reference_kind"}),
                hidden=frozenset({"action"}),
            ),
        )
    ),
    nobodys={
        "provider_event": "names of what providers told", "refund_policy": "policies", "till_close": "tills, and who closed them",
    },
)  # fmt: skip

"""What this room holds of people: what they asked for, and who decided."""

from portico.platform.personal import Held, Kept, Room, statements

PERSONAL = Room(
    name="approvals",
    tables=(
        statements(
            Held(
                table="approvals.request",
                whose="customer_id = any(:customers::uuid[])",
                becomes={
                    "note": "''",
                    "reason": "''",
                    "wanted": "wanted - 'buyer' - 'ship_to' - 'destination'",
                    "state": "case when state = 'requested' then 'withdrawn' else state end",
                    "decided_at": "coalesce(decided_at, now())",
                },
                keeps={"reasons": Kept.BOOKS},
                plain=frozenset({"currency"}),
            )
        ),
    ),
)

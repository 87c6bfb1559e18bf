"""What this room holds of people."""

from portico.platform.db import Query
from portico.platform.personal import Held, Kept, Retained, Room, statements

# An address that nobody proved, of somebody without a name, a number from elsewhere or a card: it was typed, and never used.
_UNPROVEN = """
    from customers.contact_point as point
        join customers.customer on customer.id = point.customer_id
    where point.verified_at is null and point.created_at < :before
        and customer.given_name = '' and customer.family_name = '' and customer.external_ref is null
        and customer.loyalty_number is null
"""

PERSONAL = Room(
    name="customers",
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="customers.contact_point", whose="customer_id = any(:customers::uuid[])", key="concat(kind, ' ', value)",
                key_type="text", deleted=True, hidden=frozenset({"ending"}),
            ),
            Held(
                table="customers.customer", whose="id = any(:customers::uuid[])",
                becomes={
                    "given_name": "''", "family_name": "''", "loyalty_number": "null", "external_ref": "null",
                    "search": "''::tsvector", "erased_at": "coalesce(erased_at, now())",
                },
                keeps={"number": Kept.ID}, plain=frozenset({"language"}), hidden=frozenset({"search"}),
            ),
        )
    ),
    retained=(
        Retained(
            code="unproven_contacts", days=365, days_min=7,
            count=Query(int, f"select count(*) {_UNPROVEN}"),
            sweep=Query(
                int,
                f"""
                with ended as (
                    delete from customers.contact_point
                    where (kind, value) in (select point.kind, point.value {_UNPROVEN} limit :rows_max)
                    returning 1
                )
                select count(*) from ended
                """,
            ),
        ),
    ),
)  # fmt: skip

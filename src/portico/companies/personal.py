"""What this room holds of people: for whom they buy, where they live. What a company is stays: it is no person."""

from portico.platform.personal import HER_NAME_OUT, Held, Kept, Room, statements

_HERS = "customer_id = any(:customers::uuid[])"

PERSONAL = Room(
    name="companies",
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="companies.buyer", whose=_HERS, key="concat(company_id, customer_id)", key_type="text", deleted=True,
                plain=frozenset({"role", "limits"}),
            ),
            Held(
                table="companies.invitation", whose="email = any(:proven::text[])", deleted=True,
                plain=frozenset({"role", "limits"}), keeps={"actor": Kept.HANDS, "actor_name": Kept.HANDS},
            ),
            Held(
                table="companies.household",
                whose=f"""id in (select household_id from companies.household_member where {_HERS})
                    and not exists (select from companies.household_member as other
                        where other.household_id = held.id and not other.customer_id = any(:customers::uuid[]))""",
                becomes={"name": "'-'", "address": "null"},
            ),
            Held(
                table="companies.household_member", whose=_HERS, key="customer_id", deleted=True,
                keeps={"actor": Kept.ID}, hidden=frozenset({"actor_name"}),
            ),
            Held(
                table="companies.company", whose="actor = any(:actors::text[])", becomes={"actor_name": HER_NAME_OUT},
                keeps={
                    "actor": Kept.ID, "name": Kept.BOOKS, "number": Kept.BOOKS, "tax_id": Kept.BOOKS, "email": Kept.BOOKS,
                    "phone": Kept.BOOKS, "billing": Kept.BOOKS, "deliveries": Kept.BOOKS,
                },
                plain=frozenset({"country", "language", "market_ids", "credits", "tax_note", "policy", "state"}),
                hidden=frozenset({"search"}),
            ),
        )
    ),
)  # fmt: skip

"""What this room holds of people: names on receipts and invoices, which the law makes us keep as they were written.

Nothing of a document may be changed, or its chain breaks. Forgetting somebody therefore restricts her documents: their links open
nothing any more, and only who may audit reads them, until their term ends and they go, all of a year's and everybody's together
(decision 21).
"""

from portico.documents.retention import RETAINED
from portico.platform.personal import NEW_TOKEN, Held, Kept, Room, statements

PERSONAL = Room(
    name="documents",
    tables=(
        statements(
            Held(
                table="documents.document", whose="order_id = any(:ids::uuid[])",
                becomes={"token": NEW_TOKEN, "restricted_at": "coalesce(restricted_at, now())"},
                keeps={
                    "body": Kept.LAW, "number": Kept.BOOKS, "cause": Kept.BOOKS, "hash": Kept.BOOKS, "previous_hash": Kept.BOOKS,
                },
                plain=frozenset({"entity", "series", "type", "language", "currency"}),
                hidden=frozenset({"hash", "previous_hash", "token"}),
            )
        ),
    ),
    nobodys={"seller": "who sells", "chain": "ends of chains"},
    retained=(RETAINED,),
)  # fmt: skip

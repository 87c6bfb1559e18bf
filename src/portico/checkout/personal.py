"""What this room holds of people: who buys and where it goes, while it is being agreed."""

from portico.checkout.types import CheckoutId
from portico.platform.db import Query, Tx
from portico.platform.personal import Held, Kept, Retained, Room, Whose, statements

MINE = Query(CheckoutId, "select id from checkout.checkout where customer_id = any(:customers::uuid[])")
# What became an order is the order's; the checkout's own copy has no more use.
_ENDED = "state in ('completed', 'canceled', 'incomplete', 'ready_for_complete') and updated_at < :before and (email <> '' or phone <> '' or given_name <> '' or family_name <> '' or ship_to is not null or destination is not null)"


async def things(tx: Tx, whose: Whose) -> list[str]:
    return [str(one) for one in await tx.all(MINE, customers=list(whose.customers))]


PERSONAL = Room(
    name="checkout",
    things=things,
    tables=(
        statements(
            Held(
                table="checkout.checkout", whose="customer_id = any(:customers::uuid[])",
                becomes={
                    "given_name": "''", "family_name": "''", "email": "''", "phone": "''", "destination": "null",
                    "ship_to": "null",
                },
                keeps={"progress": Kept.BOOKS},
                plain=frozenset({"state", "payment_handler", "payment_term", "language"}), hidden=frozenset({"progress"}),
            )
        ),
    ),
    nobodys={"choice": "how lines are to reach somebody"},
    retained=(
        Retained(
            code="checkouts", days=90,
            count=Query(int, f"select count(*) from checkout.checkout where {_ENDED}"),
            sweep=Query(
                int,
                f"""
                with ended as (
                    update checkout.checkout
                    set given_name = '', family_name = '', email = '', phone = '', destination = null, ship_to = null
                    where id in (
                        select id from checkout.checkout where {_ENDED} order by updated_at limit :rows_max
                        for update skip locked
                    )
                    returning 1
                )
                select count(*) from ended
                """,
            ),
        ),
    ),
)  # fmt: skip

"""What this room holds of people: who bought, where it went, what was written about it."""

import msgspec

from portico.orders.types import OrderId
from portico.platform.db import Query, Tx
from portico.platform.personal import HER_NAME_OUT, NEW_TOKEN, Held, Hindrance, Kept, Room, Whose, statements

MINE = Query(OrderId, 'select id from orders."order" where customer_id = any(:customers::uuid[])')
# What she bought as a guest, by an address that she has proven since.
_AS_GUEST = "customer_id is null and buyer_email <> '' and lower(buyer_email) = any(:proven::text[])"
_ORDERS = f"""select id from orders."order" where customer_id = any(:customers::uuid[]) or ({_AS_GUEST})"""
OF_GUEST = Query(OrderId, f'select id from orders."order" where {_AS_GUEST}')


class OpenRow(msgspec.Struct, frozen=True):
    label: str
    what: str


# What somebody has to see to: goods that are on their way, money that is due, held or owed back. What a company owes it owes still.
OPEN = Query(
    OpenRow,
    f"""
    select label,
        case
            when state in ('open', 'partly_fulfilled') then 'order_open'
            when authorized > 0 then 'money_held'
            when greatest(0, total - credited) > paid - refunded then 'money_due'
            else 'money_owed_back'
        end
    from orders."order"
    where id in ({_ORDERS})
        and (
            state in ('open', 'partly_fulfilled')
            or (
                company_id is null
                and (
                    authorized > 0
                    or (payment_term <> 'settled_elsewhere' and greatest(0, total - credited) <> paid - refunded)
                )
            )
        )
    order by placed_at desc
    limit 100
    """,
)


async def things(tx: Tx, whose: Whose) -> list[str]:
    own = await tx.all(MINE, customers=list(whose.customers))
    guests = await tx.all(OF_GUEST, proven=list(whose.proven)) if whose.proven else []
    return [str(one) for one in (*own, *guests)]


async def hindrances(tx: Tx, whose: Whose) -> list[Hindrance]:
    found = await tx.all(OPEN, customers=list(whose.customers), proven=list(whose.proven))
    return [Hindrance(one.what, one.label) for one in found]


PERSONAL = Room(
    name="orders",
    things=things,
    hindrances=hindrances,
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="orders.note", whose=f"order_id in ({_ORDERS})", deleted=True, hidden=frozenset({"actor_name"})
            ),
            Held(
                table="orders.hold", whose=f"order_id in ({_ORDERS})", becomes={"reason": "''", "actor_name": HER_NAME_OUT},
                keeps={"actor": Kept.ID, "lifted_by": Kept.HANDS, "lifted_by_name": Kept.HANDS}, plain=frozenset({"kind"}),
            ),
            Held(
                table="orders.payment_request", whose=f"order_id in ({_ORDERS})", becomes={"actor_name": HER_NAME_OUT},
                keeps={"actor": Kept.ID, "cause": Kept.BOOKS},
            ),
            Held(
                table="orders.fulfillment_event", whose=f"order_id in ({_ORDERS})", becomes={"actor_name": HER_NAME_OUT},
                keeps={"actor": Kept.ID}, plain=frozenset({"type"}),
            ),
            Held(
                table="orders.adjustment", whose=f"order_id in ({_ORDERS}) or customer_id = any(:customers::uuid[])",
                becomes={"reason": "''"}, keeps={"external_ref": Kept.BOOKS}, plain=frozenset({"type", "status", "currency"}),
            ),
            Held(
                table="orders.line", whose=f"order_id in ({_ORDERS})", keeps={"title": Kept.BOOKS, "sku": Kept.BOOKS, "public_id": Kept.BOOKS},
                plain=frozenset({"unit", "tax_lines", "discounts"}),
            ),
            Held(
                table='orders."order"', whose=f"customer_id = any(:customers::uuid[]) or ({_AS_GUEST})",
                becomes={
                    "buyer_given_name": "''", "buyer_family_name": "''", "buyer_email": "''", "buyer_phone": "''",
                    "destination": "null", "ship_to": "null", "gift_message": "''", "origin": "'{}'",
                    "actor_name": HER_NAME_OUT, "link_token": NEW_TOKEN,
                },
                keeps={"actor": Kept.ID, "label": Kept.BOOKS, "external_ref": Kept.BOOKS, "po_number": Kept.BOOKS},
                plain=frozenset({"carriage", "currency", "language", "payment_term", "state", "tags"}), hidden=frozenset({"link_token"}),
            ),
        )
    ),
    nobodys={
        "collect_policy": "policies", "expectation": "what was promised of which line", "tax_line": "taxes",
    },
)  # fmt: skip

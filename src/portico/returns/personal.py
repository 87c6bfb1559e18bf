"""What this room holds of people: what they sent back and why."""

from uuid import UUID

import msgspec

from portico.platform.db import Query, Tx
from portico.platform.personal import HER_NAME_OUT, NEW_TOKEN, Held, Hindrance, Kept, Room, Whose, statements
from portico.returns.types import ReturnId

MINE = Query(ReturnId, "select id from returns.return where customer_id = any(:customers::uuid[])")
_WHOSE = "customer_id = any(:customers::uuid[]) or order_id = any(:ids::uuid[])"
_RETURNS = f"select id from returns.return where {_WHOSE}"


async def things(tx: Tx, whose: Whose) -> list[str]:
    return [str(one) for one in await tx.all(MINE, customers=list(whose.customers))]


class OpenRow(msgspec.Struct, frozen=True):
    code: str


OPEN = Query(
    OpenRow,
    f"""
    select code
    from returns.return
    where ({_WHOSE}) and state in ('requested', 'approved', 'in_transit', 'received')
    order by requested_at desc
    limit 100
    """,
)


async def hindrances(tx: Tx, whose: Whose) -> list[Hindrance]:
    found = await tx.all(OPEN, customers=list(whose.customers), ids=[UUID(bytes=one) for one in whose.ids])
    return [Hindrance("return_open", one.code) for one in found]


PERSONAL = Room(
    name="returns",
    things=things,
    hindrances=hindrances,
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="returns.label", whose=f"return_id in ({_RETURNS})", key="return_id",
                becomes={"label_bytes": "case when label = 'bought' then ''::bytea end", "tracking_url": "''", "error": "''"},
                keeps={"carrier_ref": Kept.BOOKS, "tracking_code": Kept.BOOKS},
                plain=frozenset({"label", "carrier", "service", "label_type", "currency"}), hidden=frozenset({"label_bytes"}),
            ),
            Held(
                table="returns.step", whose=f"return_id in ({_RETURNS})",
                key="concat(return_id, ' ', lpad(number::text, 6, '0'))", key_type="text",
                becomes={"reason": "''", "actor_name": HER_NAME_OUT}, keeps={"actor": Kept.ID},
                plain=frozenset({"event", "state"}),
            ),
            Held(
                table="returns.line", whose=f"return_id in ({_RETURNS})", plain=frozenset({"reason", "blocks", "grades", "price_from"}),
            ),
            Held(
                table="returns.return", whose=_WHOSE,
                becomes={
                    "note": "''", "override_reason": "''", "actor_name": HER_NAME_OUT, "link_token": NEW_TOKEN,
                },
                keeps={"actor": Kept.ID, "code": Kept.BOOKS}, plain=frozenset({"state", "way", "currency"}),
                hidden=frozenset({"link_token"}),
            ),
        )
    ),
    nobodys={"policy": "policies", "policy_version": "policies, and who changed them"},
)  # fmt: skip

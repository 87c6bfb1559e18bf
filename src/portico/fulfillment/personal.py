"""What this room holds of people: who fetches, where goods went, what was signed."""

from portico.fulfillment.types import ArrivalId, FulfillmentId
from portico.platform.db import Query, Tx
from portico.platform.personal import HER_NAME_OUT, Held, Kept, Room, Whose, statements

_WORK = "select id from fulfillment.fulfillment where holder = any(:things::text[])"
_PARCELS = f"select id from fulfillment.parcel where fulfillment_id in ({_WORK})"

WORKS = Query(FulfillmentId, f"{_WORK}")
ARRIVALS = Query(ArrivalId, "select id from fulfillment.arrival where holder = any(:things::text[])")


async def things(tx: Tx, whose: Whose) -> list[str]:
    """The work for what she ordered, and when she came to fetch it: facts are about those."""
    holders = list(whose.things)
    works, arrivals = await tx.all(WORKS, things=holders), await tx.all(ARRIVALS, things=holders)
    return [str(one) for one in (*works, *arrivals)]


PERSONAL = Room(
    name="fulfillment",
    things=things,
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="fulfillment.tracking_event", whose=f"parcel_id in ({_PARCELS})", key="concat(parcel_id, ' ', source_id)",
                key_type="text", becomes={"message": "''", "place": "''"}, keeps={"source_id": Kept.ID}, plain=frozenset({"status"}),
            ),
            Held(
                table="fulfillment.parcel", whose=f"fulfillment_id in ({_WORK})",
                becomes={"label_bytes": "case when label = 'bought' then ''::bytea end", "tracking_url": "''", "error": "''"},
                keeps={"tracking_code": Kept.BOOKS, "carrier_ref": Kept.BOOKS},
                plain=frozenset({"label", "carrier", "service", "label_type", "currency", "status", "contents"}),
                hidden=frozenset({"label_bytes"}),
            ),
            Held(
                table="fulfillment.hand_over", whose=f"fulfillment_id in ({_WORK})",
                becomes={"handed_to": "''", "signature": "''", "actor_name": HER_NAME_OUT}, keeps={"actor": Kept.ID},
                plain=frozenset({"proof"}),
            ),
            Held(
                table="fulfillment.stop", whose=f"fulfillment_id in ({_WORK})", key="concat(run_id, ' ', fulfillment_id)",
                key_type="text", becomes={"note": "''"}, plain=frozenset({"state"}),
            ),
            Held(
                table="fulfillment.arrival", whose="holder = any(:things::text[])",
                becomes={"buyer_name": "''", "vehicle": "''"}, keeps={"holder": Kept.ID, "order_label": Kept.BOOKS},
                plain=frozenset({"state", "bay"}),
            ),
            Held(
                table="fulfillment.decision", whose="holder = any(:things::text[])",
                becomes={  # where to, no nearer than a degree: enough to see why a place was chosen
                    "inputs": """
                    case when inputs ? 'destination' then jsonb_set(jsonb_set(
                        inputs, '{destination,latitude}', to_jsonb(round((inputs #>> '{destination,latitude}')::numeric))),
                        '{destination,longitude}', to_jsonb(round((inputs #>> '{destination,longitude}')::numeric)))
                    else inputs end""",
                    "reason": "''",
                },
                keeps={"holder": Kept.ID, "actor": Kept.HANDS, "outcome": Kept.BOOKS},
            ),
            Held(
                table="fulfillment.fulfillment", whose="holder = any(:things::text[])",
                becomes={"buyer_name": "''", "hold_reason": "case when state = 'on_hold' then '-' else '' end"},
                keeps={"holder": Kept.ID, "order_label": Kept.BOOKS, "claimed_by": Kept.HANDS, "claimed_name": Kept.HANDS},
                plain=frozenset({"way", "state", "code", "shelf"}), hidden=frozenset({"code"}),
            ),
        )
    ),
    nobodys={
        **dict.fromkeys(
            ("carrier_service", "holiday", "learned", "load", "node", "postal_area", "rule_set", "service_time", "zone", "zone_item"),
            "how places send",
        ),
        **dict.fromkeys(("wave", "run", "fulfillment_line"), "goods, and who works with them"),
    },
)  # fmt: skip

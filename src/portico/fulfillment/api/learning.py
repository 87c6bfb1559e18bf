"""How long things take at a place, as it was of late: so that promises learn."""

from portico.business.types import LocationId
from portico.fulfillment.rules import work as rules
from portico.fulfillment.store import work as store
from portico.fulfillment.types import Learned, Node
from portico.platform.db import Tx
from portico.platform.ids import Id

MINUTES_MAX = 24 * 60


class ServiceTimeId(Id, prefix="svt"):
    __slots__ = ()


async def took(tx: Tx, *, location_id: LocationId, kind: str, seconds: float, lines: int = 0) -> None:
    """Keep how long a picking (`pick`) or a wait at the door (`wait`) took, and learn from the newest."""
    minutes = min(max(0.0, seconds / 60), MINUTES_MAX)
    await tx.run(
        store.ADD_TIME,
        id=ServiceTimeId.new(),
        location_id=location_id,
        kind=kind,
        minutes=minutes,
        lines=lines,
        now=tx.now,
    )
    nodes = await tx.all(store.NODES_AT, location_ids=[location_id])
    per_line = (nodes[0] if nodes else Node(location_id=location_id)).pick_minutes_line
    newest = await tx.all(store.TOOK, location_id=location_id, rows_max=rules.SAMPLES)
    picks = [max(0.0, one.minutes - per_line * one.lines) for one in newest if one.kind == "pick"]
    waits = [one.minutes for one in newest if one.kind == "wait"]
    await tx.run(
        store.PUT_LEARNED, location_id=location_id, pick_minutes_order=rules.learned(picks), picks=len(picks),
        wait_minutes=rules.learned(waits), waits=len(waits),
    )  # fmt: skip


async def learned(tx: Tx) -> dict[LocationId, Learned]:
    """What is known of each place."""
    return {one.location_id: one for one in await tx.all(store.LEARNED)}

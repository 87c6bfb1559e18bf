"""The segments that lists and promotions name: they are there, and stay as long as something that runs asks for them."""

from collections.abc import Sequence

from portico.platform.db import Tx
from portico.platform.ids import Id
from portico.segments import api as segments
from portico.segments.types import UnknownSegments


async def name_segments(tx: Tx, *, used_by: Id, label: str, codes: Sequence[str], running: bool) -> list[str]:
    """Note what asks for which segments; what is wrong with them, where there is anything. What does not run keeps none from being put
    away."""
    try:
        await segments.claim(tx, used_by=str(used_by), label=label, codes=codes if running else ())
    except UnknownSegments as refused:
        return [f"? {', '.join(refused.codes)}"]
    missing = await segments.unknown(tx, codes=codes)
    return [f"? {', '.join(missing)}"] if missing else []

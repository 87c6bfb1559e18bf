"""What requests of the stockroom name, made sure of."""

from collections.abc import Sequence

import msgspec

from portico.catalog import api as catalog
from portico.catalog.types import Variant, VariantId
from portico.inventory.types import InboundQuantity
from portico.platform.db import Tx
from portico.platform.refusals import Invalid


async def known(tx: Tx, ids: Sequence[VariantId]) -> dict[VariantId, Variant]:
    """Refuses Invalid where one is nobody's."""
    found = await catalog.variants(tx, ids=list(dict.fromkeys(ids)))
    if unknown := [one for one in ids if one not in found]:
        raise Invalid(errors=[{"field": "variant_id", "message": str(unknown[0])}])
    return found


async def in_steps(tx: Tx, lines: Sequence[InboundQuantity]) -> list[InboundQuantity]:
    """Lines whose quantities may be given in packs, in the variants' own steps. Refuses Invalid, WrongUnit."""
    variants = await known(tx, [one.variant_id for one in lines])
    return [
        msgspec.structs.replace(
            one,
            quantity=catalog.steps(variants[one.variant_id], one.quantity, one.unit),
            damaged=catalog.steps(variants[one.variant_id], one.damaged, one.unit),
            unit=None,
        )
        for one in lines
    ]

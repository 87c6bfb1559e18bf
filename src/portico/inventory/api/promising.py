"""How much each channel may promise."""

from collections.abc import Sequence
from uuid import UUID

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import rules
from portico.inventory.api.reading import levels
from portico.inventory.store import policies as store
from portico.inventory.types import BadPolicy, Policy, PolicyId, Promisable
from portico.platform.db import Tx


async def promisable(
    tx: Tx,
    *,
    variant_ids: Sequence[VariantId],
    channel_id: UUID | None,
    location_ids: Sequence[LocationId] | None = None,
) -> list[Promisable]:
    """What a channel may promise of variants at locations (None: at all), after safety stock, share and exclusions.

    Keys that never had stock are missing from the answer.
    """
    found = await levels(tx, variant_ids=variant_ids, location_ids=location_ids)
    binding = rules.Policies(await tx.all(store.POLICIES, variant_ids=list(variant_ids)))
    answers = []
    for level in found:
        leeway = binding.leeway(level.key, channel_id)
        units = rules.promisable(level.available, leeway)
        low = leeway.low_under is not None and 0 < units < leeway.low_under
        answers.append(Promisable(level.variant_id, level.location_id, units, low))
    return answers


async def put_policies(tx: Tx, *, policies: Sequence[Policy]) -> None:
    """Set policies; one for the same variant, location and channel is replaced. Refuses BadPolicy."""
    for one in policies:
        _check(one)
    await tx.run(
        store.PUT_POLICIES,
        ids=[one.id for one in policies],
        variant_ids=[one.variant_id for one in policies],
        location_ids=[one.location_id for one in policies],
        channel_ids=[one.channel_id for one in policies],
        safeties=[one.safety for one in policies],
        share_percents=[one.share_percent for one in policies],
        excludeds=[one.excluded for one in policies],
        low_unders=[one.low_under for one in policies],
    )


def _check(one: Policy) -> None:
    if one.safety is not None and one.safety < 0:
        raise BadPolicy(field="safety")
    if one.share_percent is not None and not 0 <= one.share_percent <= 100:
        raise BadPolicy(field="share_percent")
    if one.low_under is not None and one.low_under < 0:
        raise BadPolicy(field="low_under")
    if all(said is None for said in (one.safety, one.share_percent, one.excluded, one.low_under)):
        raise BadPolicy(field="safety")


async def drop_policies(tx: Tx, *, ids: Sequence[PolicyId]) -> int:
    return await tx.run(store.DROP_POLICIES, ids=list(ids))


async def policies(tx: Tx, *, after: PolicyId | None = None, rows_max: int = 100) -> list[Policy]:
    """A page of all policies."""
    return await tx.all(store.ALL_POLICIES, after=after, rows_max=min(rows_max, 500))

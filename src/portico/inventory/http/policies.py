"""REST routes of what channels may promise."""

from typing import Any

import msgspec
from litestar import delete, get, put

from portico.business.api import Directories, Directory
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.http.asked import known
from portico.inventory.types import Policy, PolicyId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

POLICIES_MAX = 500


class PolicyEdit(msgspec.Struct, frozen=True):
    """`channel` is a channel's code. What is left out names every variant, location or channel, or says nothing."""

    variant_id: VariantId | None = None
    location_id: LocationId | None = None
    channel: str | None = None
    safety: int | None = None
    share_percent: int | None = None
    excluded: bool | None = None
    low_under: int | None = None
    confidence_percent: int | None = None


class PolicyEdits(msgspec.Struct, frozen=True):
    policies: list[PolicyEdit]


class PolicyView(msgspec.Struct, frozen=True):
    id: PolicyId
    variant_id: VariantId | None
    location_id: LocationId | None
    channel: str | None
    safety: int | None
    share_percent: int | None
    excluded: bool | None
    low_under: int | None
    confidence_percent: int | None


class PolicyPage(msgspec.Struct, frozen=True):
    items: tuple[PolicyView, ...]
    next_cursor: PolicyId | None


@get("/v1/stock/policies")
async def list_policies(door: Door, cursor: PolicyId | None = None, limit: int = 100) -> Answered[PolicyPage]:
    """Every policy of what channels may promise. Needs `inventory.read`."""
    door.principal.require("inventory.read")
    directory = await door.shared(Directories)()
    rows = max(1, min(limit, POLICIES_MAX - 1))

    async def ask(tx: Tx) -> PolicyPage:
        found = await api.policies(tx, after=cursor, rows_max=rows + 1)
        shown = tuple(_policy(one, directory) for one in found[:rows])
        return PolicyPage(shown, shown[-1].id if len(found) > rows else None)

    return await door.read(ask)


def _policy(one: Policy, directory: Directory) -> PolicyView:
    channel = directory.channel(one.channel_id)
    return PolicyView(
        one.id, one.variant_id, one.location_id, channel.code if channel else None, one.safety, one.share_percent,
        one.excluded, one.low_under, one.confidence_percent,
    )  # fmt: skip


@put("/v1/stock/policies", status_code=200)
async def put_policies(door: Door, data: PolicyEdits) -> Answered[PolicyPage]:
    """Set policies; one for the same variant, location and channel is replaced. Needs `inventory.policies`."""
    door.principal.require("inventory.policies")
    if not 0 < len(data.policies) <= POLICIES_MAX:
        raise Invalid(errors=[{"field": "policies", "message": f"1..{POLICIES_MAX}"}])
    directory = await door.shared(Directories)()
    channels = {one.code: one.id.uuid for one in directory.channels.values()}
    for one in data.policies:
        if one.channel is not None and one.channel not in channels:
            raise Invalid(errors=[{"field": "channel", "message": one.channel[:100]}])
        if one.location_id is not None:
            directory.location(one.location_id)
    made = [
        Policy(
            PolicyId.new(), one.variant_id, one.location_id, channels[one.channel] if one.channel else None, one.safety,
            one.share_percent, one.excluded, one.low_under, one.confidence_percent,
        )
        for one in data.policies
    ]  # fmt: skip

    async def ask(tx: Tx) -> PolicyPage:
        await known(tx, [one.variant_id for one in made if one.variant_id])
        await api.put_policies(tx, policies=made)
        return PolicyPage(tuple(_policy(one, directory) for one in made), None)

    return await door.write(ask)


@delete("/v1/stock/policies/{policy_id:str}", status_code=204)
async def drop_policy(door: Door, policy_id: PolicyId) -> Answered[None]:
    """End a policy; one that is not there has ended already. Needs `inventory.policies`."""
    door.principal.require("inventory.policies")

    async def ask(tx: Tx) -> None:
        await api.drop_policies(tx, ids=[policy_id])

    return await door.write(ask)


routes: list[Any] = [list_policies, put_policies, drop_policy]

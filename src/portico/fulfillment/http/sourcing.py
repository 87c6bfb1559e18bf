"""REST routes of sourcing: rules, a dry run of them, decisions and why."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post, put

from portico.business.api import Directories, Directory
from portico.business.types import LocationId, MarketId
from portico.fulfillment import api
from portico.fulfillment.types import Explained, Replay, Rules, RuleSet
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.ids import any_id
from portico.platform.refusals import Invalid, NotFound

DRY_RUN_MAX, EXAMPLES_MAX = 500, 20


class RulesView(msgspec.Struct, frozen=True):
    """`market` is a market's code; None: of all that have no rules of their own. Version 0 is what a retailer starts with."""

    market: str | None
    version: int
    rules: Rules
    made_by: str
    made_at: datetime | None


class RulesPage(msgspec.Struct, frozen=True):
    """The rules in force, and those before them, the newest first."""

    active: RulesView
    versions: tuple[RulesView, ...]


class RulesEdit(msgspec.Struct, frozen=True):
    rules: Rules
    market: str | None = None


class DryRun(msgspec.Struct, frozen=True):
    """Past decisions of a market decided again under these rules; nothing is changed. The newest `decisions_max`, none from
    before `since`."""

    rules: Rules
    market: str
    decisions_max: int = 100
    since: datetime | None = None


class ExplainedPage(msgspec.Struct, frozen=True):
    items: tuple[Explained, ...]
    names: dict[str, str]


def _market_id(directory: Directory, code: str | None) -> MarketId | None:
    return directory.market(code).id if code else None


def _view(one: RuleSet, directory: Directory) -> RulesView:
    code = directory.market_by_id(one.market_id).code if one.market_id else None
    return RulesView(code, one.version, one.body, one.made_by, one.made_at)


def _known(directory: Directory, excluded: tuple[LocationId, ...]) -> None:
    for one in excluded:
        if one not in directory.locations:
            raise Invalid(errors=[{"field": "rules.excluded", "message": str(one)}])


@get("/v1/sourcing/rules")
async def show_rules(door: Door, market: str | None = None) -> Answered[RulesPage]:
    """By which rules it is chosen from where orders are sent. Needs `fulfillment.read`."""
    door.principal.require("fulfillment.read")
    directory = await door.shared(Directories)()
    market_id = _market_id(directory, market)

    async def ask(tx: Tx) -> RulesPage:
        asked = market_id or directory.market().id
        own = await api.versions(tx, market_id=market_id)
        active = own[0] if own else (await api.rules_of(tx, market_ids=[asked]))[asked]
        return RulesPage(_view(active, directory), tuple(_view(one, directory) for one in own))

    return await door.read(ask)


@put("/v1/sourcing/rules", status_code=200)
async def put_rules(door: Door, data: RulesEdit) -> Answered[RulesView]:
    """Put rules in force, as a new version. Needs `fulfillment.manage`."""
    door.principal.require("fulfillment.manage")
    directory = await door.shared(Directories)()
    _known(directory, data.rules.excluded)
    market_id = _market_id(directory, data.market)

    async def ask(tx: Tx) -> RulesView:
        return _view(await api.put_rules(tx, market_id=market_id, rules=data.rules, by=door.hand), directory)

    return await door.write(ask)


@post("/v1/sourcing/rules/check", status_code=200)
async def check_rules(door: Door, data: DryRun) -> Answered[Replay]:
    """What these rules would have made of the last decisions of a market: cost, parcels, days. Needs `fulfillment.read`."""
    door.principal.require("fulfillment.read")
    directory = await door.shared(Directories)()
    _known(directory, data.rules.excluded)
    if not 0 < data.decisions_max <= DRY_RUN_MAX:
        raise Invalid(errors=[{"field": "decisions_max", "message": f"1..{DRY_RUN_MAX}"}])
    if data.since is not None and data.since.tzinfo is None:
        raise Invalid(errors=[{"field": "since", "message": "RFC 3339"}])
    market_id = directory.market(data.market).id

    async def ask(tx: Tx) -> Replay:
        found = await api.latest(tx, market_id=market_id, since=data.since, rows_max=data.decisions_max)
        return api.replay(found, rules=data.rules, examples_max=EXAMPLES_MAX)

    return await door.read(ask)


@get("/v1/sourcing/decisions/{holder:str}")
async def explain_decisions(door: Door, holder: str) -> Answered[ExplainedPage]:
    """Why an order is sent from where it is, and what each other place scored. Needs `fulfillment.read`."""
    door.principal.require("fulfillment.read")
    directory = await door.shared(Directories)()
    found = any_id(holder)
    if found is None:
        raise NotFound(what="decision", id=holder[:60])

    async def ask(tx: Tx) -> ExplainedPage:
        explained = tuple(await api.explain(tx, holder=found))
        ids = {one.location_id for each in explained for one in each.scored}
        ids |= {one.location_id for each in explained for one in each.decision.inputs.left_out}
        names = {str(one): directory.locations[one].name for one in sorted(ids) if one in directory.locations}
        return ExplainedPage(explained, names)

    return await door.read(ask)


routes: list[Any] = [show_rules, put_rules, check_rules, explain_decisions]

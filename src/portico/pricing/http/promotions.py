"""REST routes of promotions."""

from typing import Annotated, Any

import msgspec
from litestar import get, patch, post
from litestar.params import QueryParameter

from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.pricing.api import promotions as api
from portico.pricing.http.lists import market_named
from portico.pricing.types.promotions import Promotion, PromotionId, PromotionPage, Rule, State, Version


class NewPromotion(msgspec.Struct, frozen=True):
    rule: Rule
    state: State = State.DRAFT
    market: str | None = None


class PromotionEdit(msgspec.Struct, frozen=True):
    """What is to be other: what it says, or whether it runs. `expected_version` is what the editor has seen."""

    rule: Rule | None = None
    state: State | None = None
    expected_version: int | None = None


class Versions(msgspec.Struct, frozen=True):
    items: tuple[Version, ...]


@get("/v1/promotions")
async def list_promotions(
    door: Door,
    market: str | None = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    cursor: PromotionId | None = None,
    limit: int = 50,
) -> Answered[PromotionPage]:
    """A market's promotions, newest first. Needs `pricing.read`."""
    door.principal.require("pricing.read")
    found = await market_named(door, market)
    return await door.read(lambda tx: api.promotions(tx, market_id=found.id, state=in_state, after=cursor, limit=limit))


@post("/v1/promotions", status_code=201)
async def create_promotion(door: Door, data: NewPromotion) -> Answered[Promotion]:
    """Make a promotion; a draft costs nobody anything. Needs `pricing.manage`."""
    door.principal.require("pricing.manage")
    found = await market_named(door, data.market)
    return await door.write(
        lambda tx: api.create(tx, market_id=found.id, rule=data.rule, state=data.state, by=door.hand), status=201
    )


@get("/v1/promotions/{promotion_id:str}")
async def show_promotion(door: Door, promotion_id: PromotionId) -> Answered[Promotion]:
    """A promotion, how often it was used and what it has cost. Needs `pricing.read`."""
    door.principal.require("pricing.read")
    return await door.read(lambda tx: api.promotion(tx, id=promotion_id))


@patch("/v1/promotions/{promotion_id:str}")
async def edit_promotion(door: Door, promotion_id: PromotionId, data: PromotionEdit) -> Answered[Promotion]:
    """Change what a promotion says, or begin, pause or end it. Needs `pricing.manage`."""
    door.principal.require("pricing.manage")
    return await door.write(
        lambda tx: api.change(
            tx, id=promotion_id, by=door.hand, rule=data.rule, state=data.state, expected_version=data.expected_version
        )
    )


@get("/v1/promotions/{promotion_id:str}/versions")
async def list_versions(door: Door, promotion_id: PromotionId) -> Answered[Versions]:
    """What a promotion has said, and who changed it, newest first. Needs `pricing.read`."""
    door.principal.require("pricing.read")

    async def ask(tx: Tx) -> Versions:
        return Versions(tuple(await api.versions(tx, id=promotion_id)))

    return await door.read(ask)


routes: list[Any] = [list_promotions, create_promotion, show_promotion, edit_promotion, list_versions]

"""REST routes of members: points and their why, tiers, friends, birthdays, rewards."""

from typing import Annotated, Any

import msgspec
from litestar import get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter

from portico.business.api import Directories
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.loyalty import api
from portico.loyalty.http.whose import own_id, records_of, require_own
from portico.loyalty.types import (
    GiftCard,
    Member,
    Membership,
    RewardTaken,
    RewardTakenId,
    Statement,
)
from portico.platform.db import Tx
from portico.platform.http import Answered, Door

CODE_LENGTH_MAX = 40


class Of(msgspec.Struct, frozen=True):
    market: str


class Birthday(msgspec.Struct, frozen=True):
    month: int
    day: int


class Referral(msgspec.Struct, frozen=True):
    """The code that a friend gave her."""

    market: str
    code: str


class RewardAsk(msgspec.Struct, frozen=True):
    market: str
    reward: str


class TakenReward(msgspec.Struct, frozen=True):
    """A reward that was taken. A voucher is in her wallet and pays by its id (`gift_card`, `credential` its id); its code is told nobody. A coupon has
    its `coupon_code`, for her alone and for one order."""

    taken: RewardTaken
    card: GiftCard | None


class Rewards(msgspec.Struct, frozen=True):
    items: list[RewardTaken]


@get("/v1/customers/{customer_id:str}/points")
async def show_points(
    door: Door, customer_id: CustomerId, cursor: str | None = None,
    limit: Annotated[int, Parameter(ge=1, le=100)] = 25,
) -> Answered[Statement]:  # fmt: skip
    """Every number with its why: lots, what is coming, what came and went. Her own, or with `loyalty.read`."""
    require_own(door, customer_id, "loyalty.read")

    async def ask(tx: Tx) -> Statement:
        records = await records_of(tx, door, customer_id)
        door.shows("points", records)
        return await api.statement(tx, customer_ids=records, language=door.language, before=cursor, rows_max=limit)

    return await door.read(ask)


@get(
    "/v1/customers/{customer_id:str}/membership",
    responses={204: ResponseSpec(None, description="No programme runs there, or she is in none.")},
)
async def show_membership(
    door: Door, customer_id: CustomerId, market: str | None = None
) -> Answered[Membership]:  # fmt: skip
    """The programme that runs in a market as it is to her: tier, what is missing to the next, rewards. Without a market, the programme
    she has been in for the longest. Nothing (204) where none runs. Her own, or with `loyalty.read`."""
    require_own(door, customer_id, "loyalty.read")
    found = (await door.shared(Directories)()).market(market) if market else None

    async def ask(tx: Tx) -> Membership | None:
        records = await records_of(tx, door, customer_id)
        market_id = found.id if found else await api.market_of(tx, customer_ids=records)
        if market_id is None:
            return None
        return await api.membership(tx, customer_ids=records, market_id=market_id, language=door.language)

    return await door.read(ask)


@post("/v1/customers/{customer_id:str}/membership", status_code=200)
async def enrol(door: Door, customer_id: CustomerId, data: Of) -> Answered[Member]:
    """Have her be a member of the programme that runs in a market. Her own, or with `customers.write`."""
    require_own(door, customer_id, "customers.write")
    found = (await door.shared(Directories)()).market(data.market)

    async def ask(tx: Tx) -> Member:
        await api.require_customer(tx, customer_id=customer_id)
        return await api.enrol(tx, market_id=found.id, customer_id=customer_id, by=door.hand)

    return await door.write(ask)


@put("/v1/customers/{customer_id:str}/birthday", status_code=204)
async def set_birthday(door: Door, customer_id: CustomerId, data: Birthday) -> Answered[None]:
    """Her day of the year, without the year: told once; who may `loyalty.issue` may mend it. Her own, or with `customers.write`."""
    require_own(door, customer_id, "customers.write")
    anew = own_id(door) is None and door.principal.may("loyalty.issue")
    return await door.write(
        lambda tx: api.set_birthday(tx, customer_id=customer_id, month=data.month, day=data.day, anew=anew), status=204
    )


@post("/v1/customers/{customer_id:str}/referral", status_code=200)
async def refer(door: Door, customer_id: CustomerId, data: Referral) -> Answered[Member]:
    """She comes by a friend's code, before she has bought anything. Her own, or with `customers.write`."""
    require_own(door, customer_id, "customers.write")
    found = (await door.shared(Directories)()).market(data.market)

    async def ask(tx: Tx) -> Member:
        await api.require_customer(tx, customer_id=customer_id)
        code = data.code[:CODE_LENGTH_MAX]
        return await api.refer(tx, market_id=found.id, customer_id=customer_id, code=code, by=door.hand)

    return await door.write(ask)


@get("/v1/customers/{customer_id:str}/rewards")
async def list_rewards(door: Door, customer_id: CustomerId) -> Answered[Rewards]:
    """The rewards she has taken, newest first. Her own, or with `loyalty.read`."""
    require_own(door, customer_id, "loyalty.read")

    async def ask(tx: Tx) -> Rewards:
        records = await records_of(tx, door, customer_id)
        door.shows("rewards", records)
        return Rewards(await api.rewards_of(tx, customer_ids=records))

    return await door.read(ask)


@post("/v1/customers/{customer_id:str}/rewards", status_code=201)
async def take_reward(door: Door, customer_id: CustomerId, data: RewardAsk) -> Answered[TakenReward]:
    """Points become a reward. Her own, or with `loyalty.read` at the till or desk where she asks for it."""
    require_own(door, customer_id, "loyalty.read")
    found = (await door.shared(Directories)()).market(data.market)

    async def ask(tx: Tx) -> TakenReward:
        await api.require_customer(tx, customer_id=customer_id)
        hers = await identity.own_records(tx, id=customer_id)
        taken, issued = await api.take_reward(
            tx, customer_ids=hers, market_id=found.id, reward=data.reward, by=door.hand
        )
        return TakenReward(taken, issued.card if issued else None)

    return await door.write(ask, status=201)


@post("/v1/rewards/{reward_id:str}/return", status_code=200)
async def return_reward(door: Door, reward_id: RewardTakenId) -> Answered[RewardTaken]:
    """Take back a voucher that nobody has paid with: its points go into the lots they came from. Needs `loyalty.issue`."""
    door.principal.require("loyalty.issue")
    return await door.write(lambda tx: api.return_reward(tx, id=reward_id, by=door.hand))


routes: list[Any] = [
    show_points, show_membership, enrol, set_birthday, refer, list_rewards, take_reward, return_reward,
]  # fmt: skip

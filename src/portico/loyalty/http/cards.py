"""REST routes of gift cards and credit."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post, put

from portico.business.api import Directories
from portico.customers.types import CustomerId
from portico.loyalty import api, guarding
from portico.loyalty.http.whose import records_of, require_own
from portico.loyalty.types import CardState, GiftCard, GiftCardId, NewCard, PointsWorth, Wallet
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

REASON_LENGTH_MAX = 200
WORTH_MAX = 1_000_000
CODE_LENGTH_MAX = 100


class NewGiftCard(msgspec.Struct, frozen=True):
    amount: int
    currency: str
    customer_id: CustomerId | None = None
    expires_at: datetime | None = None


class IssuedCard(msgspec.Struct, frozen=True):
    """A card that was made. `code` is told this once."""

    card: GiftCard
    code: str


class CardCode(msgspec.Struct, frozen=True):
    code: str


class Grant(msgspec.Struct, frozen=True):
    """Store credit in a currency, or points, to a customer. Points of a `market` are of the programme that runs there, and lapse as
    its terms say."""

    reason: str
    amount: int = 0
    currency: str = ""
    points: int = 0
    market: str | None = None


class Worth(msgspec.Struct, frozen=True):
    points_per_minor: int


class CardStateEdit(msgspec.Struct, frozen=True):
    state: CardState


@post("/v1/gift-cards", status_code=201)
async def issue_card(door: Door, data: NewGiftCard) -> Answered[IssuedCard]:
    """Make a gift card. Needs `loyalty.issue`. The answer holds its code, and is remembered nowhere."""
    door.principal.require("loyalty.issue")
    directory = await door.shared(Directories)()
    if data.currency not in {one.currency for one in directory.markets.values()}:
        raise Invalid(errors=[{"field": "currency", "message": data.currency[:10]}])
    if data.expires_at is not None and data.expires_at.tzinfo is None:
        raise Invalid(errors=[{"field": "expires_at", "message": "RFC 3339"}])

    async def ask(tx: Tx) -> IssuedCard:
        new = NewCard(
            amount=data.amount, currency=data.currency, customer_id=data.customer_id, expires_at=data.expires_at
        )
        (made,) = await api.issue(tx, cards=[new], by=door.hand)
        return IssuedCard(made.card, made.code)

    return await door.write(ask, status=201, remember=False)


@post("/v1/gift-cards/lookup", status_code=200)
async def look_up_card(door: Door, data: CardCode) -> Answered[GiftCard]:
    """A card by its code: what it holds. Needs `loyalty.read`; the code is in the body, so that no log keeps it."""
    door.principal.require("loyalty.read", at=door.principal.location_id)
    code = data.code[:CODE_LENGTH_MAX]
    await guarding.check(door.database, codes=[code], asker=door.principal, address=door.address)
    return await door.read(lambda tx: api.card(tx, code=code))


@put("/v1/gift-cards/{card_id:str}/state", status_code=200)
async def set_card_state(door: Door, card_id: GiftCardId, data: CardStateEdit) -> Answered[GiftCard]:
    """Stop a card from paying, or let it pay again. Needs `loyalty.issue`."""
    door.principal.require("loyalty.issue")
    if data.state not in (CardState.ACTIVE, CardState.BLOCKED):
        raise Invalid(errors=[{"field": "state", "message": f"{CardState.ACTIVE} {CardState.BLOCKED}"}])
    return await door.write(lambda tx: api.block(tx, card_id=card_id, blocked=data.state is CardState.BLOCKED))


@get("/v1/customers/{customer_id:str}/wallet")
async def show_wallet(door: Door, customer_id: CustomerId) -> Answered[Wallet]:
    """What a customer holds with us: her own, or with `loyalty.read`."""
    require_own(door, customer_id, "loyalty.read")
    currencies = sorted({one.currency for one in (await door.shared(Directories)()).markets.values()})
    door.shows("wallet", [customer_id])

    async def ask(tx: Tx) -> Wallet:
        return await api.wallet(tx, customer_ids=await records_of(tx, door, customer_id), currencies=currencies)

    return await door.read(ask)


@post("/v1/customers/{customer_id:str}/wallet", status_code=201)
async def grant(door: Door, customer_id: CustomerId, data: Grant) -> Answered[Wallet]:
    """Give a customer store credit or points. Needs `loyalty.issue`."""
    door.principal.require("loyalty.issue")
    directory = await door.shared(Directories)()
    currencies = sorted({one.currency for one in directory.markets.values()})
    if not data.reason.strip() or len(data.reason) > REASON_LENGTH_MAX:
        raise Invalid(errors=[{"field": "reason", "message": f"1..{REASON_LENGTH_MAX}"}])
    if bool(data.amount) == bool(data.points) or (data.amount and data.currency not in currencies):
        raise Invalid(errors=[{"field": "amount", "message": "amount + currency | points"}])
    if not 0 <= data.points <= money.AMOUNT_MAX:
        raise Invalid(errors=[{"field": "points", "message": f"1..{money.AMOUNT_MAX}"}])
    market_id = directory.market(data.market).id if data.market else None

    async def ask(tx: Tx) -> Wallet:
        await api.require_customer(tx, customer_id=customer_id)
        by, reference = door.hand, str(customer_id)
        if data.amount:
            await api.grant_credit(
                tx, customer_id=customer_id, amount=data.amount, currency=data.currency, reason=data.reason,
                reference=reference, by=by,
            )  # fmt: skip
        else:
            await api.grant_points(
                tx, customer_id=customer_id, points=data.points, reason=data.reason, reference=reference, by=by,
                market_id=market_id,
            )  # fmt: skip
        return await api.wallet(tx, customer_ids=[customer_id], currencies=currencies)

    return await door.write(ask, status=201)


@post("/v1/customers/{customer_id:str}/gift-cards", status_code=200)
async def keep_card(door: Door, customer_id: CustomerId, data: CardCode) -> Answered[GiftCard]:
    """Put a card that is nobody's into her wallet: she pays with it without its code from now on. Her own, or with `loyalty.issue`."""
    require_own(door, customer_id, "loyalty.issue")
    code = data.code[:CODE_LENGTH_MAX]
    await guarding.check(door.database, codes=[code], asker=door.principal, address=door.address)

    async def ask(tx: Tx) -> GiftCard:
        await api.require_customer(tx, customer_id=customer_id)
        return await api.keep_card(tx, code=code, customer_id=customer_id)

    return await door.write(ask)


@put("/v1/points-worth/{market:str}", status_code=200)
async def put_worth(door: Door, market: str, data: Worth) -> Answered[PointsWorth]:
    """How many points pay for one minor unit in a market. Needs `payments.manage`."""
    door.principal.require("payments.manage")
    if not 0 < data.points_per_minor <= WORTH_MAX:
        raise Invalid(errors=[{"field": "points_per_minor", "message": f"1..{WORTH_MAX}"}])
    found = (await door.shared(Directories)()).market(market)
    worth = PointsWorth(found.id, data.points_per_minor)

    async def ask(tx: Tx) -> PointsWorth:
        await api.put_points_worth(tx, worths=[worth])
        return worth

    return await door.write(ask)


routes: list[Any] = [issue_card, look_up_card, set_card_state, show_wallet, grant, keep_card, put_worth]

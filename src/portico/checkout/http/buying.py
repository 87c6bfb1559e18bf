"""Buying at once over HTTP."""

from collections.abc import Sequence

import msgspec
from litestar import post

from portico.business.api import Directories, Directory
from portico.business.types import LocationId
from portico.carts.access import market_id_of, owner_of
from portico.catalog.types import VariantId
from portico.checkout import buying
from portico.checkout.types import Buy, BuyLine
from portico.customers import api as customers
from portico.orders import views as order_views
from portico.orders.types import Buyer, Method, Term
from portico.orders.views import OrderView
from portico.payments import instruments
from portico.payments.instruments import CashTendered, Instrument
from portico.payments.types import Own, Tender, is_own
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, Refused
from portico.pricing.types import LineItemId

BUYER_LENGTH_MAX = 200


class PurchaseLine(msgspec.Struct, frozen=True):
    """So many of a variant, taken along at a location or fetched there."""

    variant_id: VariantId
    location_id: LocationId
    quantity: int = 1
    method: Method = Method.COLLECT


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """What she wants, who she is, and how it is paid. `expected_total` is what she was shown; another total is refused."""

    lines: list[PurchaseLine]
    market: str | None = None
    buyer: Buyer = Buyer()
    payment_term: Term = Term.NOW
    cash: CashTendered | None = None
    instruments: list[Instrument] = []
    expected_total: int | None = None


Asked = tuple[Buy, Directory, str]


async def buy_and_show(tx: Tx, asks: Sequence[Asked]) -> list[OrderView | Refused]:
    """The hot command behind `POST /v1/purchases`: buy for many, show each."""
    directory, public_url = asks[-1][1], asks[-1][2]
    bought = await buying.buy(tx, asks=[ask for ask, _, _ in asks], directory=directory)
    return await order_views.shown(tx, bought, [ask.language for ask, _, _ in asks], directory, public_url)


@post("/v1/purchases", status_code=201)
async def purchase(door: Door, data: Purchase) -> Answered[OrderView]:
    """Buy at once: what a basket, its checkout and its completion would come to, in one step; all of it, or a refusal that says
    why. What is sent comes out of a promise, and goes through a checkout."""
    directory = await door.shared(Directories)()
    if not data.lines:
        raise Invalid(errors=[{"field": "lines", "message": "1..100"}])
    if any(one.method.sent for one in data.lines):
        raise Invalid(errors=[{"field": "lines.method", "message": "carry_out, collect, drive_up"}])
    if data.payment_term is Term.SETTLED_ELSEWHERE:
        raise Invalid(errors=[{"field": "payment_term", "message": "now, on_collection"}])
    if max(map(len, msgspec.structs.astuple(data.buyer))) > BUYER_LENGTH_MAX:
        raise Invalid(errors=[{"field": "buyer", "message": f"<= {BUYER_LENGTH_MAX}"}])
    owner = owner_of(await door.known())
    if door.principal.kind in (Kind.STAFF, Kind.CLIENT):
        door.principal.require("checkout.write", at=door.principal.location_id)
    ask = Buy(
        market_id=market_id_of(door, directory, data.market),
        lines=tuple(BuyLine(LineItemId.new(), *msgspec.structs.astuple(one)) for one in data.lines),
        by=door.hand,
        language=door.language,
        buyer=_reachable(data.buyer),
        term=data.payment_term,
        tenders=_own(instruments.read(door, data.instruments, cash=data.cash)),
        expected_total=data.expected_total,
        customer_id=owner.customer_id,
        guest_id=owner.guest_id,
        may_hand_over=lambda location_id: door.principal.may("orders.hand_over", at=location_id.uuid),
    )
    await instruments.guard(door, data.instruments)
    return await door.hot(buy_and_show, (ask, directory, door.platform.public_url), status=201)


def _own(tenders: tuple[Tender, ...]) -> tuple[Tender, ...]:
    """Refuses Invalid where a provider would have to be asked: that takes a checkout."""
    if any(not is_own(one.handler) for one in tenders):
        raise Invalid(errors=[{"field": "instruments", "message": ", ".join(Own)}])
    return tenders


def _reachable(buyer: Buyer) -> Buyer:
    """Refuses BadEmail, BadPhone."""
    return msgspec.structs.replace(
        buyer,
        email=customers.email(buyer.email) if buyer.email.strip() else "",
        phone=customers.phone(buyer.phone) if buyer.phone.strip() else "",
    )


routes = [purchase]

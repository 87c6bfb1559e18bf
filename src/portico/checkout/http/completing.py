"""Completing checkouts over HTTP: at once with tenders of our own, step by step where a provider is asked."""

from collections.abc import Sequence

import msgspec
from litestar import post
from litestar.openapi.datastructures import ResponseSpec

from portico.business.api import Directories, Directory
from portico.carts.access import may_touch
from portico.checkout import api, completing
from portico.checkout.http.editing import CheckoutView, show
from portico.checkout.types import (
    CheckoutId,
    Complete,
)
from portico.orders import views as order_views
from portico.orders.views import OrderView
from portico.payments import instruments
from portico.payments.instruments import CashTendered, Instrument
from portico.payments.ports import Providers
from portico.platform.auth.types import Principal
from portico.platform.db import Tx
from portico.platform.http import Answered, Door, Step
from portico.platform.refusals import Invalid, Refused

RETURN_URL_LENGTH_MAX = 2000


class Completion(msgspec.Struct, frozen=True):
    """What it is paid with: cash on the counter, or `instruments`, all of them or none. `return_url` is where the buyer comes back
    to after having proven who she is; only a page of ours or of the origin that asks."""

    cash: CashTendered | None = None
    expected_total: int | None = None
    instruments: list[Instrument] = []
    return_url: str = ""


Asked = tuple[Complete, Principal, Directory, str]


async def complete_and_show(tx: Tx, asks: Sequence[Asked]) -> list[OrderView | Refused]:
    """The hot command behind completing: many at once, each judged by whose it is, each shown."""
    directory, public_url = asks[-1][2], asks[-1][3]
    refused = await _strangers(tx, asks)
    allowed = [ask for i, ask in enumerate(asks) if i not in refused]
    completed = await api.complete(tx, asks=[one for one, _, _, _ in allowed], directory=directory) if allowed else []
    languages = [one.language for one, _, _, _ in allowed]
    views = iter(await order_views.shown(tx, completed, languages, directory, public_url))
    return [refused[i] if i in refused else next(views) for i in range(len(asks))]


async def _strangers(tx: Tx, asks: Sequence[Asked]) -> dict[int, Refused]:
    """Which of the asks, by their places, are for a checkout that is not the asker's."""
    owners = await api.owners(tx, ids=[one.checkout_id for one, _, _, _ in asks])
    refused: dict[int, Refused] = {}
    for i, (one, principal, _, _) in enumerate(asks):
        if one.checkout_id in owners:
            try:
                may_touch(principal, owners[one.checkout_id], permission="checkout.write", asked=one.checkout_id)
            except Refused as stranger:
                refused[i] = stranger
    return refused


@post(
    "/v1/checkouts/{checkout_id:str}/complete",
    status_code=201,
    responses={202: ResponseSpec(CheckoutView, description="The buyer has still something to do: see `actions`.")},
)
async def complete_checkout(door: Door, checkout_id: CheckoutId, data: Completion) -> Answered[OrderView]:
    """Turn a checkout into an order: all of it, or a refusal that says why.

    With a provider among the instruments it may take more than one call: 202 says what the buyer has to do first, and
    `payments.in_progress` that nobody knows yet. The same call again goes on from there.
    """
    directory = await door.shared(Directories)()
    ask = Complete(
        checkout_id=checkout_id,
        by=door.hand,
        language=door.language,
        tenders=instruments.read(door, data.instruments, cash=data.cash),
        expected_total=data.expected_total,
        may_hand_over=lambda location_id: door.principal.may("orders.hand_over", at=location_id.uuid),
    )
    await instruments.guard(door, data.instruments)
    if not completing.with_provider(ask.tenders):
        return await door.hot(complete_and_show, (ask, door.principal, directory, door.platform.public_url), status=201)
    if data.return_url and not data.return_url.startswith(f"{door.platform.public_url}/"):
        raise Invalid(errors=[{"field": "return_url", "message": door.platform.public_url}])

    async def work() -> Step:
        async with door.database.read() as tx:
            _, cart = await api.checkout(tx, checkout_id=checkout_id)
            may_touch(door.principal, cart, permission="checkout.write", asked=checkout_id)
        done = await completing.complete(
            door.database,
            door.shared(Providers),
            ask=ask,
            directory=directory,
            return_url=data.return_url[:RETURN_URL_LENGTH_MAX],
        )
        async with door.database.read() as tx:
            if isinstance(done, completing.Proof):
                found, cart = await api.checkout(tx, checkout_id=checkout_id)
                return Step(await show(door, directory, tx, found, cart), status=202, final=False)
            (view,) = await order_views.show(
                tx, orders=[done], directory=directory, languages=[door.language], public_url=door.platform.public_url
            )
            return Step(view, status=201)

    return await door.stepwise(work)


routes = [complete_checkout]

"""Paying for an order by its link: whoever holds it may, once, as long as something is due and the link is good."""

from typing import Any

import msgspec
from litestar import Response, get, post

from portico.channels.shop import cards, forms
from portico.channels.shop.page import page, see, sentence
from portico.channels.shop.visit import Visit, visit
from portico.orders import api
from portico.orders.types import NotPayable, Order, Payable
from portico.payments import api as payments
from portico.payments.ports import Providers
from portico.payments.types import Declined, InProgress, NothingDue
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Refused


class LinkedLine(msgspec.Struct, frozen=True):
    title: str
    quantity: str


class LinkedPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be paid, or why nothing is: `payable` says which. `paying` is what a provider was asked already."""

    token: str
    label: str
    payable: Payable
    said: str
    due: str
    lines: tuple[LinkedLine, ...]
    until: str
    card: cards.CardView | None
    paying: cards.Paying | None


@get("/orders/{token:str}/pay", include_in_schema=False)
async def show(door: Door, token: str) -> Response[Any]:
    return await _shown(await visit(door), token)


@post("/orders/{token:str}/pay", include_in_schema=False)
async def pay(door: Door, token: str) -> Response[Any]:
    """Pay what is due by card, or go on with what was begun; `stop`: she would rather pay otherwise. No person is needed for it."""
    here, typed = await visit(door), await forms.read(door)
    async with door.database.read() as tx:
        found = await api.by_link(tx, token=forms.clean(token))
        begun = await api.under_way(tx, order_id=found.head.id)
    looked = see(f"/orders/{found.head.link_token}/pay")
    given, provider = cards.tender(here, typed), cards.in_browser(here)
    try:
        if typed.get("stop") == "1":
            async with door.database.transaction() as tx:
                await api.give_up_paying(tx, order_id=found.head.id, by=door.hand)
            return looked
        if provider is None or (given is None and not begun):
            return await _shown(here, token, error=here.say("shop.card.none"), status=409)
        if not begun:
            async with door.database.read() as tx:
                await api.refuse_unpayable(tx, order_id=found.head.id)
        await api.pay_by_provider(
            door.database, door.shared(Providers), order_id=found.head.id, handler=provider.handler,
            credential=given.credential if given else "", by=door.hand,
        )  # fmt: skip
    except Declined as declined:
        return await _shown(here, token, error=cards.why(here, declined.error), status=declined.status)
    except (InProgress, NothingDue, NotPayable):
        return looked  # which says so
    except Refused as refused:
        return await _shown(here, token, error=sentence(refused, here.language), status=refused.status)
    return looked


async def _shown(here: Visit, token: str, *, error: str = "", status: int = 200) -> Response[str]:
    async with here.door.database.read() as tx:
        found = await api.by_link(tx, token=forms.clean(token))
        view = await _view(here, tx, found, error)
    title = here.say("shop.pay.title", label=found.head.label)
    policy = cards.policy_of(here) if view.card or view.paying else None
    return await page(here, "pay.html", title=title, status=status, noindex=True, policy=policy, view=view)


async def _view(here: Visit, tx: Tx, found: Order, error: str) -> LinkedPage:
    head, words = found.head, msgspec.structs.replace(here.words, currency=found.head.currency)
    requests = await api.asked(tx, order_id=head.id)
    begun = [one for one in await api.under_way(tx, order_id=head.id) if not one.details.get("hosted")]
    payable = api.payable(head, requests, at=tx.now)
    if not error and payable is Payable.OPEN and not begun:
        declined = await payments.declined(tx, reference=head.id)
        error = cards.why(here, declined) if declined is not None else ""
    amount = words.money(sum(one.amount for one in begun))
    paying = cards.paying(here, begun, action=f"/orders/{head.link_token}/pay", amount=amount) if begun else None
    takes = payable is Payable.OPEN and not paying
    return LinkedPage(
        token=head.link_token,
        label=head.label,
        payable=payable,
        said="" if payable is Payable.OPEN else here.say(f"shop.pay.{payable}", amount=words.money(head.due)),
        due=words.money(head.due),
        lines=tuple(
            LinkedLine(one.title, words.quantity(one.agreed, scale=one.scale, unit=one.unit))
            for one in found.lines
            if one.agreed
        ),
        until=words.moment(requests[-1].expires_at, here.zone) if requests and takes else "",
        card=cards.view(here, chosen=True, error=error, missing="missing_link") if takes else None,
        paying=paying,
    )


routes: list[Any] = [show, pay]

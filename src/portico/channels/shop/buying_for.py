"""For whom a basket is bought: herself or a company, on its account and to its places."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, post

from portico.carts import api as carts
from portico.carts.types import Cart
from portico.carts.views import CartView
from portico.channels.shop import basket, details, forms
from portico.channels.shop.page import Choice, see, sentence
from portico.channels.shop.visit import Visit, my_cart, visit
from portico.companies import api as companies
from portico.companies.types import Buyer, Company, CompanyId, Delivery
from portico.identity import api as identity
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Refused


class BuyingFor(msgspec.Struct, frozen=True):
    """For whom a basket may be bought, and for whom it is."""

    options: tuple[Choice, ...]
    chosen: bool
    po_number: str
    po_needed: bool


class OnAccount(msgspec.Struct, frozen=True):
    """Paying on a company's account, as the checkout offers it."""

    title: str
    text: str
    chosen: bool


async def mine(here: Visit, tx: Tx) -> list[tuple[Company, Buyer]]:
    """The companies that she buys for."""
    who = here.asker.customer_id
    return await companies.of_customers(tx, customer_ids=await identity.own_records(tx, id=who)) if who else []


async def offered(here: Visit, tx: Tx, view: CartView) -> BuyingFor | None:
    """Nothing for whoever buys for no company: the basket is as it always was. Whoever did, and has one for it still, buys for herself."""
    hers = await mine(here, tx)
    if not hers and not view.company:
        return None
    chosen = next((one for one, _ in hers if view.company and one.id == view.company.id), None)
    options = [Choice("", here.say("shop.company.herself"), chosen is None)]
    options += [Choice(str(one.id), one.name, one is chosen) for one, _ in hers]
    return BuyingFor(
        tuple(options),
        view.company is not None,
        view.po_number if chosen else "",
        chosen is not None and chosen.policy.po_needed,
    )


async def _bought_for(here: Visit, tx: Tx, cart: Cart) -> Company | None:
    """The company that a basket is for, while she buys for it."""
    if cart.head.company_id is None:
        return None
    return next((one for one, _ in await mine(here, tx) if one.id == cart.head.company_id), None)


async def on_account(here: Visit, tx: Tx, cart: Cart, *, chosen: str) -> OnAccount | None:
    """What the checkout offers where the basket is a company's that may owe something."""
    company = await _bought_for(here, tx, cart)
    if company is None:
        return None
    owed = await companies.owed_in(tx, company=company, currency=here.market.currency)
    if not owed.limit:
        return None
    left = here.words.money(owed.left)
    return OnAccount(
        here.say("shop.company.on_account", company=company.name),
        here.say("shop.company.on_account_text", amount=left, days=company.terms_days),
        chosen in ("", "account"),
    )


async def places(here: Visit, tx: Tx, cart: Cart) -> tuple[Delivery, ...]:
    """Where the company that a basket is for has goods sent, in this market's country."""
    company = await _bought_for(here, tx, cart)
    if company is None:
        return ()
    known = (*company.deliveries, Delivery(company.name, company.billing))
    return tuple(one for one in known if one.address.address_country == here.market.country and one.address.postal_code)


def at(found: Sequence[Delivery], postal: str) -> dict[str, str]:
    """The address of the first of them that has a postal code, as the form asks for it."""
    there = (one.address for one in found if one.address.postal_code == postal)
    return next(({name: getattr(one, name) for name in details.ADDRESS} for one in there), {})


@post("/basket/company", include_in_schema=False)
async def choose(door: Door) -> Response[Any]:
    """For whom the basket is bought. Another company than hers is not found."""
    here, typed = await visit(door), await forms.read(door)
    who = here.asker.customer_id
    async with door.database.transaction() as tx:
        cart = await my_cart(here, tx)
        if cart is None or who is None:
            return see("/basket")
        id = forms.parsed(CompanyId, text) if (text := typed.get("company", "")) else None
        try:
            if id:
                await companies.may_buy(tx, company_id=id, customer_id=who, market_id=here.market.id, proven_only=True)
            await carts.set_company(
                tx, cart_id=cart.head.id, company_id=id, po_number=typed.get("po_number", ""), by=door.hand
            )
        except Refused as refused:
            return await basket.again(here, problem=sentence(refused, here.language), status=refused.status)
    return see("/basket")


routes: list[Any] = [choose]

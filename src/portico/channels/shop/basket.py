"""The basket: what is in it, changing it, and the code by which it goes on elsewhere."""

from datetime import datetime
from typing import Any

import msgspec
import segno
from litestar import Response, get, post
from markupsafe import Markup

from portico.carts import api as carts
from portico.carts import views as cart_views
from portico.carts.access import owner_of
from portico.carts.types import Cart, Edit
from portico.carts.views import NOT_YET, Brought, CartLineView, CartView, CouponView
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.channels.shop import buying_for, forms, glance, item, totals
from portico.channels.shop.glance import Glance
from portico.channels.shop.page import fragment, page, see, sentence
from portico.channels.shop.totals import TotalRow
from portico.channels.shop.visit import Visit, my_cart, visit
from portico.channels.shop.whereabouts import whereabouts
from portico.channels.shop.words import read_quantity
from portico.fulfillment.types import Way
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import NotFound, Refused
from portico.pricing import api as pricing
from portico.pricing import guarding
from portico.pricing.types import LineItemId


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the basket. `signature` differs whenever it reads differently; `warning` is what stands in its way."""

    id: str
    title: str
    href: str
    image_url: str
    options: str
    added: str
    typed: str
    scale: int
    unit: str
    step_down: str
    step_up: str
    unit_price: str
    amount: str
    warning: str
    signature: str
    before: str = ""
    off: tuple[tuple[str, str], ...] = ()


class CouponRow(msgspec.Struct, frozen=True):
    """A coupon of the basket; `problem`: why nothing is off by it."""

    code: str
    title: str
    problem: str


class GiftRow(msgspec.Struct, frozen=True):
    variant_id: str
    title: str
    text: str
    quantity: str


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """`problem` is about the line `problem_line`; `typed` is what was typed there."""

    cart_id: str
    version: int
    lines: tuple[LineRow, ...]
    totals: tuple[TotalRow, ...]
    count: str
    quantity_count: int
    news: str
    sellable: bool
    problem: str
    problem_line: str
    glance: Glance | None = None
    saved: str = ""
    carriage: str = ""
    coupons: tuple[CouponRow, ...] = ()
    gifts: tuple[GiftRow, ...] = ()
    coupon_typed: str = ""
    coupon_problem: str = ""
    buying_for: "buying_for.BuyingFor | None" = None


class HandOver(msgspec.Struct, frozen=True):
    code: str
    qr: Markup
    until: str
    cart_id: str


def qr(text: str) -> Markup:
    """A QR code as inline SVG; error correction M survives a scratched screen."""
    return Markup(segno.make(text, error="m").svg_inline(scale=4, border=2, omitsize=True))


async def shown(here: Visit, tx: Tx, cart: Cart, brought: Brought = NOT_YET) -> CartView:
    return await cart_views.show(
        tx, cart=cart, directory=here.directory, language=here.language, by=here.door.hand, brought=brought
    )


def total_rows(here: Visit, view: CartView) -> tuple[TotalRow, ...]:
    return totals.total_rows(
        here, view.totals, view.lines, taxes_included=view.taxes_included, carriage=view.carriage
    )  # fmt: skip


def line_row(here: Visit, one: CartLineView) -> LineRow:
    variant, words = one.variant, here.words
    foreign = one.added_via is not None and one.added_via.kind in ("pos", "desk")
    warning = ""
    if one.unit_price is None:
        warning = here.say("shop.basket.no_price")
    elif one.available < one.quantity:
        free = words.quantity(max(0, one.available), scale=one.scale, unit=one.unit)
        warning = here.say("shop.basket.only", quantity=free) if one.available > 0 else here.say("shop.basket.sold_out")
    typed = words.typed(one.quantity, one.scale)
    amount = words.money(one.gross)
    step = 10 ** max(0, one.scale - 1)  # a tenth of what is sold by weight or length
    return LineRow(
        id=str(one.id),
        title=variant.item_title,
        href=f"/items/{variant.item_slug}?v={variant.public_id}",
        image_url=variant.image_url or "",
        options=", ".join(variant.options.values()),
        added=here.say("shop.basket.added_via", channel=here.channel_of_kind(one.added_via.kind, one.added_via.name))
        if foreign and one.added_via
        else "",
        typed=typed,
        scale=one.scale,
        unit=words.unit(one.unit),
        step_down=words.typed(max(0, one.quantity - step), one.scale),
        step_up=words.typed(one.quantity + step, one.scale),
        unit_price=words.price(one.unit_price, unit=one.unit),
        amount=amount if one.unit_price is not None else "",
        warning=warning,
        signature=f"{variant.id}/{one.quantity}/{one.gross}",
        before=words.money(one.gross + sum(each.amount for each in one.discounts))
        if one.discounts and here.market.taxes_included
        else "",
        off=tuple((each.title, words.money(-each.amount)) for each in one.discounts),
    )


def _basket(here: Visit, view: CartView | None, *, problem: str = "", line_id: str = "", typed: str = "") -> Basket:
    if view is None:
        return Basket(
            cart_id="",
            version=0,
            lines=(),
            totals=(),
            count="",
            quantity_count=0,
            news="",
            sellable=False,
            problem=problem,
            problem_line="",
        )
    rows = [line_row(here, one) for one in view.lines]
    if typed:
        rows = [msgspec.structs.replace(one, typed=typed) if one.id == line_id else one for one in rows]
    return Basket(
        cart_id=str(view.id),
        version=view.version,
        lines=tuple(rows),
        totals=total_rows(here, view),
        count=here.say("shop.items", count=view.quantity_count),
        quantity_count=view.quantity_count,
        news=_news(here, view),
        sellable=all(one.unit_price is not None for one in view.lines),
        problem=problem,
        problem_line=line_id if any(one.id == line_id for one in rows) else "",
        saved=here.say("shop.basket.saved", amount=here.words.money(view.saved)) if view.saved else "",
        coupons=tuple(_coupon(here, one) for one in view.coupons),
        gifts=tuple(
            GiftRow(
                str(one.variant.id),
                one.variant.title,
                here.say("shop.basket.gift", title=one.title),
                here.words.typed(one.quantity, 0),
            )
            for one in view.gifts
        ),
    )


def _coupon(here: Visit, one: CouponView) -> CouponRow:
    why = one.why or ("" if one.applied else "waits" if one.waits else "not_here")
    return CouponRow(one.code, one.title, here.say(f"shop.coupon.{why}") if why else "")


def _news(here: Visit, view: CartView) -> str:
    """Who else has just been at the basket."""
    last = view.last_change
    if last is None or last.channel is None or last.channel.kind not in ("pos", "desk") or not view.lines:
        return ""
    channel = here.channel_of_kind(last.channel.kind, last.channel.name)
    return here.say("shop.basket.news", channel=channel, time=here.words.moment(last.at, here.zone))


async def _page(
    here: Visit, *, problem: str = "", line_id: str = "", typed: str = "", status: int = 200, alone: bool = False,
    coupon: tuple[str, str] = ("", ""),
) -> Response[str]:  # fmt: skip
    async with here.door.database.read() as tx:
        cart = await my_cart(here, tx)
        view = await shown(here, tx, cart) if cart else None
        seen = await _seen(here, tx, view) if view else None
        carriage = await _carriage(here, tx, cart, view) if cart and view and view.lines else ""
        bought_for = await buying_for.offered(here, tx, view) if view and view.lines else None
    made = msgspec.structs.replace(
        _basket(here, view, problem=problem, line_id=line_id, typed=typed), glance=seen, coupon_typed=coupon[0],
        coupon_problem=coupon[1], buying_for=bought_for, carriage=carriage,
    )  # fmt: skip
    if alone:
        return fragment(here, "_basket.html", made)
    title = here.say("shop.basket.title")
    return await page(here, "basket.html", title=title, status=status, noindex=True, view=made)


async def _carriage(here: Visit, tx: Tx, cart: Cart, view: CartView) -> str:
    """What having it sent home would cost as the basket is, and how little is missing for it to be free; nothing where nothing is charged."""
    if not await pricing.carriage.charged(tx, market_id=here.market.id):
        return ""
    _, (quoted,) = await cart_views.price_ways(
        tx, cart=cart, market=here.market, directory=here.directory, language=here.language, by=here.door.hand,
        ways=[Brought((Way.SHIP,))],
    )  # fmt: skip
    return totals.carriage_told(here, quoted.carriage, taxes_included=view.taxes_included)


async def again(here: Visit, *, problem: str, status: int) -> Response[str]:
    """The basket as it is, with a word on what could not be done."""
    return await _page(here, problem=problem, status=status)


async def _seen(here: Visit, tx: Tx, view: CartView) -> Glance | None:
    """How soon all of it can be had; nothing where it cannot be bought."""
    if not view.lines or any(one.unit_price is None for one in view.lines):
        return None
    lines = [(one.variant.id, one.quantity) for one in view.lines]
    return await glance.of_lines(here, tx, lines, await whereabouts(here, tx))


@get("/basket", include_in_schema=False)
async def basket(door: Door) -> Response[str]:
    """The basket; with `?fragment=1` its region alone, for the script that keeps it current."""
    return await _page(await visit(door), alone=door.request.query_params.get("fragment") == "1")


@post("/basket/lines", include_in_schema=False)
async def add(door: Door) -> Response[Any]:
    """Put something in. Only now does a browser that nobody knows become a guest's."""
    here, fields = await visit(door), await forms.read(door)
    variant_id = _variant_id(fields.get("variant_id", ""))
    async with door.database.read() as tx:
        variant = (await catalog.variants(tx, ids=[variant_id], language=here.language)).get(variant_id)
    if variant is None:
        raise NotFound(what="variant", id=str(variant_id))
    typed = fields.get("quantity") or "1"
    quantity = read_quantity(typed, variant.scale)
    if not quantity:
        problem = here.say("shop.quantity.bad")
        return await item.show(
            here, variant.item_slug, chosen=variant.public_id, typed=typed, problem=problem, status=422
        )
    owner = owner_of(await door.known())
    try:
        async with door.database.transaction() as tx:
            cart = await carts.create(tx, market_id=here.market.id, owner=owner, by=door.hand)
            added = await carts.edit(
                tx, edit=Edit(cart_id=cart.head.id, by=door.hand, variant_id=variant_id, quantity=quantity)
            )
            await shown(here, tx, added)  # what cannot be added up is not put in
    except Refused as refused:
        door.cookies.clear()  # nothing came of it: nobody is to be known again for it
        return await item.show(
            here, variant.item_slug, chosen=variant.public_id, typed=typed, problem=sentence(refused, here.language),
            status=refused.status,
        )  # fmt: skip
    return see("/basket")


def _variant_id(text: str) -> VariantId:
    try:
        return VariantId.parse(text)
    except ValueError:
        raise NotFound(what="variant", id=text[:100]) from None


@post("/basket/lines/{line:str}", include_in_schema=False)
async def change(door: Door, line: str) -> Response[Any]:
    """Set a line's quantity: what was typed, or what the pressed button says. 0 takes it out."""
    here, fields = await visit(door), await forms.read(door)
    async with door.database.read() as tx:
        cart = await my_cart(here, tx)
        scales = await catalog.variants(tx, ids=[one.variant_id for one in cart.lines]) if cart else {}
    found = next((one for one in cart.lines if str(one.id) == line), None) if cart else None
    if cart is None or found is None:
        return await _page(here, problem=here.say("shop.basket.line_gone"), status=404)
    typed = fields.get("set") or fields.get("quantity", "")
    quantity = read_quantity(typed, scales[found.variant_id].scale)
    if quantity is None:
        return await _page(here, problem=here.say("shop.quantity.bad"), line_id=line, typed=typed, status=422)
    try:
        async with door.database.transaction() as tx:
            edit = Edit(cart_id=cart.head.id, by=door.hand, line_id=LineItemId.parse(line), quantity=quantity)
            await shown(here, tx, await carts.edit(tx, edit=edit))
    except Refused as refused:
        problem = sentence(refused, here.language)
        return await _page(here, problem=problem, line_id=line, typed=typed, status=refused.status)
    return see("/basket")


@post("/basket/coupons", include_in_schema=False)
async def add_coupon(door: Door) -> Response[Any]:
    """Put a coupon in."""
    here, fields = await visit(door), await forms.read(door)
    typed = fields.get("code", "")[:60]
    async with door.database.read() as tx:
        cart = await my_cart(here, tx)
    if cart is None:
        return see("/basket")
    try:
        await guarding.check(door.database, codes=[typed], asker=door.principal, address=door.address)
        async with door.database.transaction() as tx:
            await carts.add_coupon(tx, cart_id=cart.head.id, code=typed, by=door.hand)
    except Refused as refused:
        return await _page(here, coupon=(typed, sentence(refused, here.language)), status=refused.status)
    return see("/basket")


@post("/basket/coupons/{code:str}/remove", include_in_schema=False)
async def remove_coupon(door: Door, code: str) -> Response[Any]:
    """Take a coupon out again."""
    here = await visit(door)
    async with door.database.read() as tx:
        cart = await my_cart(here, tx)
    if cart is not None:
        async with door.database.transaction() as tx:
            await carts.remove_coupon(tx, cart_id=cart.head.id, code=code, by=door.hand)
    return see("/basket")


@post("/basket/hand-over", include_in_schema=False)
async def hand_over(door: Door) -> Response[Any]:
    """A code for the till or another screen. It is shown once, here: a secret belongs in no address."""
    here = await visit(door)
    async with door.database.read() as tx:
        cart = await my_cart(here, tx)
    if cart is None or not cart.lines:
        return see("/basket")
    async with door.database.transaction() as tx:
        baton = await carts.pass_baton(tx, cart_id=cart.head.id, secret=door.platform.secret)
    view = HandOver(
        baton.code, qr(f"{door.platform.public_url}/b/{baton.token}"), _clock(here, baton.expires_at), str(cart.head.id)
    )
    return await page(here, "hand_over.html", title=here.say("shop.hand_over.title"), noindex=True, view=view)


def _clock(here: Visit, at: datetime) -> str:
    return here.words.soon(at, here.zone)


@get("/basket/hand-over", include_in_schema=False)
async def hand_over_again(door: Door) -> Response[Any]:
    """Whoever reloads the address of a code that is gone."""
    return see("/basket")


routes: list[Any] = [basket, add, change, add_coupon, remove_coupon, hand_over, hand_over_again]

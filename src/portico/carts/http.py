"""REST routes of carts and batons."""

from datetime import datetime
from typing import Any

import msgspec
import segno
from litestar import Response, delete, get, patch, post, put
from litestar.openapi.datastructures import ResponseSpec

from portico.business.api import Directories, Directory
from portico.business.types import LocationId
from portico.carts import api, views
from portico.carts.access import market_id_of, may_touch, owner_of
from portico.carts.types import Cart, CartId, Edit, OtherMarket, Owner
from portico.carts.views import CartView, ChangeView, WhyView
from portico.catalog.types import VariantId
from portico.companies import api as companies
from portico.companies.types import CompanyId, NotABuyer
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Forbidden, Invalid, SignInNeeded
from portico.pricing import guarding
from portico.pricing.types import LineItemId


class NewCart(msgspec.Struct, frozen=True):
    market_code: str | None = None
    customer_id: CustomerId | None = None


class NewLine(msgspec.Struct, frozen=True):
    variant_id: VariantId
    quantity: int = 1
    parent_id: LineItemId | None = None


class LineEdit(msgspec.Struct, frozen=True):
    quantity: int | None = None
    variant_id: VariantId | None = None


class CouponCode(msgspec.Struct, frozen=True):
    code: str


class OwnerEdit(msgspec.Struct, frozen=True):
    customer_id: CustomerId | None


class CompanyEdit(msgspec.Struct, frozen=True):
    """For which company it is bought, None: for herself; and by which of its purchase orders."""

    company_id: CompanyId | None
    po_number: str = ""


class BatonView(msgspec.Struct, frozen=True):
    code: str
    url: str
    qr_svg: str
    expires_at: datetime


class BatonClaim(msgspec.Struct, frozen=True):
    code: str | None = None
    token: str | None = None


class ChangePage(msgspec.Struct, frozen=True):
    items: tuple[ChangeView, ...]


async def shown(door: Door, directory: Directory, tx: Tx, cart: Cart) -> CartView:
    place = door.principal.location_id
    return await views.show(
        tx,
        cart=cart,
        directory=directory,
        language=door.language,
        by=door.hand,
        location_id=LocationId(place.bytes) if place else None,
    )


@post("/v1/carts", status_code=201)
async def create_cart(door: Door, data: NewCart) -> Answered[CartView]:
    """The asker's cart in a market, new if there is none. For staff: a new one for nobody, or a customer's."""
    directory = await door.shared(Directories)()
    market = directory.market_by_id(market_id_of(door, directory, data.market_code))
    owner = owner_of(await door.known())
    if owner == Owner():
        door.principal.require("carts.write", at=door.principal.location_id)
        owner = Owner(customer_id=data.customer_id)

    async def ask(tx: Tx) -> CartView:
        if data.customer_id and owner.customer_id == data.customer_id:
            await customers.customer(tx, id=data.customer_id)
        return await shown(door, directory, tx, await api.create(tx, market_id=market.id, owner=owner, by=door.hand))

    return await door.write(ask, status=201)


@get("/v1/carts/current", responses={204: ResponseSpec(None, description="The asker has no cart.")})
async def show_current_cart(door: Door, market: str | None = None) -> Answered[CartView]:
    """The asker's own cart; 204 if there is none."""
    directory = await door.shared(Directories)()
    market_id = market_id_of(door, directory, market)

    async def ask(tx: Tx) -> CartView | None:
        found = await api.current(tx, market_id=market_id, owner=owner_of(door.principal))
        return await shown(door, directory, tx, found) if found else None

    return await door.read(ask)


@get("/v1/carts/{cart_id:str}")
async def show_cart(door: Door, cart_id: CartId) -> Answered[CartView]:
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CartView:
        found = await api.cart(tx, cart_id=cart_id)
        may_touch(door.principal, found, permission="carts.read")
        door.shows("basket", [found.head.customer_id])
        return await shown(door, directory, tx, found)

    return await door.read(ask)


async def _edited(door: Door, edit: Edit) -> Response[Any]:
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CartView:
        may_touch(door.principal, await api.cart(tx, cart_id=edit.cart_id), permission="carts.write")
        return await shown(door, directory, tx, await api.edit(tx, edit=edit))

    return await door.write(ask)


@post("/v1/carts/{cart_id:str}/lines", status_code=200)
async def add_line(door: Door, cart_id: CartId, data: NewLine) -> Answered[CartView]:
    """Add a variant; what is in the cart already becomes more."""
    return await _edited(
        door,
        Edit(
            cart_id=cart_id, by=door.hand, variant_id=data.variant_id, quantity=data.quantity, parent_id=data.parent_id
        ),
    )


@patch("/v1/carts/{cart_id:str}/lines/{line_id:str}")
async def edit_line(door: Door, cart_id: CartId, line_id: LineItemId, data: LineEdit) -> Answered[CartView]:
    """Set a line's quantity (0 removes it) or swap its variant; the line keeps its id."""
    if data.quantity is None and data.variant_id is None:
        raise Invalid(errors=[{"field": "quantity", "message": "quantity, variant_id"}])
    return await _edited(
        door,
        Edit(cart_id=cart_id, by=door.hand, line_id=line_id, variant_id=data.variant_id, quantity=data.quantity),
    )


@delete("/v1/carts/{cart_id:str}/lines/{line_id:str}", status_code=200)
async def remove_line(door: Door, cart_id: CartId, line_id: LineItemId) -> Answered[CartView]:
    return await _edited(door, Edit(cart_id=cart_id, by=door.hand, line_id=line_id, quantity=0))


@post("/v1/carts/{cart_id:str}/coupons", status_code=200)
async def add_coupon(door: Door, cart_id: CartId, data: CouponCode) -> Answered[CartView]:
    """Put a coupon into a cart. What it takes off shows on the lines. Who tries wrong ones again and again has to wait."""
    directory = await door.shared(Directories)()
    await guarding.check(door.database, codes=[data.code], asker=door.principal, address=door.address)

    async def ask(tx: Tx) -> CartView:
        may_touch(door.principal, await api.cart(tx, cart_id=cart_id), permission="carts.write")
        return await shown(door, directory, tx, await api.add_coupon(tx, cart_id=cart_id, code=data.code, by=door.hand))

    return await door.write(ask)


@delete("/v1/carts/{cart_id:str}/coupons/{code:str}", status_code=200)
async def remove_coupon(door: Door, cart_id: CartId, code: str) -> Answered[CartView]:
    """Take a coupon out of a cart."""
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CartView:
        may_touch(door.principal, await api.cart(tx, cart_id=cart_id), permission="carts.write")
        return await shown(door, directory, tx, await api.remove_coupon(tx, cart_id=cart_id, code=code, by=door.hand))

    return await door.write(ask)


@get("/v1/carts/{cart_id:str}/why")
async def explain_cart(door: Door, cart_id: CartId) -> Answered[WhyView]:
    """Why a cart costs what it does: where each price is from, what is off, and why other promotions are not."""
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> WhyView:
        found = await api.cart(tx, cart_id=cart_id)
        may_touch(door.principal, found, permission="carts.read")
        door.shows("basket", [found.head.customer_id])
        return await views.explain(tx, cart=found, directory=directory, language=door.language, by=door.hand)

    return await door.read(ask)


@put("/v1/carts/{cart_id:str}/customer")
async def set_cart_customer(door: Door, cart_id: CartId, data: OwnerEdit) -> Answered[CartView]:
    """Give a cart to a customer; if she has one already, hers takes in the lines. Needs `carts.write`."""
    door.principal.require("carts.write", at=door.principal.location_id)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CartView:
        if data.customer_id:
            await customers.customer(tx, id=data.customer_id)
        owner = Owner(customer_id=data.customer_id)
        return await shown(door, directory, tx, await api.set_owner(tx, cart_id=cart_id, owner=owner, by=door.hand))

    return await door.write(ask)


@put("/v1/carts/{cart_id:str}/company")
async def set_cart_company(door: Door, cart_id: CartId, data: CompanyEdit) -> Answered[CartView]:
    """Buy for a company, or for herself again. The basket's customer has to be one of its buyers; its prices are the company's."""
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CartView:
        found = await api.cart(tx, cart_id=cart_id)
        may_touch(door.principal, found, permission="carts.write")
        if data.company_id:
            if found.head.customer_id is None:
                raise NotABuyer()
            await companies.may_buy(
                tx, company_id=data.company_id, customer_id=found.head.customer_id, market_id=found.head.market_id,
                proven_only=door.principal.kind is Kind.CUSTOMER,
            )  # fmt: skip
        made = await api.set_company(
            tx, cart_id=cart_id, company_id=data.company_id, po_number=data.po_number, by=door.hand
        )
        return await shown(door, directory, tx, made)

    return await door.write(ask)


@get("/v1/carts/{cart_id:str}/changes")
async def list_changes(door: Door, cart_id: CartId, limit: int = 50) -> Answered[ChangePage]:
    """What was done to a cart, by whom, through which channel; newest first."""
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> ChangePage:
        found = await api.cart(tx, cart_id=cart_id)
        may_touch(door.principal, found, permission="carts.read")
        door.shows("basket", [found.head.customer_id])
        changes = await api.changes(tx, cart_id=cart_id, rows_max=limit)
        market = directory.market_by_id(found.head.market_id)
        made = await views.show_changes(tx, changes=changes, directory=directory, market=market, language=door.language)
        return ChangePage(tuple(made))

    return await door.read(ask)


@post("/v1/carts/{cart_id:str}/batons", status_code=201)
async def pass_baton(door: Door, cart_id: CartId) -> Answered[BatonView]:
    """A code and QR by which the cart is taken over elsewhere, once, within a quarter of an hour."""

    async def ask(tx: Tx) -> BatonView:
        may_touch(door.principal, await api.cart(tx, cart_id=cart_id), permission="carts.write")
        baton = await api.pass_baton(tx, cart_id=cart_id, secret=door.platform.secret)
        url = f"{door.platform.public_url}/b/{baton.token}"
        return BatonView(baton.code, url, _qr_svg(url), baton.expires_at)

    return await door.write(ask, status=201, remember=False)


def _qr_svg(text: str) -> str:
    """A QR code as inline SVG; error correction M survives a scratched screen."""
    return str(segno.make(text, error="m").svg_inline(scale=4, border=2, omitsize=True))


@post("/v1/batons/claim", status_code=200)
async def claim_baton(door: Door, data: BatonClaim) -> Answered[CartView]:
    """Take over the cart that a code or a scanned token stands for; a scanned link may be given as it is."""
    directory = await door.shared(Directories)()
    principal = door.principal
    if principal.kind is Kind.ANONYMOUS:
        raise SignInNeeded()
    if principal.kind is Kind.CLIENT:
        raise Forbidden(permission="carts.write")
    token = data.token.rpartition("/")[2] if data.token else None

    async def ask(tx: Tx) -> CartView:
        if principal.kind is Kind.STAFF:
            principal.require("carts.write", at=principal.location_id)
        taken = await api.claim(
            tx, secret=door.platform.secret, by=door.hand, claimer=owner_of(principal), code=data.code, token=token
        )
        if principal.location_id and directory.location(principal.location_id).market_id != taken.head.market_id:
            raise OtherMarket(market=directory.market_by_id(taken.head.market_id).name)
        return await shown(door, directory, tx, taken)

    return await door.write(ask)


routes = [
    create_cart, show_current_cart, show_cart, add_line, edit_line, remove_line, set_cart_customer, list_changes,
    add_coupon, remove_coupon, set_cart_company, explain_cart, pass_baton, claim_baton,
]  # fmt: skip

"""Two companies with people who buy for them: limits, prices of their own, an invoice that is owed, an order that waits for approval; and
a household."""

from portico.approvals import api as approvals
from portico.business.api import Directory
from portico.business.types import Address, Market
from portico.carts import api as carts
from portico.carts.types import Edit, Owner
from portico.catalog import api as catalog
from portico.catalog.types import Tracking, VariantId
from portico.checkout import api as checkouts
from portico.checkout.types import Choice, Update
from portico.companies import api
from portico.companies.types import Amount, Company, Delivery, Limit, NewCompany, OrderPolicy, Role
from portico.customers.types import CustomerId
from portico.inventory import api as inventory
from portico.orders import api as orders
from portico.orders.types import Allotment, Method, Order, OrderId, PlaceLine, PlaceOrder, Term
from portico.payments.types import Own, Tender
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types import LineItemId
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.lists import ListPrice, ListState, NewPriceList

PLENTY = 8
OWN_SHARE = 0.88  # of the market's own price
# The shopper of the walk buys for nobody: her basket stays as the walk has it.
FIRMS = {
    "es": NewCompany(
        name="Estudio Lago S.L.", tax_id="B58378431", email="compras@lago.example.com", language="es", terms_days=30,
        billing=Address("Calle de Atocha 27", "Madrid", "28012", "ES"),
        deliveries=(Delivery("Taller", Address("Calle del Prado 4", "Madrid", "28014", "ES")),),
        credits=(Amount("EUR", 500_000),), policy=OrderPolicy(approve_above=(Amount("EUR", 100_000),)),
    ),
    "it": NewCompany(
        name="Officina Valle S.r.l.", tax_id="00743110157", email="acquisti@valle.example.com", language="it", terms_days=60,
        billing=Address("Via Torino 12", "Milano", "20123", "IT"), credits=(Amount("EUR", 200_000),),
        policy=OrderPolicy(po_needed=True),
    ),
}  # fmt: skip


async def put(
    tx: Tx, *, directory: Directory, variants: dict[str, VariantId], people: dict[str, list[CustomerId]], by: Hand
) -> int:
    """How many orders were placed for it. Where there are companies already, nothing is done again."""
    if await api.find(tx, rows_max=1):
        return 0
    currencies = frozenset(one.currency for one in directory.markets.values())
    ids = list(variants.values())
    known = await catalog.variants(tx, ids=ids)
    plain = [
        one
        for one in ids
        if known[one].tracking is Tracking.NONE and not known[one].components and not known[one].scale
    ]
    for market in directory.markets.values():
        if market.code not in FIRMS:
            continue
        company = await api.create(tx, new=FIRMS[market.code], currencies=currencies, by=by)
        buyer, approver, admin = people[market.code][1:4]
        for who, role, limits in (
            (buyer, Role.BUYER, (Limit("EUR", 6_000, 60_000),)),
            (approver, Role.APPROVER, ()),
            (admin, Role.ADMIN, ()),
        ):
            await api.put_buyer(
                tx, company_id=company.id, customer_id=who, role=role, limits=limits, currencies=currencies, by=by
            )
        await _put_prices(tx, market, company, plain, by)
        there = await _there(tx, directory, market, plain)
        await _owe(tx, directory, market, company, approver, there, by)
        await _ask(tx, directory, market, company, buyer, there, by)
    await _put_household(tx, people["es"][4:6], by)
    return len(FIRMS)


async def _put_prices(tx: Tx, market: Market, company: Company, plain: list[VariantId], by: Hand) -> None:
    """Everything a little less, for its people alone."""
    own = await pricing.prices(tx, variant_ids=plain, market_ids=[market.id])
    code = f"agreed-{company.number.lower()}"
    new = NewPriceList(
        code=code, titles={"en": f"Agreed with {company.name}"}, state=ListState.LIVE, priority=10,
        conditions=Conditions(companies=(company.number,)),
    )  # fmt: skip
    await pricing.lists.put_list(tx, market_id=market.id, new=new, by=by)
    prices = [ListPrice(variant_id=id, amount=round(one.amount * OWN_SHARE)) for (id, _), one in own.items()]
    await pricing.lists.put_list_prices(tx, market_id=market.id, code=code, prices=prices, by=by)


async def _there(tx: Tx, directory: Directory, market: Market, plain: list[VariantId]) -> list[VariantId]:
    """What its last store has plenty of."""
    store = directory.shops(market.id)[-1]
    levels = await inventory.levels(tx, variant_ids=plain, location_ids=[store.id])
    return [one.variant_id for one in levels if one.on_hand - one.reserved >= PLENTY]


async def _owe(
    tx: Tx, directory: Directory, market: Market, company: Company, who: CustomerId, there: list[VariantId], by: Hand
) -> None:
    """An order on account: its invoice is owed."""
    store = directory.shops(market.id)[-1]
    ask = PlaceOrder(
        order_id=OrderId.new(), market_id=market.id, by=by, occurred_at=tx.now, language=market.language,
        tenders=(Tender(handler=Own.INVOICE),), term=Term.NOW, customer_id=who, company_id=company.id, po_number="PO-1041",
        lines=tuple(PlaceLine(LineItemId.new(), one, (Allotment(Method.COLLECT, store.id, 2),)) for one in there[:2]),
        approved=True,
    )  # fmt: skip
    (order,) = await orders.place(tx, asks=[ask], directory=directory)
    if not isinstance(order, Order):
        raise order


async def _ask(
    tx: Tx, directory: Directory, market: Market, company: Company, who: CustomerId, there: list[VariantId], by: Hand
) -> None:
    """What its buyer may not buy by herself waits for a colleague."""
    store = directory.shops(market.id)[-1]
    made = await carts.create(tx, market_id=market.id, owner=Owner(customer_id=who), by=by)
    for one in there[2:5]:
        await carts.edit(tx, edit=Edit(cart_id=made.head.id, by=by, variant_id=one, quantity=4))
    cart = await carts.set_company(tx, cart_id=made.head.id, company_id=company.id, po_number="PO-1042", by=by)
    opened = await checkouts.open_checkout(tx, cart_id=cart.head.id, by=by, language=market.language, term=Term.NOW)
    choices = tuple(Choice(line.id, Method.COLLECT, store.id) for line in cart.lines)
    await checkouts.update(
        tx,
        checkout_id=opened.head.id,
        update=Update(choices=choices, term=Term.NOW),
        directory=directory,
        by=by,
        hold=False,
    )
    try:
        await approvals.ask(
            tx, checkout_id=opened.head.id, on_account=True, note="", language=market.language, directory=directory, url="",
            by=by,
        )  # fmt: skip
    except Refused as refused:
        if refused.code != "approvals.not_needed":  # where everything the store has is cheap, nothing waits
            raise


async def _put_household(tx: Tx, people: list[CustomerId], by: Hand) -> None:
    first, *others = people
    made = await api.found_household(
        tx, name="Casa Luna", address=Address("Calle de la Luna 3", "Madrid", "28004", "ES"), customer_id=first,
        by_herself=False, by=by,
    )  # fmt: skip
    for one in others:
        await api.join(tx, id=made.household.id, customer_id=one, by_herself=False, by=by)

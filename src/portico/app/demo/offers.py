"""Prices with a reason: a sale, sets, a gift, coupons, a list for one store and one for quantities; one promotion of each kind.

They begin once the demo's orders are placed. What the walk of the README buys is left as it is, so that its sums stay round.
"""

from datetime import timedelta

from portico.app.demo.goods.facts import said
from portico.app.demo.groups import REGULARS
from portico.business.api import Directory
from portico.business.types import Market
from portico.catalog.types import VariantId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.pricing import api as pricing
from portico.pricing.types import Price
from portico.pricing.types.conditions import Conditions, Window
from portico.pricing.types.coupons import NewBatch
from portico.pricing.types.lists import ListPrice, ListState, NewPriceList
from portico.pricing.types.promotions import (
    Bundle,
    BuyGet,
    Caps,
    Gift,
    Minimum,
    OrderPercent,
    Part,
    PercentOff,
    Rule,
    Scope,
    State,
    Tier,
    TierBy,
    Tiers,
)

SINGLE_COUPONS = 500
GIFT_SKU = "STA-"
STORE_PRICE, BULK_FROM, BULK_SHARE = 0.9, 6, 0.85
DAY = 24 * 60


async def put(tx: Tx, *, directory: Directory, variants: dict[str, VariantId], by: Hand) -> None:
    """Lists and promotions of every market, some that run, some that wait."""
    for market in directory.markets.values():
        ids = list(variants.values())
        own = await pricing.prices(tx, variant_ids=ids, market_ids=[market.id])
        prices = {sku: own[id, market.id] for sku, id in variants.items() if (id, market.id) in own}
        await _put_lists(tx, directory, market, prices, by)
        for rule, state in _rules(tx, market, variants):
            if await pricing.promotions.by_code(tx, market_id=market.id, codes=[rule.code]):
                continue
            made = await pricing.promotions.create(tx, market_id=market.id, rule=rule, state=state, by=by)
            if rule.code == "welcome":
                batch = NewBatch(promotion_id=made.id, code=f"WELCOME-{market.code}", uses_max=10_000)
                await pricing.coupons.make(tx, new=batch, by=by)
            if rule.code == "sorry":
                batch = NewBatch(promotion_id=made.id, count=SINGLE_COUPONS, prefix="SORRY-")
                await pricing.coupons.make(tx, new=batch, by=by)


async def _put_lists(tx: Tx, directory: Directory, market: Market, prices: dict[str, Price], by: Hand) -> None:
    shops = directory.shops(market.id)
    outlet = NewPriceList(
        code="outlet",
        titles=said("Outlet corner", "Rincón outlet", "Angolo outlet", "Уголок распродаж"),
        conditions=Conditions(locations=(shops[-1].code,), channels=("pos",)),
        priority=200,
        state=ListState.LIVE,
    )
    corner = [
        ListPrice(variant_id=one.variant_id, amount=round(one.amount * STORE_PRICE))
        for sku, one in prices.items()
        if sku.startswith("STA-")
    ]
    bulk = NewPriceList(
        code="by-the-half-dozen",
        titles=said("From six on", "Desde seis", "Da sei in su", "От шести"),
        priority=100,
        state=ListState.LIVE,
    )
    six = [
        ListPrice(variant_id=one.variant_id, amount=round(one.amount * BULK_SHARE), from_quantity=BULK_FROM)
        for sku, one in prices.items()
        if sku.startswith("GRN-")
    ]
    for new, rows in ((outlet, corner), (bulk, six)):
        await pricing.lists.put_list(tx, market_id=market.id, new=new, by=by)
        if rows:
            await pricing.lists.put_list_prices(tx, market_id=market.id, code=new.code, prices=rows, by=by)


def _rules(tx: Tx, market: Market, variants: dict[str, VariantId]) -> list[tuple[Rule, State]]:
    gift = next(id for sku, id in sorted(variants.items()) if sku.startswith(GIFT_SKU))
    money = 100 if market.currency == "RUB" else 1  # what is a euro there, roughly
    soon = tx.now + timedelta(days=30)
    return [
        (
            Rule(
                code="furniture-20",
                titles=said("Furniture weeks", "Semanas del mueble", "Settimane del mobile", "Недели мебели"),
                benefit=PercentOff(200_000),
                scope=Scope(categories=("furniture",)),
                conditions=Conditions(ends_before=soon),
            ),
            State.LIVE,
        ),
        (
            Rule(
                code="greenery-3-for-2",
                titles=said("3 for 2", "3 por 2", "3 per 2", "3 по цене 2"),
                benefit=BuyGet(2, 1),
                scope=Scope(categories=("greenery",)),
            ),
            State.LIVE,
        ),
        (
            Rule(
                code="desk-set",
                titles=said("Desk set", "Juego de escritorio", "Set da scrivania", "Набор на стол"),
                benefit=Bundle((Part(Scope(categories=("stationery",)), 3),), 2_000 * money),
                conditions=Conditions(channels=("web", "pos")),
            ),
            State.LIVE,
        ),
        (
            Rule(
                code="gift-150",
                titles=said("A gift from 150 on", "Un regalo desde 150", "Un regalo da 150", "Подарок от 150"),
                benefit=Gift(gift),
                minimum=Minimum(amount=15_000 * money),
                caps=Caps(uses=2_000),
            ),
            State.LIVE,
        ),
        (
            Rule(
                code="happy-hour",
                titles=said("Happy hour", "Hora feliz", "Happy hour", "Счастливый час"),
                benefit=Tiers(TierBy.QUANTITY, (Tier(2, PercentOff(50_000)), Tier(4, PercentOff(100_000)))),
                scope=Scope(categories=("greenery",)),
                conditions=Conditions(
                    channels=("pos",),
                    windows=tuple(Window(day * DAY + 17 * 60, day * DAY + 19 * 60) for day in range(5)),
                ),
            ),
            State.LIVE,
        ),
        (
            Rule(
                code="welcome",
                titles=said("Welcome", "Bienvenida", "Benvenuto", "Добро пожаловать"),
                benefit=OrderPercent(100_000),
                needs_code=True,
                minimum=Minimum(amount=3_000 * money),
                caps=Caps(budget=500_000 * money),
            ),
            State.LIVE,
        ),
        (
            Rule(
                code="sorry",
                titles=said("With our apologies", "Con nuestras disculpas", "Con le nostre scuse", "С извинениями"),
                benefit=OrderPercent(150_000),
                needs_code=True,
            ),
            State.LIVE,
        ),
        (
            Rule(
                code="for-regulars",
                titles=said(
                    "For our regulars", "Para clientes habituales", "Per i clienti abituali", "Постоянным покупателям"
                ),
                benefit=PercentOff(100_000),
                scope=Scope(categories=("textiles",)),
                conditions=Conditions(segments=(REGULARS,)),
            ),
            State.LIVE,
        ),
        (
            Rule(
                code="white-weeks",
                titles=said("White weeks", "Semanas blancas", "Settimane bianche", "Белые недели"),
                benefit=PercentOff(300_000),
                scope=Scope(categories=("textiles",)),
                conditions=Conditions(starts_at=soon),
                caps=Caps(budget=2_000_000 * money),
            ),
            State.DRAFT,
        ),
    ]

"""The club of the house: a programme for each market with tiers and rewards, members whose points lapse at different times, vouchers;
and gift cards that are printed, sold, half spent, lapsed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from portico.app.demo import chain
from portico.business.api import Directory
from portico.business.types import Location, Market, Till
from portico.catalog import api as catalog
from portico.catalog.types import MediaKind, NewItem, NewMedia, NewVariant, VariantId
from portico.customers.types import CustomerId
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.loyalty import api as loyalty
from portico.loyalty.types import (
    BurnRule,
    Confirmed,
    EarnRule,
    Earns,
    NewCard,
    Reward,
    RewardKind,
    Terms,
    Tier,
)
from portico.orders import api as orders
from portico.orders.types import Allotment, Method, OrderId, PlaceLine, PlaceOrder, Term
from portico.payments.types import cash
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types import LineItemId, Price, TaxRate
from portico.pricing.types.promotions import Carriage, Rule, State

CARD_SKU, FREE_DELIVERY = "GIFT-CARD", "free-delivery"
UNIT = {
    "EUR": 1,
    "GBP": 1,
    "RUB": 100,
}  # what a point is earned for, in whole units of money; a point is worth a hundredth of it
CARD_WORTH = 50  # units
PRINTED, VALID_MONTHS = 25, {"es": 24, "it": 24, "ru": 36, "gb": 24}
# How long ago members were given points, and how many units of money they are worth: the oldest of them lapse next week.
GIVEN = ((358, 3), (200, 6), (20, 12))
ISSUED = ((800, 30), (410, 50), (150, 20), (40, 100))  # days ago, units
CARD_DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480"><rect width="480" height="480" fill="#efe6da"/>'
    '<rect x="60" y="140" width="360" height="220" rx="18" fill="#0f5c6e"/><path d="M240 140v220" stroke="#e6b566" stroke-width="18"/>'
    '<path d="M240 140c-60-70-120-20-60 0zM240 140c60-70 120-20 60 0z" fill="none" stroke="#e6b566" stroke-width="14"/></svg>'
)
WELCOME = {
    "es": "Bienvenida al club",
    "it": "Benvenuta nel club",
    "ru": "Добро пожаловать в клуб",
    "gb": "Welcome to the club",
}


def said(en: str, es: str, it: str, ru: str) -> dict[str, str]:
    return {"en": en, "es": es, "it": it, "ru": ru}


def terms(market: Market) -> Terms:
    """A point for each unit of money, more in higher tiers; a hundredth of what was spent comes back."""
    unit = 100 * UNIT[market.currency]
    return Terms(
        names=said("House Club", "Club de la Casa", "Club della Casa", "Клуб дома"),
        units=said("points", "puntos", "punti", "баллов"),
        earn=(
            EarnRule(
                code="base", names=said("On what you buy", "Por tus compras", "Sui tuoi acquisti", "За покупки"),
                earns=Earns.SPEND, points=UNIT[market.currency], per_minor=unit,
            ),
            EarnRule(
                code="pantry", names=said("Coffee and tea, twice", "Café y té, doble", "Caffè e tè, doppio", "Кофе и чай вдвойне"),
                earns=Earns.SPEND, points=UNIT[market.currency], per_minor=unit, categories=("pantry",),
            ),
            EarnRule(
                code="web", names=said("First order online", "Primer pedido en la web", "Primo ordine online", "Первый заказ на сайте"),
                earns=Earns.FIRST_ON_CHANNEL, points=50 * UNIT[market.currency], channels=("web",),
            ),
            EarnRule(
                code="birthday", names=said("Your birthday", "Tu cumpleaños", "Il tuo compleanno", "День рождения"),
                earns=Earns.BIRTHDAY, points=100 * UNIT[market.currency],
            ),
            EarnRule(
                code="brought", names=said("A friend of yours", "Una amistad tuya", "Un tuo amico", "Ваш друг"),
                earns=Earns.REFERRER, points=200 * UNIT[market.currency], spend_min=20 * unit,
            ),
            EarnRule(
                code="friend", names=said("By a friend", "De una amistad", "Da un amico", "По приглашению"),
                earns=Earns.FRIEND, points=100 * UNIT[market.currency], spend_min=20 * unit,
            ),
        ),
        burn=BurnRule(share_percent_max=80, points_min=50 * UNIT[market.currency]),
        tiers=(
            Tier(code="home", names=said("Home", "Casa", "Casa", "Дом"), threshold=0),
            Tier(
                code="garden", names=said("Garden", "Jardín", "Giardino", "Сад"), threshold=100 * UNIT[market.currency],
                earn_percent=125,
                benefits=(said("A quarter more points", "Un cuarto más de puntos", "Un quarto di punti in più", "На четверть больше баллов"),),
            ),
            Tier(
                code="manor", names=said("Manor", "Mansión", "Villa", "Усадьба"), threshold=1000 * UNIT[market.currency],
                earn_percent=150,
                benefits=(said("Half as many points again", "La mitad más de puntos", "La metà di punti in più", "В полтора раза больше баллов"),),
            ),
        ),
        rewards=(
            Reward(
                code="five", names=said("A voucher", "Un vale", "Un buono", "Ваучер"), kind=RewardKind.AMOUNT,
                points=500 * UNIT[market.currency], amount=5 * unit, currency=market.currency, valid_days=90,
            ),
            Reward(
                code="twelve", names=said("A bigger voucher", "Un vale mayor", "Un buono più grande", "Ваучер побольше"),
                kind=RewardKind.AMOUNT, points=1000 * UNIT[market.currency], amount=12 * unit, currency=market.currency,
                valid_days=90, tier="garden",
            ),
            Reward(
                code="delivery", names=said("Free delivery", "Envío gratis", "Consegna gratuita", "Бесплатная доставка"),
                kind=RewardKind.DELIVERY, points=300 * UNIT[market.currency], promotion=FREE_DELIVERY,
            ),
        ),
        confirmed=Confirmed.FULFILLED,
        confirm_days=0,
    )  # fmt: skip


async def put(database: Database, *, directory: Directory, people: Mapping[str, Sequence[CustomerId]], by: Hand) -> int:
    """How many orders were placed for it. What lies in the past is put in a transaction of its own time."""
    now = clock.now()
    async with database.transaction(now=now - timedelta(days=max(days for days, _ in GIVEN) + 1)) as tx:
        for market in directory.markets.values():
            await _programme(tx, market, by)
    for days, units in GIVEN:
        async with database.transaction(now=now - timedelta(days=days)) as tx:
            for market in directory.markets.values():
                await _give(tx, market, people[market.code][:4], units, by)
    for days, units in ISSUED:
        async with database.transaction(now=now - timedelta(days=days)) as tx:
            await _issue(tx, directory, units, lapses=days == max(one for one, _ in ISSUED), by=by)
    async with database.transaction() as tx:
        card = await _card_product(tx, directory, by)
        for market in directory.markets.values():
            await _take_rewards(tx, market, people[market.code][0], by)
        return sum([await _sell_cards(tx, directory, market, card, by) for market in directory.markets.values()])


async def _programme(tx: Tx, market: Market, by: Hand) -> None:
    code = f"club-{market.code}"
    titles = said("Free delivery", "Envío gratis", "Consegna gratuita", "Бесплатная доставка")
    free = Rule(code=FREE_DELIVERY, titles=titles, benefit=Carriage(ppm=1_000_000), needs_code=True)
    await pricing.promotions.create(tx, market_id=market.id, rule=free, state=State.LIVE, by=by)
    made = await loyalty.put_programme(
        tx, code=code, market_ids=[market.id], terms=terms(market), currencies=[market.currency], expected=0, by=by
    )
    await loyalty.publish(tx, code=code, expected=made.draft, by=by)
    await loyalty.put_policy(tx, market=market, valid_months=VALID_MONTHS[market.code])


async def _give(tx: Tx, market: Market, people: Sequence[CustomerId], units: int, by: Hand) -> None:
    for i, one in enumerate(people, 1):
        await loyalty.enrol(tx, market_id=market.id, customer_id=one, by=by)
        await loyalty.grant_points(
            tx, customer_id=one, points=100 * units * UNIT[market.currency] // i, reason=WELCOME[market.code],
            reference=str(one), by=by, market_id=market.id,
        )  # fmt: skip


async def _issue(tx: Tx, directory: Directory, units: int, *, lapses: bool, by: Hand) -> None:
    """Cards of another time; the oldest have lapsed by now, and a worker will find that out."""
    ends = tx.now + timedelta(days=730) if lapses else None
    currencies = sorted({one.currency for one in directory.markets.values()})
    new = [
        NewCard(amount=100 * units * UNIT[currency], currency=currency, expires_at=ends)
        for currency in currencies
        for _ in range(3)
    ]
    await loyalty.issue(tx, cards=new, by=by)


async def _take_rewards(tx: Tx, market: Market, who: CustomerId, by: Hand) -> None:
    for reward in ("five", "delivery"):
        await loyalty.take_reward(tx, customer_ids=[who], market_id=market.id, reward=reward, by=by)


async def _card_product(tx: Tx, directory: Directory, by: Hand) -> VariantId:
    """A gift card among the goods: no tax is due before something is bought with it."""
    variant = NewVariant(sku=CARD_SKU, tax_category="gift_card")
    item = NewItem(
        slug="gift-card", titles=said("Gift card", "Tarjeta regalo", "Carta regalo", "Подарочная карта"),
        descriptions=said(
            "A printed card that pays in our stores, online and on the phone.",
            "Una tarjeta impresa que paga en nuestras tiendas, en la web y por teléfono.",
            "Una carta stampata che paga nei nostri negozi, sul sito e al telefono.",
            "Печатная карта: ею платят в магазинах, на сайте и по телефону.",
        ),
        variants=(variant,),
        media=(NewMedia(kind=MediaKind.SVG, content=CARD_DRAWING, alts=said("A card with a bow", "Una tarjeta con un lazo", "Una carta con un fiocco", "Карта с бантом")),),
    )  # fmt: skip
    (answer,) = await catalog.put_items(tx, items=[item], by=by)
    if isinstance(answer, Refused):
        raise answer
    id = answer.variant_ids[CARD_SKU]
    markets = list(directory.markets.values())
    await pricing.put_rates(tx, rates=[TaxRate(one.id, "gift_card", one.country, 0) for one in markets])
    await pricing.put_prices(
        tx, prices=[Price(id, one.id, 100 * CARD_WORTH * UNIT[one.currency], one.currency) for one in markets]
    )
    await inventory.adjust(
        tx,
        adjustments=[
            Adjustment(
                variant_id=id, location_id=place.id, quantity=PRINTED, reason=Reason.RECEIVED, reference="printed",
                by=by, occurred_at=tx.now,
            )
            for one in markets
            for place in directory.stores(one.id)
        ],
    )  # fmt: skip
    await loyalty.put_product(tx, variant_id=id, by_mail=False)
    return id


async def _sell_cards(tx: Tx, directory: Directory, market: Market, card: VariantId, by: Hand) -> int:
    """A box of printed cards at the first store, two of which are sold over the counter."""
    store = directory.shops(market.id)[0]
    till = next(one for one in directory.tills.values() if one.location_id == store.id)
    printed = await loyalty.print_batch(
        tx, name=f"{chain.BRAND_NAME} {market.name}", market=market, amount=None, quantity=PRINTED, by=by
    )
    hand = _hand(by, store, till, directory)
    line = PlaceLine(LineItemId.new(), card, (Allotment(Method.CARRY_OUT, store.id, 2),))
    ask = PlaceOrder(
        order_id=OrderId.new(), market_id=market.id, by=hand, occurred_at=tx.now, language=market.language, term=Term.NOW,
        tenders=cash(300 * CARD_WORTH * UNIT[market.currency]), lines=(line,),
    )  # fmt: skip
    (order,) = await orders.place(tx, asks=[ask], directory=directory)
    if isinstance(order, Refused):
        raise order
    for code in printed.codes[:2]:
        await orders.sell_card(tx, order_id=order.head.id, line_id=line.line_id, code=code, by=hand)
    return 1


def _hand(by: Hand, store: Location, till: Till, directory: Directory) -> Hand:
    channel = next(one.id.uuid for one in directory.channels.values() if one.code == "pos")
    return Hand(
        actor=by.actor, actor_name=by.actor_name, channel_id=channel, location_id=store.id.uuid, till_id=till.id.uuid
    )

"""Putting the demo in: through the rooms' own commands, all at once, and a second time to no effect."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

import msgspec

from portico.app.demo import (
    books,
    carriage,
    catalogue,
    chain,
    club,
    doubles,
    firms,
    groups,
    history,
    money,
    network,
    offers,
    papers,
    stockroom,
    telling,
    traced,
    working,
)
from portico.app.demo.goods import THINGS
from portico.app.demo.people import CUSTOMERS
from portico.business import api as business
from portico.business.api import Directory
from portico.business.roles import ROLES
from portico.business.types import (
    Brand,
    BrandId,
    Channel,
    ChannelId,
    Location,
    LocationId,
    Market,
    MarketId,
    Staff,
    StaffId,
    Till,
    TillId,
)
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.orders import api as orders
from portico.platform.auth import api as auth
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types import Price, TaxRate

Granted = TypeVar("Granted")

STOCKED_DAYS_AGO = 120  # before the first of the past orders


class Login(msgspec.Struct, frozen=True):
    """Who may sign in where. `name` is what is typed first: a staff number, an e-mail address."""

    role: str
    person: str
    path: str  # of the face, as in /desk
    name: str
    secret: str  # empty: a one-time code is sent by mail


class Seeded(msgspec.Struct, frozen=True, kw_only=True):
    """What there is now, and who may sign in."""

    fresh: bool  # false: everything was there already
    brand: str
    items: int
    variants: int
    locations: int
    customers: int
    orders_placed: int  # by this seed
    till_code: str  # where the cashier signs in
    other_till_code: str  # of another store in the same city, where the rest is collected
    shopper: Login
    shopper_phone: str  # as she says it to the desk
    agent: Login
    cashier: Login
    manager: Login
    merchandiser: Login
    director: Login  # manages every place
    walk_skus: tuple[str, ...]  # in stock at every store
    walk_slugs: tuple[str, ...]  # of their items, in the same order

    @property
    def logins(self) -> tuple[Login, ...]:
        return (self.shopper, self.agent, self.cashier, self.manager, self.merchandiser, self.director)


async def seed(database: Database) -> Seeded:
    """Put the demo in. Whatever stands already just so is left alone; two seeds at once end as one.

    First who sells, with all sign-ins; then what is sold, its stock, its buyers and their past. Each is one
    transaction, so that a process that dies in between leaves nothing half done.
    """
    async with database.read() as tx:
        new_staff = await _new_staff(tx)
    hashes = await _hashes() if new_staff else {}
    async with database.transaction() as tx:
        await _put_chain(tx, new_staff, hashes)
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        variants = await _put_catalogue(tx, directory)
        buyers = await _put_customers(tx, directory)
        stocked = await _put_stock(tx, directory, variants)
        placed = await _place_orders(tx, directory, variants, buyers, stocked) if stocked else 0
        if stocked:
            await doubles.put(tx, by=_hand(directory))
            await stockroom.put(tx, directory=directory, variants=variants, by=_hand(directory))
            placed += await network.put(
                tx, directory=directory, variants=variants, people=_by_market(buyers), by=_hand(directory)
            )
            placed += await traced.put(
                tx, directory=directory, variants=variants, staff_id=staff_id, by=_hand(directory)
            )
            placed += await working.put(
                tx,
                directory=directory,
                variants=variants,
                people=_by_market(buyers),
                staff_id=staff_id,
                by=_hand(directory),
            )
            placed += await money.put(
                tx,
                directory=directory,
                variants=variants,
                people=_by_market(buyers),
                staff_id=staff_id,
                by=_hand(directory),
            )
    await traced.put_overdue(database)
    if stocked:
        async with database.transaction() as tx:
            await papers.put(tx, directory=directory, by=_hand(directory))
            await telling.put(tx, directory=directory, people=_by_market(buyers), by=_hand(directory))
        placed += await books.put(
            database, directory=directory, variants=variants, people=_by_market(buyers), by=_hand(directory)
        )
        placed += await club.put(database, directory=directory, people=_by_market(buyers), by=_hand(directory))
    if stocked:
        async with database.transaction() as tx:
            await groups.put(tx, by=_hand(directory))
            await offers.put(tx, directory=directory, variants=variants, by=_hand(directory))
            await carriage.put(tx, directory=directory, by=_hand(directory))
        async with database.transaction() as tx:
            placed += await firms.put(
                tx, directory=directory, variants=variants, people=_by_market(buyers), by=_hand(directory)
            )
    return _seeded(fresh=bool(new_staff or stocked), items=len(THINGS), variants=len(variants), placed=placed)


STORES_CAN = ("carry_out", "collect", "drive_up", "ship", "ship_to_store", "local_delivery")


# ------------------------------------------------------------------------------------------------- who sells


async def _put_chain(tx: Tx, new_staff: Sequence[chain.Person], hashes: Mapping[str, str]) -> None:
    """Brand, markets, channels, places, tills, roles, staff.

    Ids are read back after each step: what is there already keeps its own, also when another seed has just put it in.
    """
    await business.put_brands(tx, brands=[_brand(BrandId.new())])
    brand_id = _brand_id(await business.directory(tx))
    await business.put_markets(
        tx,
        markets=[
            Market(
                MarketId.new(),
                one.code,
                brand_id,
                one.name,
                one.country,
                one.currency,
                one.language,
                taxes_included=True,
            )
            for one in chain.MARKETS
        ],
    )
    await business.put_channels(
        tx, channels=[Channel(ChannelId.new(), code, code, name, None) for code, name in chain.CHANNELS.items()]
    )
    market_of = {one.code: one.id for one in (await business.directory(tx)).markets.values()}
    await business.put_locations(
        tx, locations=[_location(one, LocationId.new(), market_of[one.market]) for one in chain.PLACES]
    )
    location_of = {one.code: one.id for one in (await business.directory(tx)).locations.values()}
    await business.put_tills(tx, tills=_tills(location_of))
    await pricing.put_rates(
        tx,
        rates=[
            TaxRate(market_of[one.code], category, one.country, rate)
            for one in chain.MARKETS
            for category, rate in one.rates.items()
        ],
    )
    await auth.put_roles(tx, roles=ROLES)
    if new_staff:
        await _put_staff(tx, new_staff, hashes, location_of)


def _brand_id(directory: Directory) -> BrandId:
    return next(one.id for one in directory.brands if one.slug == chain.BRAND_SLUG)


def _brand(brand_id: BrandId) -> Brand:
    return Brand(
        brand_id, chain.BRAND_SLUG, chain.BRAND_NAME, chain.TAGLINES, chain.ACCENT, chain.RADIUS_PX, chain.FONT, chain.LOGO_SVG,
        chain.TONE,
    )  # fmt: skip


def _location(one: chain.Place, location_id: LocationId, market_id: MarketId) -> Location:
    return Location(
        id=location_id, code=one.code, kind=one.kind, name=one.name, market_id=market_id, address=one.address,
        latitude=one.at[0], longitude=one.at[1], time_zone=one.zone, hours=one.hours, phone=one.phone,
        capabilities=STORES_CAN if one in chain.STORES else ("ship",),
    )  # fmt: skip


def _tills(location_of: dict[str, LocationId]) -> list[Till]:
    return [
        Till(TillId.new(), f"{store.code}-{i}", f"{store.name} {i}", location_of[store.code])
        for store in chain.STORES
        for i in range(1, chain.TILLS_PER_STORE + 1)
    ]


def staff_id(number: str) -> StaffId:
    """The same for the same number, so that staff who are there already are known without asking one by one."""
    digest = bytearray(hashlib.sha256(f"portico demo staff {number}".encode()).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80  # RFC 9562: version 8, of one's own making
    return StaffId(bytes(digest))


async def _new_staff(tx: Tx) -> list[chain.Person]:
    """Those who are not there yet."""
    known = {one.number for one in await business.staff(tx, ids=[staff_id(one.number) for one in chain.STAFF])}
    return [one for one in chain.STAFF if one.number not in known]


async def _hashes() -> dict[str, str]:
    """The demo's two secrets as they are stored, by kind.

    Hashing takes a tenth of a second on purpose. Everybody shares these hashes, which real people's secrets never may;
    but these secrets are printed on the screen.
    """
    secrets = {"pin": chain.PIN, "password": chain.PASSWORD}
    made = await asyncio.gather(*(asyncio.to_thread(auth.hash_secret, secret) for secret in secrets.values()))
    return dict(zip(secrets, made, strict=True))


async def _put_staff(
    tx: Tx, new: Sequence[chain.Person], hashes: Mapping[str, str], location_of: Mapping[str, LocationId]
) -> None:
    """People, their roles, their passwords and PINs."""
    await business.put_staff(
        tx, people=[Staff(staff_id(one.number), one.number, one.given_name, one.family_name, one.email) for one in new]
    )
    places = [location_of[one.place].uuid if one.place else None for one in new]
    await auth.grant_roles(
        tx, given=[(staff_id(one.number).uuid, one.role, place) for one, place in zip(new, places, strict=True)]
    )
    credentials = [(staff_id(one.number).uuid, "pin") for one in new if one.uses_till]
    credentials += [(staff_id(one.number).uuid, "password") for one in new if one.uses_desk]
    await auth.put_hashes(tx, hashes_of=[(person, kind, hashes[kind]) for person, kind in credentials])


# ------------------------------------------------------------------------------------------- what is sold, to whom


def _hand(directory: Directory) -> Hand:
    return Hand(actor="system:demo", actor_name="Demo", channel_id=_channel(directory, "import").uuid)


def _channel(directory: Directory, code: str) -> ChannelId:
    return next(one.id for one in directory.channels.values() if one.code == code)


async def _put_catalogue(tx: Tx, directory: Directory) -> dict[str, VariantId]:
    """Categories, items and prices; the ids of all variants by SKU."""
    await catalog.put_categories(tx, categories=catalogue.categories())
    answers = await catalog.put_items(tx, items=catalogue.items(_brand_id(directory)), by=_hand(directory))
    variants: dict[str, VariantId] = {}
    for answer in answers:
        variants.update(_granted(answer).variant_ids)
    markets = [directory.market(one.code) for one in chain.MARKETS]
    prices = [
        Price(variants[one.sku], market.id, catalogue.price(one, market.currency), market.currency)
        for one in catalogue.assortment()
        for market in markets
    ]
    await pricing.put_prices(tx, prices=prices)
    return variants


def _by_market(buyers: Mapping[str, CustomerId]) -> dict[str, list[CustomerId]]:
    return {market: [buyers[one.external_ref or ""] for one in some] for market, some in CUSTOMERS.items()}


async def _put_customers(tx: Tx, directory: Directory) -> dict[str, CustomerId]:
    """Everybody's id, by the demo's own reference."""
    people = [one for some in CUSTOMERS.values() for one in some]
    answers = await customers.put_customers(tx, customers=people, by=_hand(directory))
    return {one.external_ref or "": _granted(answer).id for one, answer in zip(people, answers, strict=True)}


def _granted(answer: Granted | Refused) -> Granted:
    """The demo's own data are refused by nobody; if they are, say why and put nothing in."""
    if isinstance(answer, Refused):
        raise answer
    return answer


async def _put_stock(tx: Tx, directory: Directory, variants: dict[str, VariantId]) -> dict[tuple[str, str], int]:
    """Stock for every variant and place that never had any; how many there now are, by SKU and place."""
    places = {one.code: one.id for one in directory.locations.values()}
    wanted = history.opening_stock()
    had = {
        (level.variant_id, level.location_id)
        for level in await inventory.levels(
            tx, variant_ids=list(variants.values()), location_ids=[places[one.code] for one in chain.PLACES]
        )
    }
    fresh = {
        (sku, place): quantity for (sku, place), quantity in wanted.items() if (variants[sku], places[place]) not in had
    }
    if fresh:
        by, at = _hand(directory), tx.now - timedelta(days=STOCKED_DAYS_AGO)
        sold, stands = ({one.sku: one for one in catalogue.assortment()}, {one.code: one for one in chain.PLACES})
        lots = {
            (sku, place): traced.opening_lots(sold[sku], stands[place], quantity, today=tx.now.date())
            for (sku, place), quantity in fresh.items()
        }
        answers = await inventory.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=variants[sku], location_id=places[place], quantity=quantity, reason=Reason.IMPORTED,
                    reference="demo:opening", by=by, occurred_at=at, lots=lots[sku, place],
                )
                for (sku, place), quantity in fresh.items()
            ],
        )  # fmt: skip
        for answer in answers:
            _granted(answer)
    return fresh


async def _place_orders(
    tx: Tx,
    directory: Directory,
    variants: dict[str, VariantId],
    buyers: dict[str, CustomerId],
    stocked: dict[tuple[str, str], int],
) -> int:
    """What some of the customers have bought before. An order that is there already is not placed again."""
    asks = history.past_orders(
        directory=directory, variants=variants, buyers=buyers, stocked=stocked, staff_id=staff_id, now=tx.now
    )
    answers = await orders.place(tx, asks=asks, directory=directory)
    return sum(not isinstance(one, Refused) for one in answers)


def _seeded(*, fresh: bool, items: int, variants: int, placed: int) -> Seeded:
    shopper = CUSTOMERS["es"][0]
    slugs = {one.sku: one.thing.slug for one in catalogue.assortment()}
    return Seeded(
        fresh=fresh,
        brand=chain.BRAND_NAME,
        items=items,
        variants=variants,
        locations=len(chain.PLACES),
        customers=sum(map(len, CUSTOMERS.values())),
        orders_placed=placed,
        till_code=f"{chain.STORES[0].code}-1",
        other_till_code=f"{chain.STORES[1].code}-1",
        shopper=Login("shopper", f"{shopper.given_name} {shopper.family_name}", "/", shopper.email or "", ""),
        shopper_phone=shopper.phone or "",
        agent=_login("agent", "/desk"),
        cashier=_login("cashier", "/pos"),
        manager=_login("manager", "/office"),
        merchandiser=_login("merchandiser", "/office"),
        director=_login("manager", "/office", everywhere=True),
        walk_skus=history.PLENTY,
        walk_slugs=tuple(slugs[sku] for sku in history.PLENTY),
    )


def _login(role: str, path: str, *, everywhere: bool = False) -> Login:
    person = next(one for one in chain.STAFF if one.role == role and not (everywhere and one.place))
    name, secret = (person.number, chain.PIN) if path == "/pos" else (person.email, chain.PASSWORD)
    return Login(role, f"{person.given_name} {person.family_name}", path, name, secret)

"""A small crowd about whom everything is known twice: in the database, and in Python; and what a condition means, said plainly."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from portico.catalog.types import ItemId, VariantId
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.identity import api as identity
from portico.identity.types import Basis, NewMerge, PersonAttribute, Told
from portico.orders.types import OrderId
from portico.platform.db import Database, Query, Tx
from portico.platform.events import Hand
from portico.pricing.types import LineItemId
from portico.privacy import api as privacy
from portico.privacy.types import NewWord, Whom
from portico.segments import api
from portico.segments.types import (
    AllOf,
    AnyOf,
    AverageOrder,
    BirthdaySoon,
    Bought,
    ChannelShare,
    Condition,
    Consented,
    CustomerSince,
    FirstOrder,
    HasPoints,
    InProgramme,
    InSegment,
    InTier,
    LastOrder,
    Lives,
    Not,
    OrderCount,
    OrdersWorth,
    ProgrammeStanding,
    Purchase,
    PurchaseLine,
    Speaks,
)

BY = Hand(actor="staff:test", actor_name="Test")
NOW = datetime(2027, 2, 26, 10, tzinfo=UTC)  # the day before a weekend at the end of a February of 28 days
ITEMS = tuple(ItemId(bytes([1, i] + [0] * 14)) for i in range(4))
VARIANTS = tuple(VariantId(bytes([2, i] + [0] * 14)) for i in range(8))  # two of each item
CHANNELS = {"web": "web", "web-2": "web", "pos": "pos", "desk": "desk"}
PLACES = ("", "S1", "S2")
CITIES = {"Madrid": ("ES", "28013"), "Milano": ("IT", "20121"), "SALAMANCA ": ("ES", "37 001")}
DAYS = (0, 1, 3, 10, 29, 30, 31, 89, 90, 91, 400)
BIRTHS = ("1990-02-26", "1991-02-27", "1992-02-29", "1993-03-01", "1994-12-31", "")


class Her(msgspec.Struct):
    """A record, or a person of several, as the oracle knows her."""

    id: CustomerId
    since: datetime
    language: str
    city: str = ""
    birth: str = ""
    purchases: tuple[Purchase, ...] = ()
    standing: InProgramme | None = None
    points: int = 0
    says: Mapping[str, bool] = {}
    email: bool = False


async def enter(database: Database, seed: int, count: int = 24) -> list[Her]:
    """So many records, with all sorts of things known of them; told to the database as rooms tell them."""
    chance = random.Random(seed)
    made = []
    for i in range(count):
        since = NOW - timedelta(days=chance.choice(DAYS[5:]), hours=1)
        language, email = chance.choice(("en", "es", "it", "ru")), chance.random() < 0.7
        new = NewCustomer(
            given_name=f"Ana {i}", language=language, email=f"ana{i}-{seed}@example.com" if email else None
        )
        async with database.transaction(now=since) as tx:
            id = (await customers.create(tx, new=new, by=BY)).id
        her = Her(id, since, language, email=email)
        her.city = chance.choice(("", *CITIES))
        her.birth = chance.choice(BIRTHS)
        async with database.transaction(now=NOW) as tx:
            await _tell(tx, her)
            her.says = await _say(tx, her, chance)
        her.purchases = tuple(_purchase(her, chance) for _ in range(chance.choice((0, 0, 1, 2, 5))))
        if chance.random() < 0.5:
            her.standing = InProgramme(programme="club", tier=chance.choice(("basic", "gold")), joined_at=her.since)
        her.points = chance.choice((0, 0, 10, 100))
        made.append(her)
    await follow(database, made)
    return made


async def follow(database: Database, crowd: Sequence[Her]) -> None:
    async with database.transaction(now=NOW) as tx:
        await api.follow(
            tx, purchases=[each for one in crowd for each in one.purchases],
            standings=[ProgrammeStanding(one.id, (one.standing,) if one.standing else (), one.points) for one in crowd],
            records=[one.id for one in crowd],
        )  # fmt: skip


async def _tell(tx: Tx, her: Her) -> None:
    told = []
    if her.city:
        country, postcode = CITIES[her.city]
        told = [
            PersonAttribute(kind=Told.CITY, value=her.city.strip()), PersonAttribute(kind=Told.COUNTRY, value=country),
            PersonAttribute(kind=Told.POSTCODE, value=postcode),
        ]  # fmt: skip
    if her.birth:
        told.append(PersonAttribute(kind=Told.BIRTH_DATE, value=her.birth))
    await identity.put_attributes(tx, record_id=her.id, source="desk", attributes=told, by=BY)


async def _say(tx: Tx, her: Her, chance: random.Random) -> dict[str, bool]:
    said = {}
    for channel in ("email", "sms"):
        if chance.random() < 0.6:
            said[channel] = chance.random() < 0.5
            word = NewWord(purpose="marketing", channel=channel, granted=said[channel], source="web")
            await privacy.record(tx, whom=Whom((her.id,)), words=[word], by=BY)
    return said


def _purchase(her: Her, chance: random.Random) -> Purchase:
    channel = chance.choice(sorted(CHANNELS))
    lines = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        variant = chance.randrange(len(VARIANTS))
        lines.append(
            PurchaseLine(
                LineItemId.new(), ITEMS[variant // 2], VARIANTS[variant], chance.choice((1, 2, 5)),
                chance.choice((0, 500, 990, 5000, 20_000)),
            )
        )  # fmt: skip
    return Purchase(
        order_id=OrderId.new(), customer_id=her.id, channel=channel, channel_kind=CHANNELS[channel],
        placed_at=NOW - timedelta(days=chance.choice(DAYS), hours=chance.choice((0, 1))), location=chance.choice(PLACES),
        currency=chance.choice(("EUR", "EUR", "GBP")), lines=tuple(lines),
    )  # fmt: skip


async def merge(database: Database, a: Her, b: Her) -> None:
    """As staff join two records; what is reckoned of them follows."""
    async with database.transaction(now=NOW) as tx:
        await identity.merge(tx, merges=[NewMerge(record_a=a.id, record_b=b.id, basis=Basis.BY_HAND)], by=BY)
        await api.follow(tx, records=[a.id, b.id])


def spent(her: Her, currency: str) -> tuple[int, int]:
    mine = [one for one in her.purchases if one.currency == currency]
    return len(mine), sum(line.amount for one in mine for line in one.lines)


def holds(one: Condition, her: Her, segments: Mapping[str, Condition]) -> bool:
    """What it says, of her, now."""
    match one:
        case AllOf():
            return all(holds(each, her, segments) for each in one.of)
        case AnyOf():
            return any(holds(each, her, segments) for each in one.of)
        case Not():
            return not holds(one.of, her, segments)
        case InSegment():
            return holds(segments[one.code], her, segments)
        case Bought():
            return _bought(one, her)
        case OrdersWorth():
            return _within(spent(her, one.currency)[1], one.at_least, one.at_most)
        case AverageOrder():
            orders, amount = spent(her, one.currency)
            return orders > 0 and _within(amount / orders, one.at_least, one.at_most)
        case OrderCount():
            return _within(len(her.purchases), one.at_least, one.at_most)
        case FirstOrder():
            return _ago(min((each.placed_at for each in her.purchases), default=None), one)
        case LastOrder():
            return _ago(max((each.placed_at for each in her.purchases), default=None), one)
        case CustomerSince():
            return _ago(her.since, one)
        case ChannelShare():
            there = [each for each in her.purchases if each.channel_kind in one.channel_kinds]
            return bool(there) and len(there) / len(her.purchases) * 100 >= one.percent
        case Lives():
            return _lives(one, her)
        case Speaks():
            return her.language in one.languages
        case Consented():
            return one.purpose == "marketing" and her.says.get(one.channel, False)
        case InTier():
            mine = her.standing
            return mine is not None and mine.programme == one.programme and (not one.tiers or mine.tier in one.tiers)
        case HasPoints():
            return her.points >= one.at_least
        case BirthdaySoon():
            return _birthday(one, her)
    raise AssertionError(one)


def _within(value: float, at_least: int | None, at_most: int | None) -> bool:
    return (at_least is None or value >= at_least) and (at_most is None or value <= at_most)


def _ago(moment: datetime | None, one: FirstOrder | LastOrder | CustomerSince) -> bool:
    if moment is None:
        return False
    age = NOW - moment
    return (one.within_days is None or age <= timedelta(days=one.within_days)) and (
        one.before_days is None or age > timedelta(days=one.before_days)
    )


def _bought(one: Bought, her: Her) -> bool:
    found = [
        (purchase, line) for purchase in her.purchases for line in purchase.lines
        if (not (one.items or one.variants) or line.item_id in one.items or line.variant_id in one.variants)
        and (not one.channels or purchase.channel in one.channels or purchase.channel_kind in one.channels)
        and (not one.locations or purchase.location in one.locations)
        and (one.days is None or NOW - purchase.placed_at <= timedelta(days=one.days))
        and (one.since is None or purchase.placed_at.date() >= one.since)
        and (one.until is None or purchase.placed_at.date() < one.until)
        and (one.spent is None or purchase.currency == one.currency)
    ]  # fmt: skip
    return (
        bool(found)
        and sum(line.units for _, line in found) >= (one.units or 1)
        and len({purchase.order_id for purchase, _ in found}) >= (one.orders or 1)
        and sum(line.amount for _, line in found) >= (one.spent or 0)
    )


def _lives(one: Lives, her: Her) -> bool:
    country, postcode = CITIES.get(her.city, ("", ""))
    return (
        (not one.countries or country in one.countries)
        and (not one.cities or her.city.strip().lower() in [each.strip().lower() for each in one.cities])
        and (not one.postcodes or any(postcode.replace(" ", "").startswith(each) for each in one.postcodes))
    )


def _birthday(one: BirthdaySoon, her: Her) -> bool:
    if not her.birth:
        return False
    month, day = int(her.birth[5:7]), int(her.birth[8:])
    if (month, day) == (2, 29):
        day = 28  # 2027 has none
    days = [(NOW + timedelta(days=i)).date() for i in range(one.within_days + 1)]
    return (month, day) in {(each.month, each.day) for each in days}


ROWS = {
    table: Query(str, f"select coalesce(jsonb_agg(held order by held::text), '[]')::text from segments.{table} as held")
    for table in ("record", "purchase", "bought", "member", "points", "person", "worth", "mix", "membership")
}


async def rows(database: Database) -> dict[str, str]:
    """Everything that is reckoned, to the letter."""
    async with database.read() as tx:
        return {table: await tx.one(query) for table, query in ROWS.items()}

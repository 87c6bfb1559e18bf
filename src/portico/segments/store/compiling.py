"""A condition as SQL over what is known of people. What is asked for is a parameter each time; only the form of the tree makes the text.

A leaf about a person's own row is a plain expression. One about what she bought is a set of people, found once for the whole statement
and joined from the outside; the expression asks whether she was found. So trees of any form are one statement of hash joins, and none
is asked person by person. An expression may be null where something of her is not known, which counts as no.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from portico.catalog.types import ItemId
from portico.customers.types import CustomerId
from portico.platform.db import Query
from portico.privacy.types import LegalBasis, Purpose
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
    InSegment,
    InTier,
    LastOrder,
    Lives,
    Not,
    OrderCount,
    OrdersWorth,
    Speaks,
)

ONLY_RECORDS = "person_id = any(array(select person_id from segments.record where record_id = any(:records::uuid[])))"
ONLY_PEOPLE = "person_id = any(:people::uuid[])"


class Known(msgspec.Struct, frozen=True):
    """What conditions refer to: other segments, the items at and below each category, what data is used for."""

    conditions: Mapping[str, Condition]
    branches: Mapping[str, Sequence[ItemId]] = {}
    purposes: Mapping[str, Purpose] = {}


class Compiler:
    """`only` narrows every set to some people, as an SQL condition on `person_id`."""

    def __init__(self, *, at: datetime, known: Known, only: str = "") -> None:
        self._at, self._known, self._only = at, known, only
        self.values: dict[str, object] = {}
        self._joins: list[str] = []
        self._made: dict[Condition, str] = {}

    @property
    def source(self) -> str:
        """What the expressions that were made are asked of."""
        only = f" where person.{self._only}" if self._only else ""
        joins = "".join(self._joins)
        return f"segments.person{joins}" if not only else f"(select * from segments.person{only}) as person{joins}"

    def of(self, condition: Condition) -> str:
        """A boolean expression."""
        made = self._made.get(condition)
        if made is None:
            made = self._made[condition] = self._compile(condition)
        return made

    def may_use(self, purpose: str, channel: str) -> str:
        """Whether what is known of her may be used for it: her last word, or what the law takes none for."""
        found = self._known.purposes.get(purpose)
        if found is None or not found.active or channel not in found.channels:
            return "false"
        if found.legal_basis is LegalBasis.CONSENT:
            return f"{self.bind(f'{purpose}:{channel}', 'text')} = any(person.granted)"
        if found.legal_basis is LegalBasis.LEGITIMATE_INTEREST:
            return f"{self.bind(f'{purpose}:{channel}', 'text')} <> all(person.refused)"
        return "true"

    def can_be_reached(self, purpose: str) -> str:
        """Whether there is a channel on which she has an address, and what is known of her may be used for the purpose."""
        found = self._known.purposes.get(purpose)
        ways = [
            f"({self.bind(channel, 'text')} = any(person.reached) and {self.may_use(purpose, channel)})"
            for channel in (found.channels if found else ())
        ]
        return f"({' or '.join(ways)})" if ways else "false"

    def bind(self, value: object, kind: str) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f":{name}::{kind}"

    def _join(self, select: str) -> str:
        name = f"set{len(self._joins)}"
        self._joins.append(f" left join ({select}) as {name} on {name}.person_id = person.person_id")
        return name

    def _compile(self, one: Condition) -> str:
        match one:
            case AllOf():
                return f"({' and '.join(self.of(each) for each in one.of)})" if one.of else "true"
            case AnyOf():
                return f"({' or '.join(self.of(each) for each in one.of)})" if one.of else "false"
            case Not():
                return f"({self.of(one.of)} is not true)"
            case Bought():
                return f"({self._join(self._bought(one))}.person_id is not null)"
            case OrdersWorth():
                return self._worth(one)
            case AverageOrder():
                return self._average(one)
            case OrderCount():
                return self._range("person.orders", one.at_least, one.at_most)
            case FirstOrder():
                return self._ago("person.first_order_at", one.within_days, one.before_days)
            case LastOrder():
                return self._ago("person.last_order_at", one.within_days, one.before_days)
            case CustomerSince():
                return self._ago("person.since", one.within_days, one.before_days)
            case ChannelShare():
                return self._share(one)
            case Lives():
                return self._lives(one)
            case Speaks():
                return f"(person.language = any({self.bind(list(one.languages), 'text[]')}))"
            case Consented():
                return f"({self.may_use(one.purpose, one.channel)})"
            case InTier():
                return self._tier(one)
            case HasPoints():
                return f"(person.points >= {self.bind(one.at_least, 'bigint')})"
            case BirthdaySoon():
                days = self.bind(birthdays(self._at.date(), one.within_days), "int[]")
                return f"(person.birth_month * 100 + person.birth_day = any({days}))"
            case InSegment():
                found = self._known.conditions.get(one.code)
                return self.of(found) if found is not None else "false"

    def _narrowed(self, asked: Sequence[str]) -> str:
        every = [*asked, *([self._only] if self._only else [])]
        return f" where {' and '.join(every)}" if every else ""

    def _bought(self, one: Bought) -> str:
        asked = [*self._goods(one), *self._when_and_where(one)]
        wanted = []
        table = "bought" if one.items or one.variants or one.categories or one.units is not None else "purchase"
        if one.units is not None:
            wanted.append(f"sum(units) >= {self.bind(one.units, 'bigint')}")
        if one.orders is not None and one.orders > 1:
            wanted.append(f"count(distinct order_id) >= {self.bind(one.orders, 'bigint')}")
        if one.spent is not None:
            asked.append(f"currency = {self.bind(one.currency, 'text')}")
            wanted.append(f"sum(amount) >= {self.bind(one.spent, 'bigint')}")
        select = f"select person_id from segments.{table}{self._narrowed(asked)} group by person_id"
        return f"{select} having {' and '.join(wanted)}" if wanted else select

    def _goods(self, one: Bought) -> list[str]:
        items = sorted({*one.items, *(id for each in one.categories for id in self._known.branches.get(each, ()))})
        named = []
        if one.items or one.categories:
            named.append(f"item_id = any({self.bind(items, 'uuid[]')})")
        if one.variants:
            named.append(f"variant_id = any({self.bind(list(one.variants), 'uuid[]')})")
        return [f"({' or '.join(named)})"] if named else []

    def _when_and_where(self, one: Bought) -> list[str]:
        asked = []
        since, until = _midnight(one.since), _midnight(one.until)
        if one.days is not None:
            since = self._at - timedelta(days=one.days)
        if since:
            asked.append(f"placed_at >= {self.bind(since, 'timestamptz')}")
        if until:
            asked.append(f"placed_at < {self.bind(until, 'timestamptz')}")
        if one.channels:
            channels = self.bind(list(one.channels), "text[]")
            asked.append(f"(channel = any({channels}) or channel_kind = any({channels}))")
        if one.locations:
            asked.append(f"location = any({self.bind(list(one.locations), 'text[]')})")
        return asked

    def _worth(self, one: OrdersWorth) -> str:
        currency = f"currency = {self.bind(one.currency, 'text')}"
        if one.at_least:  # who has bought nothing is none of them
            found = self._join(
                "select person_id from segments.worth"
                + self._narrowed([currency, self._range("amount", one.at_least, one.at_most)])
            )
            return f"({found}.person_id is not null)"
        found = self._join(f"select person_id, amount from segments.worth{self._narrowed([currency])}")
        return self._range(f"coalesce({found}.amount, 0)", one.at_least, one.at_most)

    def _average(self, one: AverageOrder) -> str:
        asked = [f"currency = {self.bind(one.currency, 'text')}"]
        for bound, sign in ((one.at_least, ">="), (one.at_most, "<=")):
            if bound is not None:
                asked.append(f"amount {sign} orders * {self.bind(bound, 'numeric')}")
        return f"({self._join(f'select person_id from segments.worth{self._narrowed(asked)}')}.person_id is not null)"

    def _share(self, one: ChannelShare) -> str:
        asked = self._narrowed([f"channel_kind = any({self.bind(list(one.channel_kinds), 'text[]')})"])
        found = self._join(f"select person_id, sum(orders) as orders from segments.mix{asked} group by person_id")
        return f"({found}.orders * 100 >= person.orders::bigint * {self.bind(one.percent, 'int')})"

    def _lives(self, one: Lives) -> str:
        asked = []
        if one.countries:
            asked.append(f"person.country = any({self.bind(list(one.countries), 'text[]')})")
        if one.cities:
            asked.append(f"person.city = any({self.bind([city(each) for each in one.cities], 'text[]')})")
        if one.postcodes:
            asked.append(f"person.postcode ^@ any({self.bind([postcode(each) for each in one.postcodes], 'text[]')})")
        return f"({' and '.join(asked)})"

    def _tier(self, one: InTier) -> str:
        if not one.tiers:
            programme = self.bind(f"{one.programme}:", "text")
            return f"(exists (select 1 from unnest(person.tiers) as tier where tier ^@ {programme}))"
        return f"(person.tiers && {self.bind([f'{one.programme}:{each}' for each in one.tiers], 'text[]')})"

    def _range(self, column: str, at_least: int | None, at_most: int | None) -> str:
        asked = [f"{column} >= {self.bind(at_least, 'bigint')}"] if at_least is not None else []
        asked += [f"{column} <= {self.bind(at_most, 'bigint')}"] if at_most is not None else []
        return f"({' and '.join(asked)})"

    def _ago(self, column: str, within_days: int | None, before_days: int | None) -> str:
        asked = []
        if within_days is not None:
            asked.append(f"{column} >= {self.bind(self._at - timedelta(days=within_days), 'timestamptz')}")
        if before_days is not None:
            asked.append(f"{column} < {self.bind(self._at - timedelta(days=before_days), 'timestamptz')}")
        return f"({' and '.join(asked)})"


def city(name: str) -> str:
    return " ".join(name.split()).lower()


def postcode(code: str) -> str:
    return "".join(code.split()).upper()


def birthdays(today: date, within_days: int) -> list[int]:
    """Month and day of each day, as 1231; 29 February with the 28th of a year that has none."""
    found = []
    for one in (today + timedelta(days=i) for i in range(within_days + 1)):
        found.append(one.month * 100 + one.day)
        if (one.month, one.day) == (2, 28) and (one + timedelta(days=1)).day == 1:
            found.append(229)
    return found


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


class CountRow(msgspec.Struct, frozen=True):
    people: int
    written_to: int


class HersRow(msgspec.Struct, frozen=True):
    person_id: CustomerId
    codes: list[str]
    records: list[CustomerId]


def count(
    condition: Condition, *, purpose: str, at: datetime, known: Known
) -> tuple[Query[CountRow], dict[str, object]]:
    compiler = Compiler(at=at, known=known)
    asked, reached = compiler.of(condition), compiler.can_be_reached(purpose)
    text = f"select count(*), count(*) filter (where {reached}) from {compiler.source} where {asked}"
    return Query.composed(CountRow, text), compiler.values


def page(
    condition: Condition, *, at: datetime, known: Known, before: CustomerId | None, rows_max: int
) -> tuple[Query[CustomerId], dict[str, object]]:
    """People from the newest to the oldest."""
    compiler = Compiler(at=at, known=known)
    asked = compiler.of(condition)
    behind = " and person.person_id < :before::uuid" if before else ""
    text = f"""
        select person.person_id from {compiler.source} where {asked}{behind}
        order by person.person_id desc limit :rows_max::int
        """
    return Query.composed(CustomerId, text), {**compiler.values, "before": before, "rows_max": rows_max}


def hers(
    conditions: Mapping[str, Condition], *, at: datetime, known: Known, only: str
) -> tuple[Query[HersRow], dict[str, object]]:
    """In which of these segments some people are: one statement, however many of either there are."""
    compiler = Compiler(at=at, known=known, only=only)
    cases = [
        f"case when {compiler.of(condition)} then {compiler.bind(code, 'text')} end"
        for code, condition in sorted(conditions.items())
    ]
    text = f"""
        select person.person_id, array_remove(array[{", ".join(cases)}]::text[], null),
            array(select record_id from segments.record where record.person_id = person.person_id)
        from {compiler.source}
        """
    return Query.composed(HersRow, text), compiler.values


def enter(condition: Condition, *, at: datetime, known: Known) -> tuple[Query[CustomerId], dict[str, object]]:
    """Write down who belongs to a segment and was not of it; at most `rows_max` of them."""
    compiler = Compiler(at=at, known=known)
    asked = compiler.of(condition)
    text = f"""
        insert into segments.membership (segment_id, person_id, entered_at)
        select :segment_id::uuid, person.person_id, :now::timestamptz
        from {compiler.source}
        where {asked} and not exists (
            select 1 from segments.membership as before
            where before.segment_id = :segment_id::uuid and before.person_id = person.person_id
        )
        limit :rows_max::int
        on conflict do nothing
        returning person_id
        """
    return Query.composed(CustomerId, text), compiler.values


def leave(condition: Condition, *, at: datetime, known: Known) -> tuple[Query[CustomerId], dict[str, object]]:
    """Strike out who was of a segment and belongs to it no longer; at most `rows_max` of them."""
    compiler = Compiler(at=at, known=known)
    asked = compiler.of(condition)
    text = f"""
        delete from segments.membership
        where segment_id = :segment_id::uuid and person_id in (
            select before.person_id
            from segments.membership as before
            left join (select person.person_id from {compiler.source} where {asked}) as now on now.person_id = before.person_id
            where before.segment_id = :segment_id::uuid and now.person_id is null
            limit :rows_max::int
        )
        returning person_id
        """
    return Query.composed(CustomerId, text), compiler.values

"""How the shop writes figures: money, quantities, stock and times, in one language and one currency."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_datetime

from portico.platform import clock, i18n
from portico.pricing.types import Reduction

FEW = 3  # this many units or fewer are called few; the live badge in the browser counts the same way
DIGITS_MAX = 10
_NUMBER = re.compile(rf"\d{{1,{DIGITS_MAX}}}(?:[.,]\d{{1,6}})?")
_LOCALES = {"en": "en_GB"}
UNITS = ("KGM", "GRM", "MTR", "CMT", "LTR", "MLT", "MTK")  # those that have a word; pieces need none


class Stock(msgspec.Struct, frozen=True):
    """A badge: the figure itself, its colour, and the word that never leaves the colour alone."""

    value: int
    tone: str  # good, warn, bad
    text: str


class Reduced(msgspec.Struct, frozen=True):
    """A reduction in words: what is asked now, what before, the lowest of late, and by which promotions."""

    now: str
    before: str
    lowest: str
    titles: str


class Words(msgspec.Struct, frozen=True):
    """The shop's words in one language, its amounts in one currency."""

    language: str
    currency: str

    def say(self, key: str, /, **places: Any) -> str:
        return i18n.text(self.language, key, **places)

    def money(self, amount: int) -> str:
        return i18n.currency(self.language, amount, self.currency)

    def price(self, amount: int | None, *, unit: str = "C62", upto: int | None = None) -> str:
        """ "€12.50", "from €12.50", "€24.00 / kg"; a word where the market has no price."""
        if amount is None:
            return self.say("shop.price.none")
        if upto is not None and upto != amount:
            return self.say("shop.price.from", price=self.money(amount))
        return f"{self.money(amount)} / {self.unit(unit)}" if self.unit(unit) else self.money(amount)

    def reduced(self, reduction: Reduction, *, unit: str = "C62") -> Reduced:
        """What is asked now, from what it is reduced, and what was asked least before: as the law of announced reductions has it."""
        lowest = self.say("shop.price.lowest", price=self.money(reduction.lowest))
        return Reduced(
            self.price(reduction.amount, unit=unit), self.money(reduction.before), lowest, ", ".join(reduction.titles)
        )

    def unit(self, unit: str) -> str:
        """ "kg"; nothing for pieces."""
        return self.say(f"shop.unit.{unit}") if unit in UNITS else ("" if unit == "C62" else unit)

    def quantity(self, value: int, *, scale: int, unit: str) -> str:
        return f"{i18n.quantity(self.language, value, scale)} {self.unit(unit)}".strip()

    def typed(self, value: int, scale: int) -> str:
        """A quantity as it stands in a field: no grouping, the point as the language writes it."""
        text = f"{Decimal(value).scaleb(-scale).normalize():f}"
        return text if self.language == "en" else text.replace(".", ",")

    def stock(self, value: int, *, scale: int = 0, unit: str = "C62") -> Stock:
        if value <= 0:
            return Stock(max(value, 0), "bad", self.say("shop.stock.none"))
        few = value <= FEW * 10**scale
        text = self.say(
            "shop.stock.few" if few else "shop.stock.some", quantity=self.quantity(value, scale=scale, unit=unit)
        )
        return Stock(value, "warn" if few else "good", text)

    def moment(self, value: datetime, zone: str) -> str:
        return i18n.moment(self.language, value, zone)

    def soon(self, value: datetime, zone: str) -> str:
        """ "10:00" for today, "Monday 10:00" for a day of this week, by the clocks of the place."""
        local, today = value.astimezone(ZoneInfo(zone)), clock.now().astimezone(ZoneInfo(zone)).date()
        if local.date() == today:
            return i18n.clock_time(self.language, value, zone)
        locale = _LOCALES.get(self.language, self.language)
        return str(format_datetime(value, "EEEE HH:mm", tzinfo=ZoneInfo(zone), locale=locale))

    def day(self, value: datetime, zone: str, *, alone: bool = False) -> str:
        """ "today", "tomorrow", "Tue 2 Dec", by the clocks of the place; `alone` as it stands outside of a sentence."""
        there = ZoneInfo(zone)
        local, today = value.astimezone(there).date(), clock.now().astimezone(there).date()
        ahead = (local - today).days
        if ahead in (0, 1):
            return self.say("shop.when.tomorrow" if ahead else "shop.when.today")
        day = i18n.short_day(self.language, local)
        return day if alone else self.say("shop.when.on", day=day)

    def date(self, value: date) -> str:
        """A day of the calendar, within a sentence."""
        return self.say("shop.when.on", day=i18n.short_day(self.language, value))

    def slot(self, starts_at: datetime, ends_before: datetime, zone: str) -> str:
        """ "today, 14:00–15:00"."""
        return self.say(
            "shop.when.slot", day=self.day(starts_at, zone, alone=True), hours=self.hours(starts_at, ends_before, zone)
        )

    def hours(self, starts_at: datetime, ends_before: datetime, zone: str) -> str:
        """ "14:00–15:00"."""
        return f"{self.clock(starts_at, zone)}–{self.clock(ends_before, zone)}"

    def clock(self, value: datetime, zone: str) -> str:
        return i18n.clock_time(self.language, value, zone)

    def days(self, first: datetime, last: datetime, zone: str) -> str:
        """ "tomorrow", "Tue 1 Dec – Thu 3 Dec"."""
        days = dict.fromkeys(self.day(one, zone, alone=True) for one in (first, last))
        return " – ".join(days)


def read_quantity(text: str, scale: int) -> int | None:
    """ "2", "0.5" or "0,5" as steps of 10^-scale; None for what is no such number, or finer than the steps."""
    found = text.strip().replace(" ", "")
    if not _NUMBER.fullmatch(found):
        return None
    steps = Decimal(found.replace(",", ".")).scaleb(scale)
    return int(steps) if steps == steps.to_integral_value() else None

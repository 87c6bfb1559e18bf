"""People who do not exist, as several systems would have written them down: households, moves, short names, slips of the pen.

Names are drawn as they are in life, a few very often and most rarely. The same seed gives the same file.
"""

import csv
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from portico.identity.matching.forms import short_forms

COLUMNS = (
    "rec", "first_name", "last_name", "street", "house_number", "city", "postcode", "province", "phone", "email", "birth_date",
    "tax_id", "person",
)  # fmt: skip
SYLLABLES = ["ba", "be", "bo", "ca", "co", "da", "de", "di", "do", "fa", "fe", "fi", "ga", "ge", "go", "la", "le", "li", "lo", "lu", "ma", "me", "mi", "mo", "na", "ne", "ni", "no", "pa", "pe", "po", "ra", "re", "ri", "ro", "sa", "se", "si", "so", "ta", "te", "ti", "to", "va", "ve", "vi", "vo", "za", "zo"]  # fmt: skip
ENDINGS = ("ni", "lli", "rez", "nov", "son", "ez", "ro", "ti", "ska", "man", "ini", "etti", "era", "ano", "ov", "ich", "ton", "ley", "field", "er")  # fmt: skip
STREETS = ("via", "calle", "street", "road", "avenue", "lane", "corso", "plaza", "ulitsa", "square")
DOMAINS = ("mail.example", "post.example", "web.example", "inbox.example", "letters.example")
FAMILY_NAMES, CITIES, STREETS_OF_CITY = 30_000, 1_500, 120
KEYS = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "n": "bm", "s": "ad", "t": "ry", "r": "et", "l": "k", "m": "n"}


class Person(msgspec.Struct):
    """Whoever it is: what stays, and what a record of hers may show otherwise."""

    given: str = ""
    family: str = ""
    birth: str = ""
    street: str = ""
    house: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    tax_id: str = ""
    phone: str = ""
    email: str = ""


def write(path: Path, *, records: int, seed: int) -> None:
    """A CSV of so many records, about seven people for ten records."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rows(records=records, seed=seed))


def rows(*, records: int, seed: int) -> Iterator[tuple[str, ...]]:
    draw = random.Random(seed)
    population = _Population(draw)
    count = number = 0
    while count < records:
        for person in population.household():
            number += 1
            for turn in range(draw.choices((1, 2, 3, 4), (70, 20, 7, 3))[0]):
                if count == records:
                    return
                count += 1
                yield (str(count), *_written(person, draw, population, first=turn == 0), f"p{number}")


class _Population:
    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.given = [one for line in short_forms() for one in line[:2]]
        self.families = [self._word(2) + draw.choice(ENDINGS) for _ in range(FAMILY_NAMES)]
        self.cities = [self._word(3) for _ in range(CITIES)]
        self.streets = [f"{draw.choice(STREETS)} {self._word(draw.choice((2, 3)))}" for _ in range(4_000)]

    def _word(self, syllables: int) -> str:
        return "".join(self.draw.choice(SYLLABLES) for _ in range(syllables))

    def common(self, of: list[str]) -> str:
        """The first ones often, the last ones rarely."""
        return of[min(len(of) - 1, int(len(of) * self.draw.random() ** 2.2))]

    def move(self, person: Person) -> None:
        person.street, person.city = self.draw.choice(self.streets), self.common(self.cities)
        person.house = str(self.draw.randint(1, 199))
        person.postcode = f"{(hash_of(person.city) + self.draw.randint(0, 8)) % 90_000 + 10_000}"
        person.region = f"province {hash_of(person.city) // 9 % 40}"

    def household(self) -> list[Person]:
        """One or several who share an address, often a family name, sometimes a phone."""
        first = self.person()
        people = [first]
        for _ in range(self.draw.choices((0, 1, 2, 3), (55, 25, 12, 8))[0]):
            other = self.person()
            other.street, other.house, other.city = first.street, first.house, first.city
            other.postcode, other.region = first.postcode, first.region
            if self.draw.random() < 0.8:
                other.family = first.family
                other.email = _address(other, self.draw)
            if self.draw.random() < 0.3:
                other.phone = first.phone
            people.append(other)
        return people

    def person(self) -> Person:
        draw, one = self.draw, Person()
        one.given, one.family = self.common(self.given), self.common(self.families)
        self.move(one)
        one.birth = f"{draw.randint(1930, 2008)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        one.tax_id = f"{draw.randint(10**8, 10**9 - 1)}"
        one.phone = f"+39 3{draw.randint(10**8, 10**9 - 1)}"
        one.email = _address(one, draw)
        return one


def hash_of(text: str) -> int:
    """The same in every process."""
    return zlib.crc32(text.encode()) % 9_000 * 9


def _address(person: Person, draw: random.Random) -> str:
    form = draw.choice(("{g}.{f}", "{g}{f}", "{f}.{g}", "{i}.{f}"))
    number = draw.choice(("", "", str(draw.randint(1, 99)), person.birth[2:4]))
    return f"{form.format(g=person.given, f=person.family, i=person.given[0])}{number}@{draw.choice(DOMAINS)}"


def _written(person: Person, draw: random.Random, population: _Population, *, first: bool) -> tuple[str, ...]:
    """A record of hers. What is written first is mostly right; later ones are not always."""
    given, family, birth, phone, email = person.given, person.family, person.birth, person.phone, person.email
    where = [person.street, person.house, person.city, person.postcode, person.region]
    if not first:
        if draw.random() < 0.10:  # she has moved
            other = Person()
            population.move(other)
            where = [other.street, other.house, other.city, other.postcode, other.region]
        if draw.random() < 0.12:
            given = next((line[-1] for line in short_forms() if line[0] == given), given[:1])
        if draw.random() < 0.03:
            given, family = family, given
        if draw.random() < 0.04:
            birth = (
                f"{birth[:4]}-{birth[8:]}-{birth[5:7]}" if int(birth[8:]) <= 12 else f"{int(birth[:4]) + 1}{birth[4:]}"
            )
        if draw.random() < 0.15:
            phone = f"+39 3{draw.randint(10**8, 10**9 - 1)}"
        if draw.random() < 0.25:
            email = _address(person, draw)
    values = [given, family, *where, phone, email, birth, person.tax_id]
    for place, value in enumerate(values):
        if draw.random() < (0.05 if first else 0.12) + (0.6 if place == 10 else 0.2 if place > 6 else 0):
            values[place] = ""
        elif not first and value and draw.random() < 0.06:
            values[place] = _slip(value, draw)
    return tuple(one.title() if place in (0, 1, 4) else one for place, one in enumerate(values))


def _slip(text: str, draw: random.Random) -> str:
    """One letter too few, too many, two exchanged, or the key beside it."""
    at = draw.randrange(len(text))
    match draw.randrange(4):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + text[at] + text[at:]
        case 2:
            return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]
        case _:
            return text[:at] + draw.choice(KEYS.get(text[at].lower(), text[at])) + text[at + 1 :]

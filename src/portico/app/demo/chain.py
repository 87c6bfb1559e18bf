"""Who sells: one brand, four markets, its shops and warehouses, tills and people. Everything here is invented but the
streets, the time zones and the taxes."""

from datetime import time

import msgspec

from portico.business.types import Address, Hours, LocationKind

PASSWORD = "portico-demo"
PIN = "2468"
MAIL_DOMAIN = "example.com"

BRAND_SLUG = "nidora"
BRAND_NAME = "Nidora"
TAGLINES = {
    "en": "A nest for every hour",
    "es": "Un nido para cada hora",
    "it": "Un nido per ogni ora",
    "ru": "Уют на каждый час",
}
ACCENT = "#b4532a"
RADIUS_PX = 12
FONT = "Inter Variable"
TONE = "Warm, plain, unhurried. Says what a thing is made of and what it is good for; never shouts, never hurries."

# A nest with a low sun in it: three woven arcs, one round yolk.
LOGO_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">'
    '<circle cx="16" cy="13" r="6" fill="#e3a24a"/>'
    f'<path d="M3 15c1 8 6 12 13 12s12-4 13-12c-3 3-8 4.5-13 4.5S6 18 3 15Z" fill="{ACCENT}"/>'
    '<path d="M6 19.5c3 2 6.5 2.8 10 2.8s7-.8 10-2.8M9 23.4c2.2 1.2 4.6 1.7 7 1.7" fill="none" '
    'stroke="#f6dcc4" stroke-width="1.2" stroke-linecap="round"/></svg>'
)


class MarketFacts(msgspec.Struct, frozen=True):
    """`rates` are taxes in millionths by tax category."""

    code: str
    name: str
    country: str
    currency: str
    language: str
    rates: dict[str, int]


# Food: Spain's reduced rate; Italy and Russia tax coffee and tea in full; the United Kingdom taxes them at zero.
# Russia's general rate is 22 % since 1 January 2026.
MARKETS = (
    MarketFacts("es", "España", "ES", "EUR", "es", {"standard": 210_000, "food": 100_000}),
    MarketFacts("it", "Italia", "IT", "EUR", "it", {"standard": 220_000, "food": 220_000}),
    MarketFacts("ru", "Россия", "RU", "RUB", "ru", {"standard": 220_000, "food": 220_000}),
    MarketFacts("gb", "United Kingdom", "GB", "GBP", "en", {"standard": 200_000, "food": 0}),
)

CHANNELS = {
    "web": "Web shop",
    "pos": "Store till",
    "desk": "Service desk",
    "office": "Office",
    "api": "API",
    "import": "Import",
}
"""Codes, which are their kinds too, and names."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    kind: LocationKind
    name: str
    market: str
    address: Address
    at: tuple[float, float]
    zone: str
    hours: tuple[Hours, ...]
    phone: str


def _open(days: range, *spans: tuple[int, int]) -> tuple[Hours, ...]:
    """The same spans, as (hour, hour), on each weekday; Monday is 1."""
    return tuple(Hours(day, time(opens), time(closes)) for day in days for opens, closes in spans)


WEEK, WORKDAYS, TO_SATURDAY = range(1, 8), range(1, 6), range(1, 7)
SATURDAY, SUNDAY = range(6, 7), range(7, 8)


def _store(
    code: str,
    name: str,
    market: str,
    address: Address,
    at: tuple[float, float],
    zone: str,
    phone: str,
    *hours: tuple[Hours, ...],
) -> Place:
    return Place(
        code=code, kind=LocationKind.STORE, name=name, market=market, address=address, at=at, zone=zone,
        hours=tuple(one for some in hours for one in some), phone=phone,
    )  # fmt: skip


def _warehouse(
    code: str, name: str, market: str, address: Address, at: tuple[float, float], zone: str, phone: str
) -> Place:
    return Place(
        code=code, kind=LocationKind.WAREHOUSE, name=name, market=market, address=address, at=at, zone=zone,
        hours=_open(WORKDAYS, (7, 19)), phone=phone,
    )  # fmt: skip


MADRID, ROME, MOSCOW, LONDON = "Europe/Madrid", "Europe/Rome", "Europe/Moscow", "Europe/London"

PLACES = (
    _store("MAD1", "Madrid Fuencarral", "es", Address("Calle de Fuencarral, 98", "Madrid", "28004", "ES", "Madrid"),
           (40.42896, -3.70286), MADRID, "+34910000011", _open(TO_SATURDAY, (10, 21)), _open(SUNDAY, (11, 20))),
    # Closes at midday, as the quarter does, and on Sunday.
    _store("MAD2", "Madrid Salamanca", "es", Address("Calle de Ayala, 45", "Madrid", "28001", "ES", "Madrid"),
           (40.42708, -3.68371), MADRID, "+34910000012", _open(WORKDAYS, (10, 14), (17, 20)), _open(SATURDAY, (10, 14))),
    _warehouse("MADW", "Almacén Coslada", "es", Address("Avenida de la Constitución, 12", "Coslada", "28821", "ES", "Madrid"),
               (40.42552, -3.54410), MADRID, "+34910000019"),
    _store("MIL1", "Milano Brera", "it", Address("Via Solferino, 11", "Milano", "20121", "IT", "MI"),
           (45.47402, 9.18776), ROME, "+390200000011", _open(TO_SATURDAY, (10, 20)), _open(SUNDAY, (11, 19))),
    _store("MIL2", "Milano Navigli", "it", Address("Corso di Porta Ticinese, 62", "Milano", "20123", "IT", "MI"),
           (45.45723, 9.18088), ROME, "+390200000012", _open(TO_SATURDAY, (10, 19))),
    _warehouse("MILW", "Magazzino Segrate", "it", Address("Via Rivoltana, 35", "Segrate", "20054", "IT", "MI"),
               (45.47660, 9.28540), ROME, "+390200000019"),
    # Open late: people come after work.
    _store("MOW1", "Москва, Покровка", "ru", Address("улица Покровка, 17", "Москва", "101000", "RU", "Москва"),
           (55.75897, 37.64561), MOSCOW, "+74950000011", _open(WEEK, (10, 22))),
    _store("MOW2", "Москва, Большая Никитская", "ru", Address("Большая Никитская улица, 22", "Москва", "125009", "RU", "Москва"),
           (55.75703, 37.60337), MOSCOW, "+74950000012", _open(TO_SATURDAY, (10, 21)), _open(SUNDAY, (11, 20))),
    _warehouse("MOWW", "Склад Химки", "ru", Address("Ленинградская улица, 25", "Химки", "141400", "RU", "Московская область"),
               (55.89190, 37.43970), MOSCOW, "+74950000019"),
    _store("LON1", "London Marylebone", "gb", Address("74 Marylebone High Street", "London", "W1U 5JW", "GB"),
           (51.52051, -0.15187), LONDON, "+442079460011", _open(TO_SATURDAY, (10, 19)), _open(SUNDAY, (11, 17))),
    _store("LON2", "London Shoreditch", "gb", Address("33 Redchurch Street", "London", "E2 7DJ", "GB"),
           (51.52407, -0.07386), LONDON, "+442079460012", _open(range(2, 7), (11, 19)), _open(SUNDAY, (12, 18))),
    _warehouse("LONW", "Warehouse Barking", "gb", Address("12 River Road", "Barking", "IG11 0DS", "GB"),
               (51.52440, 0.09810), LONDON, "+442079460019"),
)  # fmt: skip

STORES = tuple(one for one in PLACES if one.kind is LocationKind.STORE)
TILLS_PER_STORE = 2


class Person(msgspec.Struct, frozen=True):
    """Somebody on the staff; `place` is where the role is held, None everywhere."""

    number: str
    given_name: str
    family_name: str
    login: str
    role: str
    place: str | None

    @property
    def email(self) -> str:
        return f"{self.login}@{MAIL_DOMAIN}"

    @property
    def uses_till(self) -> bool:
        return self.role in ("cashier", "manager")

    @property
    def uses_desk(self) -> bool:
        return self.role != "cashier"


STAFF = (
    Person("101001", "Lucía", "Herrero", "lucia.herrero", "cashier", "MAD1"),
    Person("101002", "Álvaro", "Casado", "alvaro.casado", "cashier", "MAD1"),
    Person("101003", "Marta", "Quintana", "marta.quintana", "manager", "MAD1"),
    Person("102004", "Sergio", "Bravo", "sergio.bravo", "cashier", "MAD2"),
    Person("102005", "Nuria", "Campos", "nuria.campos", "cashier", "MAD2"),
    Person("102006", "Javier", "Montes", "javier.montes", "manager", "MAD2"),
    Person("201007", "Giulia", "Ferraris", "giulia.ferraris", "cashier", "MIL1"),
    Person("201008", "Matteo", "Colli", "matteo.colli", "cashier", "MIL1"),
    Person("201009", "Elena", "Bassani", "elena.bassani", "manager", "MIL1"),
    Person("202010", "Chiara", "Lodi", "chiara.lodi", "cashier", "MIL2"),
    Person("202011", "Davide", "Pavesi", "davide.pavesi", "cashier", "MIL2"),
    Person("202012", "Paolo", "Righi", "paolo.righi", "manager", "MIL2"),
    Person("301013", "Дарья", "Соколова", "daria.sokolova", "cashier", "MOW1"),
    Person("301014", "Илья", "Лебедев", "ilya.lebedev", "cashier", "MOW1"),
    Person("301015", "Ольга", "Воронцова", "olga.vorontsova", "manager", "MOW1"),
    Person("302016", "Мария", "Зайцева", "maria.zaytseva", "cashier", "MOW2"),
    Person("302017", "Артём", "Королёв", "artem.korolyov", "cashier", "MOW2"),
    Person("302018", "Никита", "Громов", "nikita.gromov", "manager", "MOW2"),
    Person("401019", "Amelia", "Hartley", "amelia.hartley", "cashier", "LON1"),
    Person("401020", "Oscar", "Whitfield", "oscar.whitfield", "cashier", "LON1"),
    Person("401021", "Priya", "Nair", "priya.nair", "manager", "LON1"),
    Person("402022", "Jack", "Ellwood", "jack.ellwood", "cashier", "LON2"),
    Person("402023", "Grace", "Okafor", "grace.okafor", "cashier", "LON2"),
    Person("402024", "Thomas", "Brearley", "thomas.brearley", "manager", "LON2"),
    Person("501025", "Carmen", "Vidal", "carmen.vidal", "agent", None),
    Person("501026", "Luca", "Morandi", "luca.morandi", "agent", None),
    Person("501027", "Анна", "Белова", "anna.belova", "agent", None),
    Person("501028", "Hannah", "Pryce", "hannah.pryce", "agent", None),
    Person("601029", "Irene", "Salas", "irene.salas", "merchandiser", None),
    Person("701030", "Teresa", "Valle", "teresa.valle", "manager", None),
)

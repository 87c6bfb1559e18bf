"""Customers of the demo: invented, with telephone numbers that ring nowhere and mail that reaches nobody.

London's numbers are from the range that Ofcom keeps for drama (020 7946 0xxx); Spain, Italy and Russia keep none, so
theirs are unassigned-looking ends of mobile ranges. Mail goes to example.com, which RFC 2606 keeps for examples.
"""

from portico.customers.types import NewCustomer

_NAMES = {
    "es": (
        "Elena Marín", "Hugo Ferrer", "Carla Sanz", "Mateo Rivas", "Inés Pastor", "Bruno Calvo", "Alba Serrano", "Diego Nieto",
        "Rocío Peña", "Adrián Soler", "Teresa Blanco",
    ),
    "it": (
        "Sofia Marchetti", "Lorenzo Villa", "Martina Greco", "Andrea Fontana", "Beatrice Sala", "Pietro Galli", "Irene Colombo",
        "Tommaso Ricci", "Alice Donati", "Federico Neri",
    ),
    "ru": (
        "Екатерина Морозова", "Алексей Фёдоров", "Наталья Смирнова", "Михаил Орлов", "Вера Кузьмина", "Павел Никитин",
        "Юлия Степанова", "Роман Тихонов", "Полина Егорова", "Григорий Панин",
    ),
    "gb": (
        "Olivia Marsh", "Ethan Fairley", "Zara Ahmed", "Noah Pemberton", "Freya Collins", "Liam Osei", "Imogen Doyle",
        "Rhys Morgan", "Maya Sutton", "Callum Reid",
    ),
}  # fmt: skip

_PHONES = {"es": "+346000001", "it": "+393200000", "ru": "+790000001", "gb": "+4420794601"}
_LATIN = (
    "morozova", "fyodorov", "smirnova", "orlov", "kuzmina", "nikitin", "stepanova", "tikhonov", "egorova", "panin",
)  # fmt: skip
_LANGUAGES = {"es": "es", "it": "it", "ru": "ru", "gb": "en"}
_ACCENTS = str.maketrans("áéíóúñì", "aeiouni")


def _phone(market: str, i: int) -> str:
    start = _PHONES[market]
    length = {"es": 12, "it": 13, "ru": 12, "gb": 13}[market]
    return start + f"{i + 1:0{length - len(start)}d}"


def _login(market: str, i: int, name: str) -> str:
    return _LATIN[i] if market == "ru" else name.lower().translate(_ACCENTS).replace(" ", ".")


CUSTOMERS: dict[str, tuple[NewCustomer, ...]] = {
    market: tuple(
        NewCustomer(
            given_name=name.partition(" ")[0],
            family_name=name.partition(" ")[2],
            phone=_phone(market, i),
            email=f"{_login(market, i, name)}@example.com",
            language=_LANGUAGES[market],
            region=market.upper(),
            external_ref=f"demo:{market}-{i + 1}",
        )
        for i, name in enumerate(names)
    )
    for market, names in _NAMES.items()
}
"""By market. The first of the first market is the shopper of the walk."""

"""Under which keys a record is found while somebody waits: what it says exactly, and pairs of rough forms.

A key is a number of 64 bits, so that an index of many millions stays small. Two different texts with one number cost a look, no more.
"""

from collections.abc import Mapping
from hashlib import blake2b

from portico.identity.matching import forms


def exact(kind: str, value: str) -> int:
    """Of what nobody shares by chance: a number, an address, an id."""
    return _number(f"={kind}:{value.strip().lower()}")


def rough(values: Mapping[str, str | None]) -> list[int]:
    """Pairs of what a record says roughly; values in the forms they are compared in, by kind."""
    given, family = _sound(values, "given_name"), _sound(values, "family_name")
    street, city = _sound(values, "street"), _sound(values, "city")
    birth, phone = values.get("birth_date") or "", values.get("phone") or ""
    postcode, house = values.get("postcode") or "", values.get("house_number") or ""
    local = (values.get("email") or "").partition("@")[0]
    names = " ".join(sorted((given, family))) if given and family else ""
    parts = (
        ("n", names),
        ("ny", names, birth[:4]),
        ("nm", names, birth[4:]),
        ("np", names, postcode),
        ("nc", names, city),
        ("ns", names, street),
        ("nt", names, phone[-4:]),
        ("fb", family, birth),
        ("gb", given, birth),
        ("ft", family, phone[-7:]),
        ("gt", given, phone[-7:]),
        ("fp", family, postcode, house),
        ("gp", given, postcode, house),
        ("sb", street, birth),
        ("pb", postcode, birth),
        ("e", local),
        ("tb", phone[-7:], birth),
    )
    return sorted({_number(" ".join(part)) for part in parts if all(part)})


def _sound(values: Mapping[str, str | None], kind: str) -> str:
    value = values.get(kind) or ""
    words = value.split()
    if not words:
        return ""
    return forms.sound(forms.full_form(words[0]) if kind == "given_name" else max(words, key=len))


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)

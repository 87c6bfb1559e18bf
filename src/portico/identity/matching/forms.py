"""How a value is written before it is compared: one case, one alphabet, one order of a date, one form of a number."""

import re
import unicodedata
from functools import lru_cache
from importlib import resources

from anyascii import anyascii

YEAR_MIN, YEAR_MAX = 1000, 2199
VALUE_LENGTH_MAX = 500

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_DIGITS = re.compile(r"\d+")
_APOSTROPHES = re.compile(r"['’`´ʼ\"]")
# Consonants that are heard alike have one letter; what was spelt with several is read as one sound first.
_SOUNDS = (("sch", "s"), ("tch", "c"), ("tsch", "c"), ("shch", "s"), ("ph", "f"), ("gh", "g"), ("ck", "k"), ("ch", "s"), ("sh", "s"), ("zh", "s"),
           ("kh", "h"), ("th", "t"), ("wr", "r"), ("kn", "n"), ("gn", "n"), ("qu", "k"), ("x", "ks"), ("dg", "j"), ("ts", "s"), ("tz", "s"))  # fmt: skip
_HEARD = str.maketrans("bpvfwdtgkqcjszmnlr", "bbffwddkkkksssnnlr")
_SILENT = str.maketrans("", "", "aeiouyhw")


def folded(text: str) -> str:
    """Lower case, Latin letters and digits, single spaces; marks that turn or hide text are not part of it."""
    text = _APOSTROPHES.sub("", text[:VALUE_LENGTH_MAX])
    if not text.isascii():
        text = anyascii(
            "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
        )
        text = _APOSTROPHES.sub("", text)  # soft signs come out as such
    return _NOT_WORD.sub(" ", text.lower()).strip()


def digits(text: str) -> str:
    return "".join(_DIGITS.findall(unicodedata.normalize("NFKC", text[:VALUE_LENGTH_MAX])))


def phone(text: str) -> str:
    """The last nine digits: what is dialled is the same with and without the country."""
    found = digits(text)
    return found[-9:] if len(found) >= 6 else ""


def email(text: str) -> str:
    text = text.strip().lower()[:VALUE_LENGTH_MAX]
    local, at, domain = text.partition("@")
    return f"{local.partition('+')[0]}@{domain}" if at and local and domain else folded(text)


def compact(text: str) -> str:
    """A number or code of an office, without what only parts it."""
    return folded(text).replace(" ", "")


def read_date(text: str) -> str:
    """`yyyymmdd`, or `yyyy` where only a year is told; "" for what is no date. Of 4/5/1990 the first is taken for the day."""
    text = text.strip()
    if len(text) > 30:
        return ""
    parts = _DIGITS.findall(text)
    if len(parts) == 1 and len(parts[0]) == 8 and parts[0] == text:
        year, month, day = parts[0][:4], parts[0][4:6], parts[0][6:]
        if not _possible(year, month, day):
            day, month, year = parts[0][:2], parts[0][2:4], parts[0][4:]
    elif len(parts) >= 3 and len(parts[0]) == 4:
        year, month, day = parts[:3]
    elif len(parts) >= 3 and len(parts[2]) == 4:
        day, month, year = parts[:3]
    else:
        return ""
    if _possible(year, day, month) and not _possible(year, month, day):
        month, day = day, month
    return f"{year}{int(month):02d}{int(day):02d}" if _possible(year, month, day) else ""


def date(text: str) -> str:
    """A date as it is compared; what looks like one and cannot be one (31 February, month 13) stays as digits."""
    return read_date(text) or digits(text)[:8]


def _possible(year: str, month: str, day: str) -> bool:
    return len(year) == 4 and YEAR_MIN <= int(year) <= YEAR_MAX and 1 <= int(month) <= 12 and 1 <= int(day) <= 31


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """How a folded word is heard, roughly: its first letter's class, then consonants by class, at most five letters."""
    if not word or word[0].isdigit():
        return word[:5]
    for spelt, heard in _SOUNDS:
        if spelt in word:
            word = word.replace(spelt, heard)
    first = word[0].translate(_HEARD)
    rest = word[1:].translate(_SILENT).translate(_HEARD)
    code = first
    for one in rest:
        if one != code[-1]:
            code += one
    return code[:5]


@lru_cache(maxsize=1)
def short_forms() -> tuple[tuple[str, ...], ...]:
    """Names with what people make of them, a line each, the name itself first."""
    text = resources.files("portico.identity.matching").joinpath("short_names.txt").read_text("utf-8")
    return tuple(tuple(line.split()) for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _full_forms() -> dict[str, str]:
    found: dict[str, str] = {}
    for first, *others in short_forms():
        found |= {one: found.get(first, first) for one in (first, *others) if one not in found}
    return found


def full_form(word: str) -> str:
    """The name that a short form stands for; a word that is none stands for itself."""
    return _full_forms().get(word, word)

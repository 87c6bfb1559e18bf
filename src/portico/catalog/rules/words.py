"""Texts: folded for comparing, cut into words for searching, turned into slugs, chosen by language."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from portico.catalog.types import Texts

WORD_LENGTH_MAX, WORDS_MAX = 48, 1_000
SLUG_LENGTH_MAX = 80
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# Letters that Unicode does not take apart into a letter and a mark.
_STROKED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
# GOST 7.79-2000, system B, without its marks for signs: readable in an address bar, the same every time.
_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфы", "abvgdeziyklmnoprstufy", strict=True))
    | {"ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"}
    | {"ъ": "", "ь": "", "э": "e", "ю": "yu", "я": "ya"}
)
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Without case, accents and ligatures: "Café" and "CAFÉ" both become "cafe", "ё" and "е" are one."""
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(_STROKED)


def typed(text: str) -> str:
    """What somebody typed, to be compared with what is stored: without NUL, which no text in PostgreSQL can hold."""
    return text.replace("\0", " ").strip()[:100]


def words(text: str) -> list[str]:
    """The folded words of a text, in order, bounded in length and number."""
    return [word[:WORD_LENGTH_MAX] for word in _WORD.findall(fold(text))[:WORDS_MAX]]


def search_vector(*, strong: Iterable[str], weak: Iterable[str]) -> str:
    """A `tsvector` literal: words of the title and codes weigh A, all others C.

    Made here and not by `to_tsvector`, so that words are cut and folded alike on every server, whatever its locale.
    """
    weights: dict[str, str] = {}
    for weight, texts in (("A", strong), ("C", weak)):
        for text in texts:
            for word in words(text):
                weights.setdefault(word, weight)
    return " ".join(f"'{word}':{i}{weight}" for i, (word, weight) in enumerate(list(weights.items())[:WORDS_MAX], 1))


def prefix_query(asked: Iterable[str]) -> str:
    """A `tsquery` that every word must match, whole or as a beginning."""
    return " & ".join(f"'{word}':*" for word in asked)


def whole_query(asked: Iterable[str]) -> str:
    """A `tsquery` for whole words, to rank those above mere beginnings."""
    return " | ".join(f"'{word}'" for word in asked)


def slug(text: str) -> str:
    """ "Настольная лампа «Дуга»" -> "nastolnaya-lampa-duga"; "" where no letter or digit of ours is left."""
    latin = fold(unicodedata.normalize("NFC", text.casefold()).translate(_LATIN))
    return "-".join(re.findall(r"[a-z0-9]+", latin))[:SLUG_LENGTH_MAX].strip("-")


def said(texts: Texts, language: str) -> str:
    """The text in this language, else in English, else in whichever it was written in; "" if in none."""
    return texts.get(language) or texts.get("en") or next((one for one in texts.values() if one), "")


@cache
def is_language(tag: str) -> bool:
    return re.fullmatch(r"[a-z]{2,3}", tag) is not None

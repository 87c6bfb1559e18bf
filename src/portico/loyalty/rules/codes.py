"""Codes of gift cards."""

import hashlib
import secrets

# Crockford's alphabet, as on everything that is read out or typed; fifteen letters are seventy-five bits that nobody guesses, and the
# sixteenth tells a slip of the finger from a guess.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16


def new_code() -> str:
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH - 1))
    return show(code + check_letter(code))


def show(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, LENGTH, 4))


def check_letter(code: str) -> str:
    """Luhn's rule over thirty-two letters: it notices every wrong letter, and nearly all neighbours that changed places."""
    total, base = 0, len(LETTERS)
    for i, letter in enumerate(reversed(code)):
        value = LETTERS.index(letter) * (2 if i % 2 == 0 else 1)
        total += value // base + value % base
    return LETTERS[-total % base]


def fits(code: str) -> bool:
    """Whether the last letter belongs to the others. Cards from before there was one may not fit, and be good all the same."""
    return check_letter(code[:-1]) == code[-1]


def plain(text: str) -> str:
    """As people type it: small letters, spaces, O for 0, I or L for 1."""
    return text.upper().translate(str.maketrans("OIL", "011", " -"))


def read_code(text: str) -> str | None:
    """A code as people type it. None if it has not the shape of one."""
    code = plain(text)
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else None


def hashed(code: str) -> bytes:
    """What is kept of a code. It is long and random, so that a plain hash says nothing of it."""
    return hashlib.sha256(code.encode()).digest()

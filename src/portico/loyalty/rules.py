"""Codes of gift cards."""

import hashlib
import secrets

# Crockford's alphabet, as on everything that is read out or typed; sixteen letters are eighty bits that nobody guesses.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16


def new_code() -> str:
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(code[i : i + 4] for i in range(0, LENGTH, 4))


def read_code(text: str) -> str | None:
    """A code as people type it: small letters, spaces, O for 0, I or L for 1. None if it is none."""
    code = text.upper().translate(str.maketrans("OIL", "011", " -"))
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else None


def hashed(code: str) -> bytes:
    """What is kept of a code. It is long and random, so that a plain hash says nothing of it."""
    return hashlib.sha256(code.encode()).digest()

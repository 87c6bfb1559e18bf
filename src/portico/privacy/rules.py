"""Pure decisions about what may be sent, what counts as said, and links that prove themselves."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.platform import i18n
from portico.privacy.types import (
    ANY,
    CHANNELS,
    NAME_LENGTH_MAX,
    SOURCE_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    BadConsent,
    BadPurpose,
    LegalBasis,
    NewPurpose,
    NewWord,
    NewWording,
    Purpose,
    Stance,
    SuppressedFor,
    Why,
    Word,
)

UNKNOWN = Why.NO_PURPOSE
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


class Against(msgspec.Struct, frozen=True):
    """A suppression that stands, as far as it is judged by."""

    reason: SuppressedFor
    purpose: str
    recorded_at: datetime


class Standing(msgspec.Struct, frozen=True):
    """All that decides whether something may be sent to an address for a purpose."""

    legal_basis: LegalBasis
    active: bool
    channels: list[str]
    granted: bool | None  # her last word; None: she has said nothing
    said_at: datetime | None
    against: list[Against]


def digest(address: str) -> bytes:
    """An address as suppressions know it: SHA-256 of its stored form. It can be looked up, and not read back out."""
    return hashlib.sha256(address.strip().lower().encode()).digest()


def hint(address: str) -> str:
    """What of an address whoever knows it recognises: "a…@e….com", "+34…78"."""
    if "@" not in address:
        return f"{address[:3]}…{address[-2:]}"
    local, _, domain = address.rpartition("@")
    head, dot, ending = domain.rpartition(".")
    return f"{local[:1]}…@{head[:1]}…{dot}{ending}"


def judge(found: Standing | None, *, channel: str, purpose: str, given_at: datetime | None) -> Why | None:
    """Why nothing may be sent; None: it may.

    A mailbox that is not there gets nothing. What she bought cannot be had without news of it, so that only an erasure stops
    that, and only what rests on what was known before. The rest she may stop; what she says later counts again.
    """
    if found is None or not found.active or not ({channel, ANY} & set(found.channels)):
        return Why.NO_PURPOSE
    against = [one for one in found.against if one.purpose in ("", purpose)]
    said_at = found.said_at if found.granted else None
    for one in sorted(against, key=lambda each: each.reason):
        if one.reason is SuppressedFor.HARD_BOUNCE:
            return Why.HARD_BOUNCE
        if one.reason is SuppressedFor.ERASED and not _later(one.recorded_at, given_at, said_at):
            return Why.ERASED
        if not found.legal_basis.hers_to_say:
            continue
        if one.reason is SuppressedFor.UNSUBSCRIBED and _later(one.recorded_at, said_at):
            continue
        if one.reason is not SuppressedFor.ERASED:
            return Why(one.reason)
    if found.legal_basis is LegalBasis.CONSENT and not found.granted:
        return Why.NO_CONSENT if found.granted is None else Why.WITHDRAWN
    if found.legal_basis is LegalBasis.LEGITIMATE_INTEREST and found.granted is False:
        return Why.OBJECTED
    return None


def _later(than: datetime, *moments: datetime | None) -> bool:
    return any(one is not None and one > than for one in moments)


def choices(purposes: Sequence[Purpose], words: Sequence[Word]) -> list[Stance]:
    """What holds on each purpose and channel. `words` from the first to the last: the last that covers a channel counts."""
    found = []
    for purpose in purposes:
        for channel in purpose.channels:
            said = [one for one in words if one.purpose == purpose.code and one.channel in (channel, ANY)]
            last = said[-1] if said and purpose.legal_basis.hers_to_say else None
            allowed = last.granted if last else purpose.legal_basis is not LegalBasis.CONSENT
            found.append(
                Stance(
                    purpose=purpose.code, channel=channel, allowed=allowed, recorded_at=last.recorded_at if last else None,
                    hers_to_say=purpose.legal_basis.hers_to_say,
                )
            )  # fmt: skip
    return found


def said(purposes: Sequence[Purpose], last: Mapping[tuple[str, str], tuple[int, bool]]) -> dict[tuple[str, str], bool]:
    """Her last word on each purpose and channel, of those by channel: a word for any channel covers all of them."""
    found = {}
    for purpose in purposes:
        for channel in purpose.channels:
            words = [one for name in (channel, ANY) if (one := last.get((purpose.code, name))) is not None]
            if words:
                found[purpose.code, channel] = max(words)[1]
    return found


def checked_word(word: NewWord, purposes: Mapping[str, Purpose]) -> tuple[Purpose, str, int | None]:
    """The purpose of a word, and the text that was read with its version. Refuses BadConsent."""
    purpose = purposes.get(word.purpose)
    if purpose is None or not purpose.legal_basis.hers_to_say:
        raise BadConsent(field="purpose")
    if word.channel != ANY and word.channel not in purpose.channels:
        raise BadConsent(field="channel")
    if not _is_text(word.source, SOURCE_LENGTH_MAX):
        raise BadConsent(field="source")
    if word.text_shown.strip():
        if not _is_text(word.text_shown, TEXT_LENGTH_MAX):
            raise BadConsent(field="text_shown")
        return purpose, word.text_shown.strip(), None
    shown = purpose.wording(word.language, fallback=i18n.FALLBACK)
    if shown is None:
        raise BadConsent(field="text_shown")
    return purpose, f"{shown.name}: {shown.text}", shown.version


def _is_text(text: str, length_max: int) -> bool:
    return 0 < len(text.strip()) <= length_max and "\0" not in text


def checked_purpose(new: NewPurpose) -> NewPurpose:
    """Refuses BadPurpose."""
    if not _CODE.fullmatch(new.code):
        raise BadPurpose(field="code")
    if not new.channels or set(new.channels) - {ANY, *CHANNELS} or len(set(new.channels)) < len(new.channels):
        raise BadPurpose(field="channels")
    if not 0 <= new.position <= 1_000:
        raise BadPurpose(field="position")
    for language, wording in new.wordings.items():
        if language not in i18n.LANGUAGES:
            raise BadPurpose(field=f"wordings.{language}"[:50])
        if not _is_text(wording.name, NAME_LENGTH_MAX) or not _is_text(wording.text, TEXT_LENGTH_MAX):
            raise BadPurpose(field=f"wordings.{language}")
    return new


def next_wordings(new: NewPurpose, before: Purpose | None) -> dict[str, NewWording]:
    """The wordings of the next version; empty where nothing that is read changes."""
    known = {one.language: NewWording(one.name, one.text) for one in before.wordings} if before else {}
    wanted = known | {
        language: NewWording(one.name.strip(), one.text.strip()) for language, one in new.wordings.items()
    }
    if not wanted:
        raise BadPurpose(field="wordings")
    return wanted if wanted != known else {}


class Linked(msgspec.Struct, frozen=True):
    """Whom a signed link is about: her record or the hash of her address, and the purpose it stops."""

    customer_id: CustomerId | None
    address_hash: bytes
    purpose: str
    channel: str

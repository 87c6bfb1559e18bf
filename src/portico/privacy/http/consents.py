"""Purposes and what people said about them, over HTTP."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post, put

from portico.customers.types import CustomerId
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.privacy import api
from portico.privacy.proving import everywhere, herself, proof, require
from portico.privacy.types import (
    LegalBasis,
    NewPurpose,
    NewWord,
    NewWording,
    Purpose,
    Stance,
    Suppression,
    Whom,
    Word,
    Wording,
)

NOTE_LENGTH_MAX = 500


class PurposeView(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose; `name` and `text` in the reader's language, `wordings` in all."""

    code: str
    legal_basis: LegalBasis
    channels: tuple[str, ...]
    double_opt_in: bool
    position: int
    active: bool
    hers_to_say: bool
    name: str
    text: str
    version: int
    wordings: tuple[Wording, ...]


class Purposes(msgspec.Struct, frozen=True):
    items: tuple[PurposeView, ...]


class WordView(msgspec.Struct, frozen=True, kw_only=True):
    purpose: str
    channel: str
    granted: bool
    legal_basis: LegalBasis
    source: str
    language: str
    version: int | None
    text_shown: str
    recorded_at: datetime
    actor_kind: str
    confirmed_at: datetime | None  # once more, from her own mailbox
    note: str


class Consents(msgspec.Struct, frozen=True):
    """What holds now, all she has said (newest first), and what stands against her addresses."""

    choices: tuple[Stance, ...]
    words: tuple[WordView, ...]
    suppressions: tuple[Suppression, ...]


class NewWords(msgspec.Struct, frozen=True):
    """What she says. `note`: how somebody else knows that she said it, as in "on the phone, she rang us"."""

    words: tuple[NewWord, ...]
    note: str = ""


@get("/v1/privacy/purposes")
async def list_purposes(door: Door) -> Answered[Purposes]:
    """What data are used for, and what is read before somebody agrees."""

    async def ask(tx: Tx) -> Purposes:
        return Purposes(tuple(_purpose(one, door.language) for one in await api.purposes(tx)))

    return await door.read(ask)


def _purpose(one: Purpose, language: str) -> PurposeView:
    shown = one.wording(language, fallback=i18n.FALLBACK)
    return PurposeView(
        code=one.code, legal_basis=one.legal_basis, channels=one.channels, double_opt_in=one.double_opt_in,
        position=one.position, active=one.active, hers_to_say=one.legal_basis.hers_to_say,
        name=shown.name if shown else one.code, text=shown.text if shown else "", version=shown.version if shown else 0,
        wordings=one.wordings,
    )  # fmt: skip


class PutPurpose(msgspec.Struct, frozen=True, kw_only=True):
    legal_basis: LegalBasis
    channels: tuple[str, ...]
    double_opt_in: bool = False
    position: int = 0
    active: bool = True
    wordings: dict[str, NewWording] = {}


@put("/v1/privacy/purposes/{code:str}")
async def put_purpose(door: Door, code: str, data: PutPurpose) -> Answered[PurposeView]:
    """Make a purpose as it should be. Needs `privacy.manage`. Another wording is another version."""
    everywhere(door, "privacy.manage")
    new = NewPurpose(
        code=code, legal_basis=data.legal_basis, channels=data.channels, double_opt_in=data.double_opt_in,
        position=data.position, active=data.active, wordings=data.wordings,
    )  # fmt: skip

    async def ask(tx: Tx) -> PurposeView:
        return _purpose(await api.put_purpose(tx, new=new, by=door.hand), door.language)

    return await door.write(ask)


@get("/v1/customers/{customer_id:str}/consents")
async def show_consents(door: Door, customer_id: CustomerId) -> Answered[Consents]:
    """What a person agreed to; staff with `privacy.read`, or herself."""
    require(door, customer_id, "privacy.read")

    async def ask(tx: Tx) -> Consents:
        door.shows("consents", [customer_id])
        return await _consents(tx, Whom((customer_id,)))

    return await door.read(ask)


async def _consents(tx: Tx, whom: Whom) -> Consents:
    said = await api.words(tx, whom=whom)
    against = await api.standing_of(tx, address_hashes=await api.hashes_of(tx, whom=whom))
    return Consents(
        tuple(await api.choices(tx, whom=whom)), tuple(_word(one) for one in reversed(said)), tuple(against)
    )


def _word(one: Word) -> WordView:
    return WordView(
        purpose=one.purpose, channel=one.channel, granted=one.granted, legal_basis=one.legal_basis, source=one.source,
        language=one.language, version=one.version, text_shown=one.text_shown, recorded_at=one.recorded_at,
        actor_kind=one.actor.partition(":")[0], confirmed_at=one.proof.confirmed_at, note=one.proof.note,
    )  # fmt: skip


@post("/v1/customers/{customer_id:str}/consents", status_code=201)
async def record_consents(door: Door, customer_id: CustomerId, data: NewWords) -> Answered[Consents]:
    """Write down what a person agreed to or took back; staff with `customers.write`, or herself. What was said before is kept."""
    require(door, customer_id, "customers.write")
    note = "" if herself(door, customer_id) else data.note.replace("\0", "")[:NOTE_LENGTH_MAX]

    async def ask(tx: Tx) -> Consents:
        whom = Whom((customer_id,))
        await api.record(tx, whom=whom, words=data.words, by=door.hand, proof=proof(door, note))
        return await _consents(tx, whom)

    return await door.write(ask, status=201)


class SignUp(msgspec.Struct, frozen=True):
    email: str
    purpose: str = "marketing"


class SignedUp(msgspec.Struct, frozen=True):
    """A letter is on its way, with a link that works for so many days."""

    confirm_within_days: int


@post("/v1/newsletter", status_code=202)
async def sign_up(door: Door, data: SignUp) -> Answered[SignedUp]:
    """Ask for letters: they begin once the address's owner has said so from her own mailbox. The answer is the same whoever has it."""

    async def ask(tx: Tx) -> SignedUp:
        await api.ask_twice(
            tx, address=data.email.strip()[:254], purpose=data.purpose, language=door.language, source=door.doorway.code or "web",
            proof=proof(door), url=door.platform.public_url,
        )  # fmt: skip
        return SignedUp(api.OPT_IN_LASTS.days)

    return await door.write(ask, status=202, remember=False)


routes: list[Any] = [list_purposes, put_purpose, show_consents, record_consents, sign_up]

"""What she lets us send and do: her own page, the same by a link from any letter, and signing up from the foot of every page.

By a link nobody signs in. Whatever a link names is shown first and done by a button: programs that look for danger in letters follow
links too.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import MediaType, Response, get, post

from portico.channels.shop import forms
from portico.channels.shop.page import LANGUAGE_NAMES, Choice, page, see, sentence
from portico.channels.shop.visit import Visit, visit
from portico.customers import api as customers
from portico.customers.types import ContactKind, CustomerId
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Refused
from portico.privacy import api
from portico.privacy.proving import proof
from portico.privacy.types import ANY, BadLink, NewWord, Purpose, Stance, Whom, Word

WORDS_SHOWN = 20
REACHED_BY = {
    "email": ContactKind.EMAIL, "sms": ContactKind.PHONE, "whatsapp": ContactKind.PHONE, "phone": ContactKind.PHONE,
}  # fmt: skip
NEWSLETTER = "marketing"


class Box(msgspec.Struct, frozen=True):
    """One question: on a purpose and channel, as it stands now."""

    name: str
    label: str
    allowed: bool


class Asked(msgspec.Struct, frozen=True):
    """A purpose with its text; without boxes it is part of what was bought, and not hers to stop."""

    title: str
    text: str
    boxes: tuple[Box, ...]


class Said(msgspec.Struct, frozen=True):
    when: str
    granted: bool
    what: str


class Preferences(msgspec.Struct, frozen=True):
    action: str
    asked: tuple[Asked, ...]
    said: tuple[Said, ...]
    languages: tuple[Choice, ...]  # in which she is written to; none where she has no record
    saved: bool
    signed_in: bool


def channel_name(language: str, channel: str) -> str:
    """As a label of its own: what is a word within a sentence elsewhere begins with a capital here."""
    name = i18n.text(language, f"timeline.channel.{channel}")
    return name[:1].upper() + name[1:]


async def _show(here: Visit, whom: Whom, *, action: str, saved: bool) -> Response[str]:
    async with here.door.database.read() as tx:
        purposes = [one for one in await api.purposes(tx) if one.active]
        choices = await api.choices(tx, whom=whom)
        words = await api.words(tx, whom=whom)
        kinds = await _reached(tx, whom)
        spoken = [(await customers.customer(tx, id=one)).language for one in whom.customer_ids[:1]]
    names = {one.code: _name(one, here.language) for one in purposes}
    view = Preferences(
        action=action,
        asked=tuple(_asked(here, one, choices, kinds) for one in purposes),
        said=tuple(_said(here, one, names) for one in reversed(words[-WORDS_SHOWN:])),
        languages=tuple(Choice(code, name, code in spoken) for code, name in LANGUAGE_NAMES.items()) if spoken else (),
        saved=saved,
        signed_in=here.customer,
    )
    return await page(here, "preferences.html", title=here.say("shop.preferences.title"), noindex=True, view=view)


async def _reached(tx: Tx, whom: Whom) -> set[ContactKind]:
    """By what she can be reached at all: of nothing else she is asked."""
    kinds = {one.kind for one in await customers.contacts(tx, ids=whom.customer_ids)}
    return kinds | ({whom.contact.kind} if whom.contact else set())


def _name(purpose: Purpose, language: str) -> str:
    shown = purpose.wording(language, fallback=i18n.FALLBACK)
    return shown.name if shown else purpose.code


def _asked(here: Visit, purpose: Purpose, choices: Sequence[Stance], kinds: set[ContactKind]) -> Asked:
    shown = purpose.wording(here.language, fallback=i18n.FALLBACK)
    boxes = [
        Box(
            f"{one.purpose}:{one.channel}",
            here.say("shop.preferences.yes") if one.channel == ANY else channel_name(here.language, one.channel),
            one.allowed,
        )
        for one in choices
        if one.purpose == purpose.code
        and one.hers_to_say
        and (one.channel == ANY or REACHED_BY.get(one.channel) in kinds)
    ]
    return Asked(_name(purpose, here.language), shown.text if shown else "", tuple(boxes))


def _said(here: Visit, word: Word, names: dict[str, str]) -> Said:
    channel = i18n.text(here.language, f"timeline.channel.{word.channel}")
    what = f"{names.get(word.purpose, word.purpose)} · {channel}"
    return Said(here.words.moment(word.recorded_at, here.zone), word.granted, what)


async def _save(door: Door, whom: Whom, *, source: str) -> None:
    """Write down what differs from what held when she was shown it; what she left as it was is no new word."""
    fields = await forms.read(door)
    before = {
        name.removeprefix("shown:"): value == "yes" for name, value in fields.items() if name.startswith("shown:")
    }
    now = {name: fields.get(name) == "yes" for name in before}
    words = [
        NewWord(
            purpose=name.partition(":")[0], channel=name.partition(":")[2], granted=now[name], source=source,
            language=door.language,
        )
        for name in before
        if now[name] != before[name]
    ]  # fmt: skip
    async with door.database.transaction() as tx:
        if words:
            await api.record(tx, whom=whom, words=words, by=door.hand, proof=proof(door))
        if whom.customer_ids and fields.get("language") in i18n.LANGUAGES:
            await customers.speak(tx, id=whom.customer_ids[0], language=fields["language"], by=door.hand)


@get("/preferences", include_in_schema=False)
async def preferences(door: Door) -> Response[Any]:
    here = await visit(door)
    if not here.customer or door.principal.id is None:
        return see("/sign-in?next=/preferences")
    whom = Whom((CustomerId(door.principal.id.bytes),))
    return await _show(here, whom, action="/preferences", saved="saved" in door.request.query_params)


@post("/preferences", include_in_schema=False)
async def save_preferences(door: Door) -> Response[Any]:
    here = await visit(door)
    if not here.customer or door.principal.id is None:
        return see("/sign-in?next=/preferences")
    await _save(door, Whom((CustomerId(door.principal.id.bytes),)), source="preference_centre")
    return see("/preferences?saved")


@get("/preferences/{token:str}", include_in_schema=False)
async def preferences_by_link(door: Door, token: str) -> Response[Any]:
    here, whom = await visit(door), await _whom(door, token)
    return await _show(here, whom, action=f"/preferences/{token}", saved="saved" in door.request.query_params)


@post("/preferences/{token:str}", include_in_schema=False)
async def save_by_link(door: Door, token: str) -> Response[Any]:
    await visit(door)
    await _save(door, await _whom(door, token), source="letter")
    return see(f"/preferences/{token}?saved")


async def _whom(door: Door, token: str) -> Whom:
    """Refuses BadLink."""
    linked = api.read_link(door.platform.secret, token=token)
    async with door.database.read() as tx:
        return await api.of_link(tx, linked=linked)


# ---------------------------------------------------------------------------------------------------- unsubscribing


class Stopping(msgspec.Struct, frozen=True):
    what: str
    done: bool
    token: str


@get("/unsubscribe/{token:str}", include_in_schema=False)
async def stop(door: Door, token: str) -> Response[Any]:
    """What would be stopped, and a button."""
    return await _stopping(await visit(door), token, done=False)


@post("/unsubscribe/{token:str}", include_in_schema=False, status_code=200)
async def stopped(door: Door, token: str) -> Response[Any]:
    """No more of these letters: pressed on the page, or in a mail program, which sends `List-Unsubscribe=One-Click` (RFC 8058)."""
    here = await visit(door)
    linked = api.read_link(door.platform.secret, token=token)
    async with door.database.transaction() as tx:
        await api.unsubscribe(tx, linked=linked, source="letter", by=door.hand, proof=proof(door))
    if "text/html" not in door.request.headers.get("accept", ""):
        return Response("", status_code=200, media_type=MediaType.TEXT)
    return await _stopping(here, token, done=True)


async def _stopping(here: Visit, token: str, *, done: bool) -> Response[str]:
    linked = api.read_link(here.door.platform.secret, token=token)
    async with here.door.database.read() as tx:
        purposes = {one.code: one for one in await api.purposes(tx)}
    purpose = purposes.get(linked.purpose)
    if purpose is None or not purpose.legal_basis.hers_to_say:
        raise BadLink()
    view = Stopping(_name(purpose, here.language), done, token)
    return await page(here, "unsubscribe.html", title=here.say("shop.unsubscribe.title"), noindex=True, view=view)


# ------------------------------------------------------------------------------------------------------- newsletter


class Newsletter(msgspec.Struct, frozen=True):
    """`step`: asked, sent, confirm, confirmed."""

    step: str
    text: str
    email: str = ""
    error: str = ""
    token: str = ""


async def _newsletter(here: Visit, view: Newsletter, *, status: int = 200) -> Response[str]:
    return await page(
        here, "newsletter.html", title=here.say("shop.newsletter.title"), noindex=True, status=status, view=view
    )


async def _text(here: Visit) -> str:
    async with here.door.database.read() as tx:
        purposes = {one.code: one for one in await api.purposes(tx)}
    shown = purposes[NEWSLETTER].wording(here.language, fallback=i18n.FALLBACK) if NEWSLETTER in purposes else None
    return shown.text if shown else ""


@get("/newsletter", include_in_schema=False)
async def newsletter(door: Door) -> Response[Any]:
    here = await visit(door)
    return await _newsletter(here, Newsletter("asked", await _text(here)))


@post("/newsletter", include_in_schema=False)
async def sign_up(door: Door) -> Response[Any]:
    """From the foot of any page. What is said next is the same whoever has the address."""
    here, fields = await visit(door), await forms.read(door)
    email = fields.get("email", "")[:254]
    if not email:
        view = Newsletter("asked", await _text(here), error=here.say("shop.newsletter.missing"))
        return await _newsletter(here, view, status=422)
    try:
        async with door.database.transaction() as tx:
            await api.ask_twice(
                tx, address=email, purpose=NEWSLETTER, language=here.language, source="shop_footer", proof=proof(door),
                url=door.platform.public_url,
            )  # fmt: skip
    except Refused as refused:
        error = sentence(refused, here.language)
        return await _newsletter(here, Newsletter("asked", await _text(here), email, error), status=refused.status)
    return await _newsletter(here, Newsletter("sent", "", email))


@get("/newsletter/{token:str}", include_in_schema=False)
async def confirming(door: Door, token: str) -> Response[Any]:
    here = await visit(door)
    async with door.database.read() as tx:
        await api.opt_in(tx, token=token)
    return await _newsletter(here, Newsletter("confirm", await _text(here), token=token))


@post("/newsletter/{token:str}", include_in_schema=False, status_code=200)
async def confirmed(door: Door, token: str) -> Response[Any]:
    here = await visit(door)
    async with door.database.transaction() as tx:
        await api.confirm(tx, token=token, by=door.hand, proof=proof(door))
    return await _newsletter(here, Newsletter("confirmed", ""))


routes: list[Any] = [
    preferences, save_preferences, preferences_by_link, save_by_link, stop, stopped, newsletter, sign_up, confirming, confirmed,
]  # fmt: skip

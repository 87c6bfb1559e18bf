"""One timeline of a person: every touch of every channel, as sentences, as far as its reader may know."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import Variant, VariantId
from portico.customers.types import CustomerId
from portico.insights import telling
from portico.insights.telling import TOLD, Body
from portico.insights.types import BadTimeline, Entry, TimelinePage, TouchActor, TouchChannel, TouchKind, TouchLink
from portico.orders import api as orders
from portico.orders.types import OrderId
from portico.platform import events, i18n
from portico.platform.auth.types import Kind as Asker
from portico.platform.auth.types import Principal
from portico.platform.db import Tx
from portico.platform.events import Recorded
from portico.platform.ids import any_id

ROWS_USUAL = 30
NEWEST = 2**63 - 1


class Reader(msgspec.Struct, frozen=True):
    """Who reads: in which language, and which types of fact. `hers`: it is she herself, to whom who works here has no name."""

    language: str
    types: tuple[str, ...]
    hers: bool = False


def reader(principal: Principal, *, whose: Collection[CustomerId], language: str) -> Reader:
    """What somebody may read of a person. Of herself she reads what is hers to know; others what they have the permission for."""
    own = principal.kind is Asker.CUSTOMER and principal.id is not None
    if own and principal.id and any(one.bytes == principal.id.bytes for one in whose):
        return Reader(language, tuple(name for name, one in TOLD.items() if one.hers), hers=True)
    return Reader(language, tuple(name for name, one in TOLD.items() if principal.may(one.permission)))


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of it: kinds and channels (empty: all), and from where on."""

    kinds: tuple[TouchKind, ...] = ()
    channels: tuple[UUID, ...] = ()
    cursor: str | None = None
    rows_max: int = ROWS_USUAL


async def timeline(
    tx: Tx, *, people: Sequence[CustomerId], reader: Reader, directory: Directory, asked: Asked
) -> TimelinePage:
    """What happened with these records of one person, newest first. Refuses BadTimeline."""
    types = [one for one in reader.types if not asked.kinds or TOLD[one].kind in asked.kinds]
    found = await events.of_people(
        tx, people=people, types=types, channels=asked.channels or None, before=_before(asked.cursor),
        rows_max=asked.rows_max,
    )  # fmt: skip
    told = [(one, body) for one in found.facts if telling.key(one.type, body := telling.read(one.body))]
    labels = await _labels(tx, told)
    variants = await _variants(tx, told, reader.language)
    entries = [_entry(one, body, reader, directory, labels, variants) for one, body in told]
    return TimelinePage(tuple(entries), f"{found.next:x}" if found.next is not None else None)


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        found = int(cursor[:20], 16)
    except ValueError:
        raise BadTimeline(field="cursor") from None
    if not 0 <= found <= NEWEST:
        raise BadTimeline(field="cursor")
    return found


Told = Sequence[tuple[Recorded, Body]]


async def _labels(tx: Tx, told: Told) -> dict[str, str]:
    """How people call what it was about: an order by its label. Asked once for the whole page."""
    named = {value for one, body in told for value in (one.subject, body.get("order_id")) if value}
    ids = sorted({OrderId.parse(one) for one in named if one.startswith(f"{OrderId.prefix}_")})
    if not ids:
        return {}
    return {str(one.id): one.label for one in await orders.heads(tx, ids=ids, rows_max=len(ids))}


async def _variants(tx: Tx, told: Told, language: str) -> Mapping[VariantId, Variant]:
    wanted = {VariantId.parse(body["variant_id"]) for _, body in told if body.get("variant_id")}
    return await catalog.variants(tx, ids=sorted(wanted), language=language) if wanted else {}


def _entry(
    one: Recorded, body: Body, reader: Reader, directory: Directory, labels: Mapping[str, str],
    variants: Mapping[VariantId, Variant],
) -> Entry:  # fmt: skip
    channel = directory.channel(one.channel_id)
    by = body["by"]
    kind = one.actor.partition(":")[0]
    location = by.get("location_id") or body.get("location_id")
    place = directory.locations.get(LocationId.parse(str(location))) if location else None
    return Entry(
        id=str(one.event_id),
        at=one.occurred_at,
        type=one.type,
        kind=TOLD[one.type].kind,
        text=_sentence(one, body, reader, labels, variants, directory),
        actor=TouchActor(kind, "" if reader.hers and kind != "customer" else by.get("actor_name", "")),
        channel=TouchChannel(channel.id.uuid, channel.code, channel.kind, channel.name) if channel else None,
        place=place.name if place else "",
        link=_link(one, body, labels),
    )


def _sentence(
    one: Recorded, body: Body, reader: Reader, labels: Mapping[str, str], variants: Mapping[VariantId, Variant],
    directory: Directory,
) -> str:  # fmt: skip
    """The fact in words. What a sentence has no place for is not said."""
    language = reader.language
    places: dict[str, object] = {
        "label": labels.get(one.subject) or labels.get(str(body.get("order_id"))) or body.get("label", ""),
        "number": body.get("number", ""),
        "code": body.get("code", ""),
        "count": body.get("points") or body.get("quantity") or _count(body.get("lines")) or 1,
    }
    if body.get("currency"):
        for name in ("total", "amount", "value"):
            if isinstance(body.get(name), int):
                places["amount"] = i18n.currency(language, abs(body[name]), body["currency"])
    if variant_id := body.get("variant_id"):
        variant = variants.get(VariantId.parse(variant_id))
        places["title"] = variant.title if variant else i18n.text(language, "timeline.some_item")
        steps = body.get("to_quantity") or 1
        places["quantity"] = i18n.quantity(language, steps, variant.scale if variant else 0)
    if body.get("starts_at"):
        places["when"] = _moment(body["starts_at"], language, directory)
    for name, words in (("purpose", "purpose"), ("channel", "channel"), ("kind", "letter"), ("why", "why")):
        if value := body.get(name):
            places[name] = _word(language, f"timeline.{words}.{value}", str(value))
    if fields := body.get("fields"):
        places["fields"] = ", ".join(_word(language, f"timeline.field.{each}", str(each)) for each in fields)
    return i18n.text(language, telling.key(one.type, body), **places)


def _word(language: str, key: str, otherwise: str) -> str:
    return i18n.text(language, key) if key in i18n.catalog(language) else otherwise


def _count(lines: object) -> int:
    """How many lines: some facts name them, an order that was placed says how many."""
    return lines if isinstance(lines, int) else len(lines) if isinstance(lines, list) else 0


def _moment(text: str, language: str, directory: Directory) -> str:
    zones = [one.time_zone for one in directory.locations.values()]
    at = msgspec.convert(text, type=datetime)
    return i18n.moment(language, at, zones[0] if zones else "UTC")


def _link(one: Recorded, body: Body, labels: Mapping[str, str]) -> TouchLink | None:
    """Where more of it is found: its order or return; else the order it belongs to."""
    for name in (one.subject, body.get("order_id")):
        found = any_id(str(name)) if name else None
        if found is None:
            continue
        text = str(found)
        if found.prefix == OrderId.prefix and text in labels:
            return TouchLink(found.prefix, text, labels[text])
        if found.prefix in ("ret", "doc"):
            return TouchLink(found.prefix, text, str(body.get("number", "")))
    return None

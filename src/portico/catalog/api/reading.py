"""Reading the catalog: by id, by code, by words, by category."""

from collections.abc import Sequence
from typing import Any

from portico.catalog.api import faces
from portico.catalog.rules import codes, cursors, gs1, words
from portico.catalog.store import finding
from portico.catalog.store import reading as store
from portico.catalog.types import (
    PAGE_MAX,
    BadCheckDigit,
    Category,
    Component,
    Item,
    ItemHead,
    ItemId,
    ItemPage,
    Media,
    MediaId,
    Scan,
    Tracking,
    UnknownCode,
    Variant,
    VariantId,
    WrongUnit,
)
from portico.platform.db import Query, Tx
from portico.platform.refusals import NotFound, Refused


async def variants(tx: Tx, *, ids: Sequence[VariantId], language: str = "en") -> dict[VariantId, Variant]:
    """Variants by id, archived ones too (orders name them); ids that nobody has are left out."""
    seen: dict[VariantId, store.VariantRow | None] = tx.seen.setdefault(store.VARIANTS, {})
    if unread := [one for one in ids if one not in seen]:
        seen.update(dict.fromkeys(unread))
        seen.update((row.id, row) for row in await tx.all(store.VARIANTS, ids=unread))
    return {one: faces.variant(row, language) for one in dict.fromkeys(ids) if (row := seen[one]) is not None}


async def tracked(tx: Tx, *, ids: Sequence[VariantId]) -> dict[VariantId, Tracking]:
    """Of these variants, those of whose units lots or serial numbers are kept."""
    return {row.id: row.tracking for row in await tx.all(store.TRACKED, ids=list(ids))}


async def unknown(tx: Tx, *, ids: Sequence[VariantId]) -> list[VariantId]:
    """Of these ids, those that nobody has."""
    return await tx.all(store.UNKNOWN, ids=list(ids))


async def components(tx: Tx, *, ids: Sequence[VariantId]) -> dict[VariantId, tuple[Component, ...]]:
    """Of these variants, the bundles and what they are made of."""
    found: dict[VariantId, tuple[Component, ...]] = {}
    for row in await tx.all(store.PARTS, ids=list(ids)):
        found[row.bundle_id] = (*found.get(row.bundle_id, ()), Component(row.variant_id, row.quantity))
    return found


def steps(variant: Variant, quantity: int, unit: str | None) -> int:
    """A quantity given in a unit of the variant's, as steps: two cases of twelve are 24. Refuses WrongUnit."""
    if unit is None or unit == variant.unit:
        return quantity
    for pack in variant.packs:
        if pack.unit == unit:
            return quantity * pack.quantity
    raise WrongUnit(unit=unit[:20], units=(variant.unit, *(one.unit for one in variant.packs)))


async def variants_of(tx: Tx, *, item_ids: Sequence[ItemId], language: str = "en") -> dict[ItemId, list[Variant]]:
    """The active variants of items, in their order; an item without any has an empty list."""
    found: dict[ItemId, list[Variant]] = {one: [] for one in item_ids}
    for row in await tx.all(store.VARIANTS_OF, items=list(item_ids)):
        found[row.item_id].append(faces.variant(row, language))
    return found


async def variant_ids_by_sku(tx: Tx, *, skus: Sequence[str]) -> dict[str, VariantId]:
    """Ids of variants, archived ones too, by SKU in lower case; SKUs that nobody has are left out."""
    rows = await tx.all(store.VARIANTS_BY_SKU, skus=[one.lower() for one in skus])
    return {row.sku.lower(): row.id for row in rows}


async def all_variant_ids(tx: Tx, *, after: VariantId | None = None, limit: int = 10_000) -> list[VariantId]:
    """Every variant's id in order, a stretch at a time; pass the last one back as `after`."""
    return await tx.all(store.ALL_VARIANT_IDS, after=after or VariantId(bytes(16)), limit=limit)


async def item(tx: Tx, *, slug_or_id: str, language: str = "en") -> Item:
    """One item, whole, by its slug or its id. Refuses NotFound, for a draft too."""
    try:
        item_id = ItemId.parse(slug_or_id) if slug_or_id.startswith(ItemId.prefix + "_") else None
    except ValueError:
        item_id = None
    body = await tx.maybe(store.BODY, id=item_id, slug=words.typed(slug_or_id))
    if body is None or body.status == "draft":
        raise NotFound(what="item", id=slug_or_id[:100])
    head = await tx.one(store.HEADS, ids=[body.id])
    pictures = await tx.all(store.MEDIA_OF, item=body.id)
    rows = await tx.all(store.VARIANTS_OF, items=[body.id])
    return faces.item(head, body, pictures, [faces.variant(row, language) for row in rows], language)


async def heads(tx: Tx, *, ids: Sequence[ItemId], language: str = "en") -> list[ItemHead]:
    """Items as they stand in a list, in the order asked for; ids that nobody has are left out."""
    rows = {row.id: row for row in await tx.all(store.HEADS, ids=list(ids))}
    return [faces.head(rows[one], language) for one in ids if one in rows]


async def search(
    tx: Tx,
    *,
    q: str | None = None,
    category: str | None = None,
    cursor: str | None = None,
    limit: int = 24,
    language: str = "en",
) -> ItemPage:
    """Active items that match, best first; all of them, oldest first, without a `q`.

    Every word of `q` must be found, as a word or as the beginning of one, in any language the item is written in; an
    exact SKU, public id or barcode finds its item too. `category` is a slug and takes in what lies below it.
    `limit` is cut to `PAGE_MAX`. Refuses BadCursor.
    """
    limit = max(1, min(limit, PAGE_MAX))
    score, after = cursors.read(cursor)
    asked = words.words(q or "")[: cursors.WORDS_ASKED_MAX]
    if q and words.typed(q):
        keys = {
            "code": words.typed(q),
            "barcode": codes.key_or_nothing(words.typed(q)),
            # No word at all (a "?" alone) matches nothing but an exact code.
            "prefixes": words.prefix_query(asked) or "'?'",
            "wholes": words.whole_query(asked) or "'?'",
            "category": words.typed(category) if category else None,
        }
        found = await tx.all(finding.SEARCH, **keys, score=score, after=after, limit=limit + 1)
        total = await _count(tx, cursor, finding.COUNT_MATCHES, **keys)
    elif category is not None:
        found = await tx.all(finding.BROWSE_CATEGORY, category=words.typed(category), after=after, limit=limit + 1)
        total = await _count(tx, cursor, finding.COUNT_CATEGORY, category=words.typed(category))
    else:
        found = await tx.all(finding.BROWSE, after=after, limit=limit + 1)
        total = await _count(tx, cursor, finding.COUNT)
    page = found[:limit]
    more = cursors.write(page[-1].score, page[-1].id) if len(found) > limit else None
    return ItemPage(tuple(await heads(tx, ids=[one.id for one in page], language=language)), more, total)


async def _count(tx: Tx, cursor: str | None, query: Query[int], **values: Any) -> int | None:
    """How many there are in all, asked once: with the first page."""
    if cursor:
        return None
    return await tx.one(query, **values)


async def lookup(tx: Tx, *, code: str) -> VariantId:
    """The active variant that a scanned or typed code names. Refuses as `scan` does."""
    return (await scan(tx, code=code)).variant_id


async def scan(tx: Tx, *, code: str) -> Scan:
    """What a scanned or typed code names: a barcode, a public id, or a SKU in any case.

    A GTIN finds its variant in any of its lengths, and out of a GS1 symbol with lot, expiry, serial or count beside it;
    the barcode of a pack says as many as the pack holds.
    Refuses UnknownCode; BadCheckDigit where the code looks like a GTIN and is no SKU nor public id either; BadScan.
    """
    scanned = gs1.read(code, today=tx.now.date())
    code = scanned.gtin if scanned else words.typed(code)
    found = await tx.maybe(finding.LOOK_UP, code=code, barcode=codes.key_or_nothing(code))
    if found is not None:
        if scanned is None:
            return Scan(found.variant_id, found.quantity)
        quantity = found.quantity * (scanned.count or 1)
        return Scan(found.variant_id, quantity, scanned.lot or "", scanned.serial or "", scanned.expires_on)
    try:
        codes.barcode_key(code)
    except BadCheckDigit:
        raise
    except Refused:
        pass
    raise UnknownCode(given=code)


async def categories(tx: Tx, *, language: str = "en") -> list[Category]:
    """All categories in their order, with the number of active items at and below each."""
    return [faces.category(row, language) for row in await tx.all(finding.CATEGORIES)]


async def categories_above(tx: Tx) -> dict[str, tuple[str, ...]]:
    """Every category's slug with those of the categories it lies in, itself first."""
    return {row.slug: row.above for row in await tx.all(finding.ABOVE)}


async def items_below(tx: Tx, *, slugs: Sequence[str]) -> dict[str, list[ItemId]]:
    """All items in each of these categories and those below it, archived ones too."""
    found: dict[str, list[ItemId]] = {one: [] for one in slugs}
    for row in await tx.all(finding.ITEMS_BELOW, slugs=list(found)):
        found[row.slug].append(row.item_id)
    return found


async def media(tx: Tx, *, id: MediaId) -> Media:
    """A picture's content. Refuses NotFound."""
    found = await tx.maybe(store.MEDIA, id=id)
    if found is None:
        raise NotFound(what="media", id=str(id))
    return found

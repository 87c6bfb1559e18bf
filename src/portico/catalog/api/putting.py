"""Putting categories and items in, in bulk."""

import hashlib
from collections.abc import Sequence

import msgspec

from portico.catalog.events import ItemChanged
from portico.catalog.rules import words
from portico.catalog.rules.codes import key_or_nothing
from portico.catalog.rules.putting import Catalog, Plan, VariantPlan, public_ids_wanted, slugs_wanted
from portico.catalog.store import putting as store
from portico.catalog.types import (
    ITEMS_MAX,
    BadItem,
    CategoryId,
    Change,
    ItemId,
    MediaId,
    NewCategory,
    NewItem,
    Put,
    UnknownCategory,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused


async def put_categories(tx: Tx, *, categories: Sequence[NewCategory]) -> int:
    """Make categories as they should be, known by slug; how many were new or changed.

    A parent stands before its children or is there already; refuses UnknownCategory otherwise, BadItem for a slug
    that is none.
    """
    await tx.run(store.LOCK_WRITERS)
    slugs = {one.slug for one in categories} | {one.parent_slug for one in categories if one.parent_slug}
    ids = {one.slug: one.id for one in await tx.all(store.KNOWN_CATEGORIES, slugs=sorted(slugs))}
    for one in categories:
        if not words.SLUG.fullmatch(one.slug):
            raise BadItem(field="category.slug", value=one.slug[:100])
        if one.parent_slug is not None and one.parent_slug not in ids:
            raise UnknownCategory(slug=one.parent_slug)
        ids.setdefault(one.slug, CategoryId.new())
    touched = await tx.all(
        store.PUT_CATEGORIES,
        ids=[ids[one.slug] for one in categories],
        slugs=[one.slug for one in categories],
        titles=[_json(one.titles) for one in categories],
        positions=[one.position for one in categories],
        parents=[ids[one.parent_slug] if one.parent_slug else None for one in categories],
    )
    return len(touched)


async def put_items(tx: Tx, *, items: Sequence[NewItem], by: Hand) -> list[Put | Refused]:
    """Make each item as it should be, new or changed; one answer per item, in order.

    An item that stands already just so is not touched. A variant keeps its id by its SKU; one that its item no longer
    names is archived. Answers may refuse: BadItem, BadCheckDigit, BadBarcode, DuplicateSku, DuplicatePublicId,
    DuplicateBarcode, DuplicateItem, UnknownCategory. At most `ITEMS_MAX` items (ValueError). One writer at a time.
    """
    if len(items) > ITEMS_MAX:
        raise ValueError(f"{len(items)} items in one call; at most {ITEMS_MAX}")
    await tx.run(store.LOCK_WRITERS)
    catalog = await _touched(tx, items)
    planned = [catalog.plan(one) for one in items]
    plans = [one for one in planned if isinstance(one, Plan)]
    if plans:
        await _write(tx, plans)
        tx.seen.clear()
    tx.emit(
        ItemChanged(
            subject=one.put.id,
            by=by,
            occurred_at=tx.now,
            slug=one.put.slug,
            external_ref=one.item.external_ref,
            variant_ids=tuple(one.put.variant_ids.values()),
            change=one.put.change,
        )
        for one in plans
    )
    return [one.put if isinstance(one, Plan) else one for one in planned]


async def _touched(tx: Tx, items: Sequence[NewItem]) -> Catalog:
    """The part of the catalog that could stand in the way of these items, or be them."""
    known = await tx.all(
        store.KNOWN_ITEMS,
        refs=[one.external_ref for one in items if one.external_ref],
        slugs=sorted({slug for one in items for slug in slugs_wanted(one)}),
    )
    new = [variant for one in items for variant in one.variants]
    variants = await tx.all(
        store.KNOWN_VARIANTS,
        skus=sorted({one.sku.lower() for one in new} | {part.sku.lower() for one in new for part in one.components}),
        public_ids=sorted({wanted for one in new for wanted in public_ids_wanted(one)}),
        items=[one.id for one in known],
    )
    printed = [code for variant in new for code in (*variant.barcodes, *(one.barcode or "" for one in variant.packs))]
    barcodes = {key_or_nothing(code) for code in printed} - {""}
    return Catalog(
        items=known,
        variants=variants,
        bundles=await tx.all(store.BUNDLES, ids=[one.id for one in variants]),
        components=await tx.all(store.COMPONENTS_USED, ids=[one.id for one in variants]),
        barcodes=await tx.all(store.KNOWN_BARCODES, codes=sorted(barcodes)),
        categories=await tx.all(
            store.KNOWN_CATEGORIES, slugs=sorted({one.category_slug for one in items if one.category_slug})
        ),
    )


async def _write(tx: Tx, plans: Sequence[Plan]) -> None:
    items = [(one.put, one.item, one) for one in plans]
    await tx.run(
        store.PUT_ITEMS,
        ids=[put.id for put, _, _ in items],
        slugs=[put.slug for put, _, _ in items],
        refs=[item.external_ref for _, item, _ in items],
        categories=[plan.category_id for _, _, plan in items],
        brands=[item.brand_id for _, item, _ in items],
        titles=[_json(item.titles) for _, item, _ in items],
        descriptions=[_json(item.descriptions) for _, item, _ in items],
        attributes=[_json(item.attributes) for _, item, _ in items],
        statuses=[item.status for _, item, _ in items],
        searches=[plan.search for _, _, plan in items],
        digests=[plan.digest for _, _, plan in items],
        now=tx.now,
    )
    variants = [(plan.put.id, i, one) for plan in plans for i, one in enumerate(plan.variants)]
    await tx.run(
        store.PUT_VARIANTS,
        ids=[one.id for _, _, one in variants],
        items=[item_id for item_id, _, _ in variants],
        public_ids=[one.public_id for _, _, one in variants],
        skus=[one.new.sku for _, _, one in variants],
        options=[_json(one.new.options) for _, _, one in variants],
        units=[one.new.unit for _, _, one in variants],
        scales=[one.new.scale for _, _, one in variants],
        tax_categories=[one.new.tax_category for _, _, one in variants],
        positions=[i for _, i, _ in variants],
        statuses=[one.new.status for _, _, one in variants],
        trackings=[one.new.tracking for _, _, one in variants],
    )
    await _write_parts(tx, [one for _, _, one in variants])
    changed = [one.put.id for one in plans if one.put.change is Change.CHANGED]
    if changed:
        await tx.run(store.ARCHIVE_VARIANTS, items=changed, kept=[one.id for _, _, one in variants])
        await tx.run(store.DROP_BARCODES, items=changed)
    barcodes = [(one.id, i, code) for _, _, one in variants for i, code in enumerate(one.barcodes)]
    await tx.run(
        store.PUT_BARCODES,
        codes=[one.code for _, _, one in barcodes],
        kinds=[one.kind for _, _, one in barcodes],
        printed=[one.printed for _, _, one in barcodes],
        positions=[i for _, i, _ in barcodes],
        variants=[variant_id for variant_id, _, _ in barcodes],
        quantities=[one.quantity for _, _, one in barcodes],
    )
    await _write_media(tx, plans, changed)


async def _write_parts(tx: Tx, variants: Sequence[VariantPlan]) -> None:
    """Of what bundles are made, and what packs hold."""
    parts = [(one.id, i, part) for one in variants for i, part in enumerate(one.components)]
    packs = [(one.id, pack) for one in variants for pack in one.new.packs]
    await tx.run(
        store.PUT_PARTS,
        variants=[one.id for one in variants],
        bundle_ids=[bundle_id for bundle_id, _, _ in parts],
        component_ids=[part.variant_id for _, _, part in parts],
        component_quantities=[part.quantity for _, _, part in parts],
        positions=[i for _, i, _ in parts],
        packed_ids=[variant_id for variant_id, _ in packs],
        units=[pack.unit for _, pack in packs],
        pack_quantities=[pack.quantity for _, pack in packs],
    )


async def _write_media(tx: Tx, plans: Sequence[Plan], changed: Sequence[ItemId]) -> None:
    pictures = {
        (plan.put.id, hashlib.sha256(f"{one.sku or ''}\0{one.content}".encode()).hexdigest()[:16]): (i, one, plan.put)
        for plan in plans
        for i, one in enumerate(plan.item.media)
    }
    keys = list(pictures)
    if changed:
        await tx.run(
            store.DROP_MEDIA, items=changed, item_ids=[item for item, _ in keys], hashes=[digest for _, digest in keys]
        )
    await tx.run(
        store.PUT_MEDIA,
        ids=[MediaId.new() for _ in keys],
        item_ids=[item for item, _ in keys],
        variants=[put.variant_ids[one.sku] if one.sku else None for _, one, put in pictures.values()],
        kinds=[one.kind for _, one, _ in pictures.values()],
        contents=[one.content for _, one, _ in pictures.values()],
        hashes=[digest for _, digest in keys],
        alts=[_json(one.alts) for _, one, _ in pictures.values()],
        positions=[i for i, _, _ in pictures.values()],
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()

"""What putting items in comes to: who is new, who is changed, who is refused.

Pure: the catalog as it stands is an argument.
"""

import hashlib
import re
from collections.abc import Container, Sequence

import msgspec

from portico.catalog.rules import codes, words
from portico.catalog.types import (
    MEDIA_MAX,
    SVG_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    VARIANTS_MAX,
    BadItem,
    CategoryId,
    Change,
    Component,
    DuplicateBarcode,
    DuplicateItem,
    DuplicatePublicId,
    DuplicateSku,
    ItemId,
    KnownBarcode,
    KnownCategory,
    KnownItem,
    KnownVariant,
    MediaKind,
    NewItem,
    NewVariant,
    Put,
    Tracking,
    UnknownCategory,
    UnknownComponent,
    VariantId,
)
from portico.platform.refusals import Refused

SKU_LENGTH_MAX = 100
REF_LENGTH_MAX = 200
COMPONENTS_MAX = 50
PACKS_MAX = 10
PARTS_MAX = 1_000_000
_UNIT = re.compile(r"[A-Z0-9]{1,3}")


class Barcode(msgspec.Struct, frozen=True):
    code: str
    kind: str
    printed: str
    quantity: int = 1


class VariantPlan(msgspec.Struct, frozen=True):
    id: VariantId
    public_id: str
    new: NewVariant
    barcodes: tuple[Barcode, ...]
    components: tuple[Component, ...]


class Plan(msgspec.Struct, frozen=True):
    """What is to be written for one item that is new or changed."""

    put: Put
    item: NewItem
    category_id: CategoryId | None
    digest: bytes
    search: str
    variants: tuple[VariantPlan, ...]


class Catalog:
    """The part of the catalog that a call touches, and what the call has claimed of it so far."""

    def __init__(
        self,
        *,
        items: Sequence[KnownItem],
        variants: Sequence[KnownVariant],
        bundles: Sequence[VariantId],
        components: Sequence[VariantId],
        barcodes: Sequence[KnownBarcode],
        categories: Sequence[KnownCategory],
    ) -> None:
        self._by_ref = {one.external_ref: one for one in items if one.external_ref}
        self._by_slug = {one.slug: one for one in items}
        self._variants_by_sku = {one.sku.lower(): one for one in variants}
        self._variants_by_item: dict[ItemId, list[KnownVariant]] = {}
        for one in variants:
            self._variants_by_item.setdefault(one.item_id, []).append(one)
        self._owner_of_public_id = {one.public_id: one.id for one in variants}
        self._owner_of_barcode = {one.code: one.variant_id for one in barcodes}
        self._categories = {one.slug: one for one in categories}
        self._bundles, self._components = set(bundles), set(components)
        self._claimed: set[str] = set()

    def plan(self, item: NewItem) -> Plan | Put | Refused:
        """What to write for this item; a Put alone where it stands already just so; or why it is refused.

        An item that is refused claims nothing, so a later one of the same call may still take its codes.
        """
        try:
            _check(item)
            return self._plan(item)
        except Refused as refused:
            return refused

    def _plan(self, item: NewItem) -> Plan | Put:
        name = item.external_ref or item.slug or ""
        if name in self._claimed:
            raise DuplicateItem(name=name)
        known = self._by_ref.get(item.external_ref) if item.external_ref else self._by_slug.get(item.slug or "")
        digest = hashlib.sha256(msgspec.json.encode(item, order="sorted")).digest()
        if known and known.digest == digest:
            self._claimed.add(name)
            skus = {one.sku: one.id for one in self._variants_by_item.get(known.id, [])}
            return Put(known.id, known.slug, skus, Change.UNCHANGED)
        item_id = known.id if known else ItemId.new()
        slug = self._slug(item, known)
        category = self._category(item)
        variants = self._variant_plans(item, item_id)
        self._claim(name, item_id, slug, variants, digest, item.external_ref)
        put = Put(item_id, slug, {one.new.sku: one.id for one in variants}, Change.CHANGED if known else Change.NEW)
        return Plan(put, item, category.id if category else None, digest, _search(item, category), variants)

    def _category(self, item: NewItem) -> KnownCategory | None:
        if item.category_slug is None:
            return None
        if item.category_slug not in self._categories:
            raise UnknownCategory(slug=item.category_slug)
        return self._categories[item.category_slug]

    def _slug(self, item: NewItem, known: KnownItem | None) -> str:
        if item.slug:
            owner = self._by_slug.get(item.slug)
            if owner and (known is None or owner.id != known.id):
                raise DuplicateItem(name=item.slug)
            return item.slug
        return known.slug if known else _first_free(slugs_wanted(item), self._by_slug)

    def _variant_plans(self, item: NewItem, item_id: ItemId) -> tuple[VariantPlan, ...]:
        plans: list[VariantPlan] = []
        taken_public_ids: set[str] = set()
        taken_codes: set[str] = set()
        taken_skus: set[str] = set()
        for new in item.variants:
            owner = self._variants_by_sku.get(new.sku.lower())
            if (owner and owner.item_id != item_id) or new.sku.lower() in taken_skus:
                raise DuplicateSku(sku=new.sku)
            taken_skus.add(new.sku.lower())
            variant_id = owner.id if owner else VariantId.new()
            public_id = self._public_id(new, owner, taken_public_ids)
            taken_public_ids.add(public_id)
            printed = [(code, 1) for code in new.barcodes]
            printed += [(pack.barcode, pack.quantity) for pack in new.packs if pack.barcode]
            barcodes = tuple(Barcode(*codes.barcode_key(code), code.strip(), units) for code, units in printed)
            for one in barcodes:
                if one.code in taken_codes or self._owner_of_barcode.get(one.code, variant_id) != variant_id:
                    raise DuplicateBarcode(barcode=one.printed)
                taken_codes.add(one.code)
            plans.append(VariantPlan(variant_id, public_id, new, barcodes, self._parts(new, variant_id)))
        return tuple(plans)

    def _parts(self, new: NewVariant, variant_id: VariantId) -> tuple[Component, ...]:
        """What a bundle is made of: variants that are there already, none of them a bundle."""
        if new.components and variant_id in self._components:
            raise UnknownComponent(sku=new.sku)  # a bundle holds it: it cannot be one itself
        parts = []
        for one in new.components:
            found = self._variants_by_sku.get(one.sku.lower())
            if found is None or found.id == variant_id or found.id in self._bundles:
                raise UnknownComponent(sku=one.sku[:SKU_LENGTH_MAX])
            parts.append(Component(found.id, one.quantity))
        return tuple(parts)

    def _public_id(self, new: NewVariant, owner: KnownVariant | None, taken: set[str]) -> str:
        if new.public_id:
            holder = self._owner_of_public_id.get(new.public_id)
            if new.public_id in taken or (holder and (owner is None or holder != owner.id)):
                raise DuplicatePublicId(public_id=new.public_id)
            return new.public_id
        if owner:
            return owner.public_id  # others may have learnt it
        return _first_free(public_ids_wanted(new), taken, self._owner_of_public_id)

    def _claim(
        self, name: str, item_id: ItemId, slug: str, variants: Sequence[VariantPlan], digest: bytes, ref: str | None
    ) -> None:
        self._claimed.add(name)
        self._by_slug[slug] = KnownItem(item_id, slug, ref, digest)
        for one in variants:
            self._variants_by_sku[one.new.sku.lower()] = KnownVariant(one.id, item_id, one.new.sku, one.public_id)
            self._owner_of_public_id[one.public_id] = one.id
            self._owner_of_barcode.update((barcode.code, one.id) for barcode in one.barcodes)
            self._components.update(part.variant_id for part in one.components)
            if one.components:
                self._bundles.add(one.id)
            else:
                self._bundles.discard(one.id)


def slugs_wanted(item: NewItem) -> list[str]:
    """The slug an item asks for; or those that one without may be given, best first: its title, its title and SKU,
    and at last a number nobody has."""
    if item.slug or not item.variants:
        return [item.slug] if item.slug else []
    base = words.slug(words.said(item.titles, "en")) or "item"
    short = base[: words.SLUG_LENGTH_MAX - 20].strip("-")
    longer = words.slug(f"{short} {item.variants[0].sku}")
    return list(dict.fromkeys([base, longer, f"{short}-{_short_hash(item.external_ref or base)}"]))


def public_ids_wanted(variant: NewVariant) -> list[str]:
    """The public id a variant asks for; or those that one without may be given, best first. Other channels allow
    letters, digits, ".", "_" and "-"."""
    if variant.public_id:
        return [variant.public_id]
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", variant.sku).strip("-")[:50] or words.slug(variant.sku)[:50] or "v"
    return [base, f"{base}-{_short_hash(variant.sku)}"]


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _first_free(wanted: Sequence[str], *taken: Container[str]) -> str:
    for one in wanted:
        if not any(one in some for some in taken):
            return one
    raise DuplicateItem(name=wanted[-1])


def _search(item: NewItem, category: KnownCategory | None) -> str:
    """Titles, SKUs and options find an item first; its category, attributes and description find it too."""
    strong = [*item.titles.values(), *(one.sku for one in item.variants)]
    weak = [text for one in item.variants for option in one.options for text in option.value.values()]
    weak += category.titles.values() if category else ()
    weak += [text for one in item.attributes for text in one.value.values()]
    weak += item.descriptions.values()
    return words.search_vector(strong=strong, weak=weak)


def _check(item: NewItem) -> None:
    if not item.external_ref and not item.slug:
        raise BadItem(field="slug", value="")
    if item.external_ref and len(item.external_ref) > REF_LENGTH_MAX:
        raise BadItem(field="external_ref", value=item.external_ref[:REF_LENGTH_MAX])
    if item.slug and (len(item.slug) > words.SLUG_LENGTH_MAX or not words.SLUG.fullmatch(item.slug)):
        raise BadItem(field="slug", value=item.slug[: words.SLUG_LENGTH_MAX])
    if not words.said(item.titles, "en").strip():
        raise BadItem(field="titles", value="")
    if not 0 < len(item.variants) <= VARIANTS_MAX:
        raise BadItem(field="variants", value=str(len(item.variants)))
    if len(item.media) > MEDIA_MAX:
        raise BadItem(field="media", value=str(len(item.media)))
    for field, texts in (("titles", item.titles), ("descriptions", item.descriptions)):
        for language, text in texts.items():
            if not words.is_language(language) or len(text) > TEXT_LENGTH_MAX or "\0" in text:
                raise BadItem(field=f"{field}.{language}", value=text[:100])
    skus = {one.sku for one in item.variants}
    for variant in item.variants:
        _check_variant(variant)
    for media in item.media:
        if media.sku is not None and media.sku not in skus:
            raise BadItem(field="media.sku", value=media.sku)
        is_web = media.content.startswith(("https://", "http://"))
        if len(media.content) > SVG_LENGTH_MAX or (media.kind is MediaKind.URL and not is_web):
            raise BadItem(field="media.content", value=media.content[:100])


def _check_variant(variant: NewVariant) -> None:
    if not variant.sku.strip() or len(variant.sku) > SKU_LENGTH_MAX or not variant.sku.isprintable():
        raise BadItem(field="sku", value=variant.sku[:SKU_LENGTH_MAX])
    if variant.public_id and not codes.PUBLIC_ID.fullmatch(variant.public_id):
        raise BadItem(field="public_id", value=variant.public_id[:100])
    if not _UNIT.fullmatch(variant.unit):
        raise BadItem(field="unit", value=variant.unit[:10])
    if len(variant.components) > COMPONENTS_MAX or _twice([one.sku.lower() for one in variant.components]):
        raise BadItem(field="components", value=variant.sku)
    if any(not 0 < one.quantity <= PARTS_MAX for one in variant.components):
        raise BadItem(field="components.quantity", value=variant.sku)
    if variant.components and variant.tracking is not Tracking.NONE:
        raise BadItem(field="tracking", value=variant.tracking)
    if len(variant.packs) > PACKS_MAX or _twice([variant.unit, *(one.unit for one in variant.packs)]):
        raise BadItem(field="packs", value=variant.sku)
    for pack in variant.packs:
        if not _UNIT.fullmatch(pack.unit) or not 1 < pack.quantity <= PARTS_MAX:
            raise BadItem(field="packs", value=f"{pack.unit} {pack.quantity}"[:100])
    if not 0 <= variant.scale <= 6:
        raise BadItem(field="scale", value=str(variant.scale))


def _twice(names: Sequence[str]) -> bool:
    return len(set(names)) < len(names)

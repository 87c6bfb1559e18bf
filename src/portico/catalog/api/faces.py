"""Rows as a reader of one language sees them."""

from collections.abc import Sequence

from portico.catalog.rules.words import said
from portico.catalog.store.finding import CategoryRow
from portico.catalog.store.reading import BodyRow, HeadRow, MediaRow, VariantRow
from portico.catalog.types import (
    Attribute,
    Category,
    CategoryHead,
    Item,
    ItemHead,
    MediaId,
    MediaKind,
    Option,
    Picture,
    Texts,
    Variant,
)


def media_url(
    media_id: MediaId | None, kind: MediaKind | None, url: str | None, content_hash: str | None
) -> str | None:
    """Where a picture is fetched. With its hash in it, a browser may keep it for ever: other content, other address."""
    if media_id is None:
        return None
    return url if kind is MediaKind.URL else f"/media/{media_id}?v={content_hash}"


def variant(row: VariantRow, language: str) -> Variant:
    options = {said(one.name, language): said(one.value, language) for one in row.options}
    item_title = said(row.item_titles, language)
    return Variant(
        id=row.id,
        item_id=row.item_id,
        item_slug=row.item_slug,
        public_id=row.public_id,
        sku=row.sku,
        title=f"{item_title}, {' / '.join(options.values())}" if options else item_title,
        item_title=item_title,
        options=options,
        image_url=media_url(row.media_id, row.media_kind, row.media_url, row.media_hash),
        image_alt=_alt(row.media_alts, item_title, language),
        barcodes=row.barcodes,
        unit=row.unit,
        scale=row.scale,
        tax_category=row.tax_category,
        status=row.status,
        tracking=row.tracking,
        components=row.components,
        packs=row.packs,
        category_slug=row.category_slug,
    )


def head(row: HeadRow, language: str) -> ItemHead:
    title = said(row.titles, language)
    category_title = said(row.category_titles or {}, language)
    return ItemHead(
        id=row.id,
        slug=row.slug,
        title=title,
        category=CategoryHead(row.category_slug, category_title) if row.category_slug else None,
        brand_id=row.brand_id,
        image_url=media_url(row.media_id, row.media_kind, row.media_url, row.media_hash),
        image_alt=_alt(row.media_alts, title, language),
        variant_ids=row.variant_ids,
    )


def item(row: HeadRow, body: BodyRow, pictures: Sequence[MediaRow], variants: Sequence[Variant], language: str) -> Item:
    top = head(row, language)
    return Item(
        id=top.id,
        slug=top.slug,
        title=top.title,
        category=top.category,
        brand_id=top.brand_id,
        image_url=top.image_url,
        image_alt=top.image_alt,
        description=said(body.descriptions, language),
        attributes=tuple(Attribute(said(one.name, language), said(one.value, language)) for one in body.attributes),
        media=tuple(
            Picture(media_url(one.id, one.kind, one.url, one.content_hash) or "", _alt(one.alts, top.title, language))
            for one in pictures
        ),
        options=_options(variants),
        variants=tuple(variants),
        status=body.status,
    )


def _options(variants: Sequence[Variant]) -> tuple[Option, ...]:
    """What there is to choose, in the order in which the variants first name it."""
    values: dict[str, dict[str, None]] = {}
    for one in variants:
        for name, value in one.options.items():
            values.setdefault(name, {})[value] = None
    return tuple(Option(name, tuple(found)) for name, found in values.items())


def category(row: CategoryRow, language: str) -> Category:
    return Category(
        id=row.id,
        slug=row.slug,
        title=said(row.titles, language),
        position=row.position,
        parent_slug=row.parent_slug,
        item_count=row.item_count,
        image_url=media_url(row.media_id, row.media_kind, row.media_url, row.media_hash),
    )


def _alt(alts: Texts | None, title: str, language: str) -> str:
    return said(alts or {}, language) or title

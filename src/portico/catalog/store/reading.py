"""SQL of reading items and variants."""

from uuid import UUID

import msgspec

from portico.catalog.types import (
    Component,
    ItemId,
    KnownVariant,
    Media,
    MediaId,
    MediaKind,
    Pack,
    Status,
    Texts,
    Tracking,
    Trait,
    VariantId,
)
from portico.platform.db import Query


class VariantRow(msgspec.Struct, frozen=True):
    id: VariantId
    item_id: ItemId
    item_slug: str
    public_id: str
    sku: str
    item_titles: Texts
    options: tuple[Trait, ...]
    media_id: MediaId | None
    media_kind: MediaKind | None
    media_url: str | None
    media_hash: str | None
    media_alts: Texts | None
    barcodes: tuple[str, ...]
    unit: str
    scale: int
    tax_category: str
    status: Status
    tracking: Tracking
    components: tuple[Component, ...]
    packs: tuple[Pack, ...]
    category_slug: str | None


_VARIANTS = """
    select variant.id, item.id, item.slug, variant.public_id, variant.sku, item.titles, variant.options,
        picture.id, picture.kind, picture.url, picture.content_hash, picture.alts,
        array(select printed from catalog.barcode where variant_id = variant.id order by position, code),
        variant.unit, variant.scale, variant.tax_category,
        case when item.status = 'active' then variant.status else item.status end, variant.tracking,
        coalesce((
            select jsonb_agg(jsonb_build_object('variant_id', 'var_' || replace(component.variant_id::text, '-', ''),
                'quantity', component.quantity) order by component.position)
            from catalog.component
            where component.bundle_id = variant.id), '[]'),
        coalesce((
            select jsonb_agg(jsonb_build_object('unit', pack.unit, 'quantity', pack.quantity) order by pack.quantity)
            from catalog.pack
            where pack.variant_id = variant.id), '[]'),
        (select category.slug from catalog.category where category.id = item.category_id)
    from catalog.variant
    join catalog.item on item.id = variant.item_id
    left join lateral (
        select media.id, media.kind, case when media.kind = 'url' then media.content end as url, media.content_hash,
            media.alts
        from catalog.media
        where media.item_id = item.id and (media.variant_id is null or media.variant_id = variant.id)
        order by media.variant_id is null, media.position, media.id
        limit 1
    ) as picture on true
"""
VARIANTS = Query(VariantRow, f"{_VARIANTS} where variant.id = any(:ids::uuid[])")
VARIANTS_OF = Query(
    VariantRow,
    f"""{_VARIANTS}
    where variant.item_id = any(:items::uuid[]) and variant.status = 'active'
    order by variant.item_id, variant.position, variant.id
    """,
)


class PartRow(msgspec.Struct, frozen=True):
    bundle_id: VariantId
    variant_id: VariantId
    quantity: int


PARTS = Query(
    PartRow,
    """
    select bundle_id, variant_id, quantity
    from catalog.component
    where bundle_id = any(:ids::uuid[])
    order by bundle_id, position, variant_id
    """,
)


UNKNOWN = Query(
    VariantId,
    """
    select asked.id
    from unnest(:ids::uuid[]) as asked (id)
    where not exists (select from catalog.variant where variant.id = asked.id)
    """,
)


class TrackedRow(msgspec.Struct, frozen=True):
    id: VariantId
    tracking: Tracking


TRACKED = Query(
    TrackedRow, "select id, tracking from catalog.variant where id = any(:ids::uuid[]) and tracking <> 'none'"
)
VARIANTS_BY_SKU = Query(
    KnownVariant,
    """
    select id, item_id, sku, public_id
    from catalog.variant
    where lower(sku) = any(:skus::text[])
    """,
)


class HeadRow(msgspec.Struct, frozen=True):
    id: ItemId
    slug: str
    titles: Texts
    category_slug: str | None
    category_titles: Texts | None
    brand_id: UUID | None
    media_id: MediaId | None
    media_kind: MediaKind | None
    media_url: str | None
    media_hash: str | None
    media_alts: Texts | None
    variant_ids: tuple[VariantId, ...]


HEADS = Query(
    HeadRow,
    """
    select item.id, item.slug, item.titles, category.slug, category.titles, item.brand_id,
        picture.id, picture.kind, picture.url, picture.content_hash, picture.alts,
        array(select id from catalog.variant where item_id = item.id and status = 'active' order by position, id)
    from catalog.item
    left join catalog.category on category.id = item.category_id
    left join lateral (
        select media.id, media.kind, case when media.kind = 'url' then media.content end as url, media.content_hash,
            media.alts
        from catalog.media
        where media.item_id = item.id
        order by media.variant_id is not null, media.position, media.id
        limit 1
    ) as picture on true
    where item.id = any(:ids::uuid[])
    """,
)


class BodyRow(msgspec.Struct, frozen=True):
    id: ItemId
    status: Status
    descriptions: Texts
    attributes: tuple[Trait, ...]


BODY = Query(
    BodyRow,
    """
    select id, status, descriptions, attributes
    from catalog.item
    where id = :id or slug = :slug
    """,
)


class MediaRow(msgspec.Struct, frozen=True):
    id: MediaId
    kind: MediaKind
    url: str | None
    content_hash: str
    alts: Texts


MEDIA_OF = Query(
    MediaRow,
    """
    select id, kind, case when kind = 'url' then content end, content_hash, alts
    from catalog.media
    where item_id = :item
    order by variant_id is not null, position, id
    """,
)
MEDIA = Query(Media, "select kind, content, content_hash from catalog.media where id = :id")
ALL_VARIANT_IDS = Query(
    VariantId,
    """
    select id from catalog.variant where id > :after order by id limit :limit
    """,
)

"""All SQL of the catalog."""

from uuid import UUID

import msgspec

from portico.catalog.types import (
    CategoryId,
    Component,
    ItemId,
    KnownBarcode,
    KnownCategory,
    KnownItem,
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

# ------------------------------------------------------------------------------------------------------- putting in

# Whoever puts items in claims slugs, SKUs and barcodes that nobody else may claim meanwhile. One writer of the catalog
# at a time; readers, and foreign keys of other rooms, go on.
LOCK_WRITERS = Query(None, "lock table catalog.item in share row exclusive mode")

KNOWN_ITEMS = Query(
    KnownItem,
    """
    select id, slug, external_ref, digest
    from catalog.item
    where external_ref = any(:refs::text[]) or slug = any(:slugs::text[])
    """,
)
KNOWN_VARIANTS = Query(
    KnownVariant,
    """
    select id, item_id, sku, public_id
    from catalog.variant
    where lower(sku) = any(:skus::text[]) or public_id = any(:public_ids::text[]) or item_id = any(:items::uuid[])
    """,
)
KNOWN_BARCODES = Query(
    KnownBarcode,
    """
    select code, variant_id
    from catalog.barcode
    where code = any(:codes::text[])
    """,
)
KNOWN_CATEGORIES = Query(
    KnownCategory,
    """
    select id, slug, titles
    from catalog.category
    where slug = any(:slugs::text[])
    """,
)
PUT_CATEGORIES = Query(
    CategoryId,
    """
    with given as (
        select * from unnest(:ids::uuid[], :slugs::text[], :titles::text[], :positions::int[], :parents::uuid[])
            as given (id, slug, titles, position, parent_id)
    )
    insert into catalog.category as category (id, slug, titles, position, parent_id)
    select id, slug, titles::jsonb, position, parent_id from given
    on conflict (slug) do update
    set titles = excluded.titles, position = excluded.position, parent_id = excluded.parent_id
    where (category.titles, category.position, category.parent_id)
        is distinct from (excluded.titles, excluded.position, excluded.parent_id)
    returning id
    """,
)
PUT_ITEMS = Query(
    None,
    """
    insert into catalog.item (id, slug, external_ref, category_id, brand_id, titles, descriptions, attributes, status,
        search, digest, created_at, updated_at)
    select id, slug, external_ref, category_id, brand_id, titles::jsonb, descriptions::jsonb, attributes::jsonb, status,
        search::tsvector, digest, :now, :now
    from unnest(:ids::uuid[], :slugs::text[], :refs::text[], :categories::uuid[], :brands::uuid[], :titles::text[],
        :descriptions::text[], :attributes::text[], :statuses::text[], :searches::text[], :digests::bytea[])
        as given (id, slug, external_ref, category_id, brand_id, titles, descriptions, attributes, status, search,
            digest)
    on conflict (id) do update
    set slug = excluded.slug, external_ref = excluded.external_ref, category_id = excluded.category_id,
        brand_id = excluded.brand_id, titles = excluded.titles, descriptions = excluded.descriptions,
        attributes = excluded.attributes, status = excluded.status, search = excluded.search, digest = excluded.digest,
        updated_at = excluded.updated_at
    """,
)
PUT_VARIANTS = Query(
    None,
    """
    insert into catalog.variant (id, item_id, public_id, sku, options, unit, scale, tax_category, position, status,
        tracking)
    select id, item_id, public_id, sku, options::jsonb, unit, scale, tax_category, position, status, tracking
    from unnest(:ids::uuid[], :items::uuid[], :public_ids::text[], :skus::text[], :options::text[], :units::text[],
        :scales::smallint[], :tax_categories::text[], :positions::int[], :statuses::text[], :trackings::text[])
        as given (id, item_id, public_id, sku, options, unit, scale, tax_category, position, status, tracking)
    on conflict (id) do update
    set public_id = excluded.public_id, sku = excluded.sku, options = excluded.options, unit = excluded.unit,
        scale = excluded.scale, tax_category = excluded.tax_category, position = excluded.position,
        status = excluded.status, tracking = excluded.tracking
    """,
)
# What an item's variants are made of is written anew with them.
PUT_PARTS = Query(
    None,
    """
    with put as (
        insert into catalog.component as component (bundle_id, variant_id, quantity, position)
        select *
        from unnest(:bundle_ids::uuid[], :component_ids::uuid[], :component_quantities::bigint[], :positions::int[])
        on conflict (bundle_id, variant_id) do update set quantity = excluded.quantity, position = excluded.position
        returning bundle_id, variant_id
    ), gone as (
        delete from catalog.component
        where bundle_id = any(:variants::uuid[]) and not exists (
            select from unnest(:bundle_ids::uuid[], :component_ids::uuid[]) as kept (bundle_id, variant_id)
            where (kept.bundle_id, kept.variant_id) = (component.bundle_id, component.variant_id)
        )
    ), packed as (
        insert into catalog.pack as pack (variant_id, unit, quantity)
        select * from unnest(:packed_ids::uuid[], :units::text[], :pack_quantities::bigint[])
        on conflict (variant_id, unit) do update set quantity = excluded.quantity
    )
    delete from catalog.pack
    where variant_id = any(:variants::uuid[]) and not exists (
        select from unnest(:packed_ids::uuid[], :units::text[]) as kept (variant_id, unit)
        where (kept.variant_id, kept.unit) = (pack.variant_id, pack.unit)
    )
    """,
)
BUNDLES = Query(VariantId, "select distinct bundle_id from catalog.component where bundle_id = any(:ids::uuid[])")
COMPONENTS_USED = Query(
    VariantId, "select distinct variant_id from catalog.component where variant_id = any(:ids::uuid[])"
)
# A variant that its item no longer names is kept for the orders that do.
ARCHIVE_VARIANTS = Query(
    None,
    """
    update catalog.variant
    set status = 'archived'
    where item_id = any(:items::uuid[]) and not id = any(:kept::uuid[]) and status <> 'archived'
    """,
)
DROP_BARCODES = Query(
    None,
    """
    delete from catalog.barcode
    using catalog.variant
    where variant.id = barcode.variant_id and variant.item_id = any(:items::uuid[])
    """,
)
PUT_BARCODES = Query(
    None,
    """
    insert into catalog.barcode (code, kind, printed, position, variant_id, quantity)
    select *
    from unnest(:codes::text[], :kinds::text[], :printed::text[], :positions::int[], :variants::uuid[],
        :quantities::bigint[])
    """,
)
# Pictures that stay keep their id, because pages elsewhere may show them by it.
DROP_MEDIA = Query(
    None,
    """
    delete from catalog.media
    where item_id = any(:items::uuid[])
        and not (item_id, content_hash) in (select * from unnest(:item_ids::uuid[], :hashes::text[]))
    """,
)
PUT_MEDIA = Query(
    None,
    """
    with given as (
        select * from unnest(:ids::uuid[], :item_ids::uuid[], :variants::uuid[], :kinds::text[], :contents::text[],
            :hashes::text[], :alts::text[], :positions::int[])
            as given (id, item_id, variant_id, kind, content, content_hash, alts, position)
    ), kept as (
        update catalog.media
        set variant_id = given.variant_id, alts = given.alts::jsonb, position = given.position
        from given
        where (media.item_id, media.content_hash) = (given.item_id, given.content_hash)
        returning media.item_id, media.content_hash
    )
    insert into catalog.media (id, item_id, variant_id, kind, content, content_hash, alts, position)
    select id, item_id, variant_id, kind, content, content_hash, alts::jsonb, position
    from given
    where not exists (select from kept where (kept.item_id, kept.content_hash) = (given.item_id, given.content_hash))
    """,
)

# ---------------------------------------------------------------------------------------------------------- reading


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
            where pack.variant_id = variant.id), '[]')
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


# A category and all below it. `union` ends the walk even if somebody made a ring of them.
_BRANCH = """
    with recursive branch (id) as (
        select id from catalog.category where slug = :category
        union
        select category.id from catalog.category join branch on category.parent_id = branch.id
    )
"""


class Found(msgspec.Struct, frozen=True):
    score: int
    id: ItemId


BROWSE = Query(
    Found,
    """
    select 0::bigint, id
    from catalog.item
    where status = 'active' and id > :after
    order by id
    limit :limit
    """,
)
BROWSE_CATEGORY = Query(
    Found,
    f"""{_BRANCH}
    select 0::bigint, id
    from catalog.item
    where status = 'active' and category_id in (select id from branch) and id > :after
    order by id
    limit :limit
    """,
)
COUNT = Query(int, "select count(*) from catalog.item where status = 'active'")
COUNT_CATEGORY = Query(
    int,
    f"""{_BRANCH}
    select count(*) from catalog.item where status = 'active' and category_id in (select id from branch)
    """,
)

# An exact code stands above everything; whole words above beginnings; words of the title above those of the text.
_MATCHES = f"""{_BRANCH}, coded as (
        select item_id from catalog.variant where lower(sku) = lower(:code) or public_id = :code
        union
        select item_id from catalog.variant join catalog.barcode on barcode.variant_id = variant.id
        where barcode.code = :barcode
    ), matched as (
        select id, 1000000000::bigint as score, category_id
        from catalog.item
        where status = 'active' and id in (select item_id from coded)
        union all
        select id,
            (1e6 * (2 * ts_rank(search, :wholes::text::tsquery) + ts_rank(search, :prefixes::text::tsquery)))::bigint,
            category_id
        from catalog.item
        where status = 'active' and search @@ :prefixes::text::tsquery and id not in (select item_id from coded)
    ), chosen as (
        select score, id from matched
        where :category::text is null or category_id in (select id from branch)
    )
"""
SEARCH = Query(
    Found,
    f"""{_MATCHES}
    select score, id
    from chosen
    where score < :score::bigint or (score = :score and id > :after)
    order by score desc, id
    limit :limit
    """,
)
COUNT_MATCHES = Query(int, f"{_MATCHES} select count(*) from chosen")

# A scanner sends barcodes and sends them often: they go first, then public ids, then SKUs.
LOOK_UP = Query(
    Component,
    """
    with named (id, place, quantity) as (
        select variant_id, 1, quantity from catalog.barcode where code = :barcode
        union all
        select id, 2, 1 from catalog.variant where public_id = :code
        union all
        select id, 3, 1 from catalog.variant where lower(sku) = lower(:code)
    )
    select variant.id, named.quantity
    from named
    join catalog.variant on variant.id = named.id
    join catalog.item on item.id = variant.item_id
    where variant.status = 'active' and item.status = 'active'
    order by named.place
    limit 1
    """,
)


class CategoryRow(msgspec.Struct, frozen=True):
    id: CategoryId
    slug: str
    titles: Texts
    position: int
    parent_slug: str | None
    item_count: int
    media_id: MediaId | None
    media_kind: MediaKind | None
    media_url: str | None
    media_hash: str | None


CATEGORIES = Query(
    CategoryRow,
    """
    with recursive within (top_id, id) as (
        select id, id from catalog.category
        union
        select within.top_id, category.id from catalog.category join within on category.parent_id = within.id
    ), counted as (
        select within.top_id, count(*) as item_count, min(item.id::text)::uuid as first_id
        from within
        join catalog.item on item.category_id = within.id and item.status = 'active'
        group by within.top_id
    )
    select category.id, category.slug, category.titles, category.position, parent.slug, coalesce(counted.item_count, 0),
        picture.id, picture.kind, picture.url, picture.content_hash
    from catalog.category
    left join catalog.category as parent on parent.id = category.parent_id
    left join counted on counted.top_id = category.id
    left join lateral (
        select media.id, media.kind, case when media.kind = 'url' then media.content end as url, media.content_hash
        from catalog.media
        where media.item_id = counted.first_id
        order by media.variant_id is not null, media.position, media.id
        limit 1
    ) as picture on true
    order by category.position, category.slug
    """,
)
ALL_VARIANT_IDS = Query(
    VariantId,
    """
    select id from catalog.variant where id > :after order by id limit :limit
    """,
)

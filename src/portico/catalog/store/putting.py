"""SQL of putting items in."""

from portico.catalog.types import (
    CategoryId,
    KnownBarcode,
    KnownCategory,
    KnownItem,
    KnownVariant,
    VariantId,
)
from portico.platform.db import Query

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

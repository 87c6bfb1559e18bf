"""SQL of browsing, searching and looking up."""

import msgspec

from portico.catalog.types import (
    CategoryId,
    Component,
    ItemId,
    MediaId,
    MediaKind,
    Texts,
)
from portico.platform.db import Query

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


class Branch(msgspec.Struct, frozen=True):
    slug: str
    item_id: ItemId


# Archived ones too: what was bought was bought.
ITEMS_BELOW = Query(
    Branch,
    """
    with recursive branch (slug, id) as (
        select slug, id from catalog.category where slug = any(:slugs::text[])
        union
        select branch.slug, category.id from catalog.category join branch on category.parent_id = branch.id
    )
    select branch.slug, item.id from branch join catalog.item on item.category_id = branch.id order by branch.slug, item.id
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


class AboveRow(msgspec.Struct, frozen=True):
    slug: str
    above: tuple[str, ...]


# Each category with those above it, itself first.
ABOVE = Query(
    AboveRow,
    """
    with recursive walk (slug, id, parent_id, above) as (
        select slug, id, parent_id, array[slug] from catalog.category
        union all
        select walk.slug, parent.id, parent.parent_id, walk.above || parent.slug
        from walk
        join catalog.category as parent on parent.id = walk.parent_id and parent.slug <> all(walk.above)
    )
    select distinct on (slug) slug, above from walk order by slug, cardinality(above) desc
    """,
)
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

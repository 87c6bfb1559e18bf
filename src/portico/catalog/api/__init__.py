"""What others may ask of the catalog."""

from portico.catalog.api.putting import put_categories, put_items
from portico.catalog.api.reading import (
    all_variant_ids,
    categories,
    categories_above,
    components,
    heads,
    item,
    items_below,
    lookup,
    media,
    scan,
    search,
    steps,
    tracked,
    unknown,
    variant_ids_by_sku,
    variants,
    variants_of,
)

__all__ = [
    "all_variant_ids",
    "categories",
    "categories_above",
    "components",
    "heads",
    "item",
    "items_below",
    "lookup",
    "media",
    "put_categories",
    "put_items",
    "scan",
    "search",
    "steps",
    "tracked",
    "unknown",
    "variant_ids_by_sku",
    "variants",
    "variants_of",
]

"""What others may ask of the catalog."""

from portico.catalog.api.putting import put_categories, put_items
from portico.catalog.api.reading import (
    all_variant_ids,
    categories,
    heads,
    item,
    lookup,
    media,
    search,
    variant_ids_by_sku,
    variants,
    variants_of,
)

__all__ = [
    "all_variant_ids",
    "categories",
    "heads",
    "item",
    "lookup",
    "media",
    "put_categories",
    "put_items",
    "search",
    "variant_ids_by_sku",
    "variants",
    "variants_of",
]

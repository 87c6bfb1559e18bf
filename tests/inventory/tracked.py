"""A variant of which lots or serial numbers are kept."""

from tests.world import World

from portico.catalog import api as catalog
from portico.catalog.types import NewItem, NewVariant, Put, Tracking, VariantId
from portico.platform.db import Database


async def make(database: Database, world: World, tracking: Tracking, *, sku: str = "CREAM-1") -> VariantId:
    item = NewItem(slug=sku.lower(), titles={"en": sku}, variants=(NewVariant(sku=sku, tracking=tracking),))
    async with database.transaction() as tx:
        (put,) = await catalog.put_items(tx, items=[item], by=world.by)
    assert isinstance(put, Put)
    return put.variant_ids[sku]

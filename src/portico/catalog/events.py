"""Facts the catalog announces."""

from portico.catalog.types import Change, VariantId
from portico.platform.events import Fact, announces


@announces("catalog.item_changed.v1")
class ItemChanged(Fact, frozen=True, kw_only=True):
    """An item was put in or changed. The subject is the item."""

    slug: str
    external_ref: str | None
    variant_ids: tuple[VariantId, ...]
    change: Change

    def topics(self) -> list[str]:
        return [str(self.subject), *map(str, self.variant_ids), "items"]

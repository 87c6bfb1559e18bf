"""What carts announces."""

from portico.carts.types import ChangeKind
from portico.catalog.types import VariantId
from portico.platform.events import Fact, announces
from portico.pricing.types import LineItemId


@announces("carts.changed.v1")
class CartChanged(Fact, frozen=True, kw_only=True):
    """A cart is another one than before."""

    version: int
    kind: ChangeKind
    line_id: LineItemId | None = None
    variant_id: VariantId | None = None
    to_quantity: int | None = None

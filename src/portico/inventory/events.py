"""What inventory announces."""

from datetime import date

from portico.business.types import LocationId, TillId
from portico.catalog.types import VariantId
from portico.inventory.types import BackorderKind, CountState, InboundState, Spot, WantLine
from portico.platform.events import Fact, announces


@announces("inventory.allocated.v1")
class StockAllocated(Fact, frozen=True, kw_only=True):
    """Units were taken or held for the subject."""

    lines: tuple[WantLine, ...]

    def topics(self) -> list[str]:
        return ["stock", *dict.fromkeys(str(line.variant_id) for line in self.lines)]


@announces("inventory.adjusted.v1")
class StockAdjusted(Fact, frozen=True, kw_only=True):
    """What is on hand of the subject, a variant, was corrected by `quantity`."""

    location_id: LocationId
    quantity: int
    reason: str

    def topics(self) -> list[str]:
        return ["stock", str(self.subject)]


@announces("inventory.moved.v1")
class StockMoved(Fact, frozen=True, kw_only=True):
    """Units of the subject, a variant, went from a state and place to a state and place; None is the world outside."""

    quantity: int
    source: Spot | None
    target: Spot | None
    reason: str
    reference: str

    def topics(self) -> list[str]:
        return ["stock", str(self.subject)]


@announces("inventory.backorder_filled.v1")
class BackorderFilled(Fact, frozen=True, kw_only=True):
    """Units that the subject, who holds a reservation, was promised before they were there have come."""

    variant_id: VariantId
    location_id: LocationId
    quantity: int

    def topics(self) -> list[str]:
        return [str(self.subject), "stock", str(self.variant_id)]


@announces("inventory.fed.v1")
class StockFed(Fact, frozen=True, kw_only=True):
    """A stretch of a stock file was applied; the subject is the first location it names."""

    reference: str
    rows: int
    absolute: bool

    def topics(self) -> list[str]:
        return ["stock", "stock_files"]


@announces("inventory.lease_changed.v1")
class LeaseChanged(Fact, frozen=True, kw_only=True):
    """A till was given a lease, or has settled it; `note`: why somebody gave up on it."""

    till_id: TillId
    location_id: LocationId
    settled: bool
    note: str = ""

    def topics(self) -> list[str]:
        return [str(self.subject), "stock", "leases"]


@announces("inventory.backorder_set.v1")
class BackorderSet(Fact, frozen=True, kw_only=True):
    """Of the subject, a variant, `units_max` may be promised at a location before they are there; 0: none any more."""

    location_id: LocationId
    kind: BackorderKind
    units_max: int
    expected_on: date

    def topics(self) -> list[str]:
        return ["stock", str(self.subject)]


@announces("inventory.inbound_changed.v1")
class InboundChanged(Fact, frozen=True, kw_only=True):
    """Goods were announced to a location, came, or will not come."""

    location_id: LocationId
    state: InboundState

    def topics(self) -> list[str]:
        return [str(self.subject), str(self.location_id), "stock"]


@announces("inventory.count_changed.v1")
class CountChanged(Fact, frozen=True, kw_only=True):
    """A count was begun, or variants of it were counted: `counted` of `lines`. How many were found is not told."""

    location_id: LocationId
    lines: int
    counted: int

    def topics(self) -> list[str]:
        return [str(self.subject), str(self.location_id), "stock"]


@announces("inventory.count_short.v1")
class CountShort(Fact, frozen=True, kw_only=True):
    """A count was believed that found fewer of these variants than are reserved: orders need another place."""

    location_id: LocationId
    variant_ids: tuple[VariantId, ...]

    def topics(self) -> list[str]:
        return [str(self.subject), str(self.location_id), "stock"]


@announces("inventory.count_closed.v1")
class CountClosed(Fact, frozen=True, kw_only=True):
    """A count was approved or given up; `differing` variants were not as the books said."""

    location_id: LocationId
    state: CountState
    differing: int

    def topics(self) -> list[str]:
        return [str(self.subject), str(self.location_id), "stock"]


@announces("inventory.handed_over.v1")
class StockHandedOver(Fact, frozen=True, kw_only=True):
    """Held units left with the customer."""

    lines: tuple[WantLine, ...]

    def topics(self) -> list[str]:
        return ["stock", *dict.fromkeys(str(line.variant_id) for line in self.lines)]


@announces("inventory.released.v1")
class StockReleased(Fact, frozen=True, kw_only=True):
    """The subject's holds ended; its units are free again."""

    variant_ids: tuple[VariantId, ...]

    def topics(self) -> list[str]:
        return ["stock", *dict.fromkeys(str(one) for one in self.variant_ids)]

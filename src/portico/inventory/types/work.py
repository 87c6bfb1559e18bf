"""What people do in a stockroom: receive and count."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.types.stock import LotQuantity
from portico.platform.ids import Id
from portico.platform.refusals import Refused

ROUNDS_TO_BELIEVE = 2  # how often a variant that differs is counted


class InboundId(Id, prefix="inb"):
    __slots__ = ()


class CountId(Id, prefix="cnt"):
    __slots__ = ()


class InboundState(StrEnum):
    EXPECTED = "expected"
    CLOSED = "closed"
    CANCELED = "canceled"


class NewInbound(msgspec.Struct, frozen=True, kw_only=True):
    """Goods announced to a location: from `from_location_id`, which ships them now, or from a `supplier`."""

    location_id: LocationId
    lines: tuple["InboundQuantity", ...]
    reference: str
    from_location_id: LocationId | None = None
    supplier: str = ""
    expected_on: date | None = None


class InboundQuantity(msgspec.Struct, frozen=True):
    """So many of a variant, announced or received; of those received `damaged` came broken.

    `unit` may be one of the variant's packs. Of a tracked variant `lots` names all that came whole or broken, the broken
    ones last.
    """

    variant_id: VariantId
    quantity: int
    damaged: int = 0
    lots: tuple[LotQuantity, ...] = ()
    unit: str | None = None


class InboundHead(msgspec.Struct, frozen=True):
    id: InboundId
    location_id: LocationId
    from_location_id: LocationId | None
    supplier: str
    reference: str
    state: InboundState
    expected_on: date | None
    announced_by: str
    announced_at: datetime
    closed_at: datetime | None


class InboundBrief(msgspec.Struct, frozen=True):
    """One in a list, with how far it has come: `arrived` of `lines` variants are all there, whole or damaged."""

    id: InboundId
    location_id: LocationId
    from_location_id: LocationId | None
    supplier: str
    reference: str
    state: InboundState
    expected_on: date | None
    announced_by: str
    announced_at: datetime
    closed_at: datetime | None
    lines: int
    arrived: int


class InboundLine(msgspec.Struct, frozen=True):
    """`received` are those that came whole; what is missing is known for sure only once the inbound is closed.

    `in_transit`: of a tracked variant that a location of ours has shipped, the lots that are still to come, what expires
    first first. Units of no lot known are not among them.
    """

    inbound_id: InboundId
    variant_id: VariantId
    announced: int
    received: int
    damaged: int
    in_transit: tuple[LotQuantity, ...] = ()

    @property
    def missing(self) -> int:
        return max(0, self.announced - self.received - self.damaged)


class Coming(msgspec.Struct, frozen=True):
    """So many of a variant are still to come with an inbound; from a location of ours they are in transit."""

    inbound_id: InboundId
    location_id: LocationId
    from_location_id: LocationId | None
    supplier: str
    reference: str
    expected_on: date | None
    quantity: int


class Inbound(msgspec.Struct, frozen=True):
    head: InboundHead
    lines: tuple[InboundLine, ...]


class CountState(StrEnum):
    """`short`: believed, and fewer were found than are reserved. What nobody holds is written away; the rest is owed."""

    OPEN = "open"
    SHORT = "short"
    APPROVED = "approved"
    CANCELED = "canceled"


class CountHead(msgspec.Struct, frozen=True):
    id: CountId
    location_id: LocationId
    state: CountState
    blind: bool
    tolerance: int
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None


class CountBrief(msgspec.Struct, frozen=True):
    """One in a list, with how far it has come: `counted` of `lines` variants; `to_recount` of them must be looked at again."""

    id: CountId
    location_id: LocationId
    state: CountState
    blind: bool
    tolerance: int
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    lines: int
    counted: int
    to_recount: int


class CountLine(msgspec.Struct, frozen=True):
    """`book` is what the books said when it was counted; `rounds` how often it was. `owed` is what was found too few and
    cannot be written away yet, since somebody holds it."""

    count_id: CountId
    variant_id: VariantId
    counted: int | None
    book: int | None
    counted_by: str | None
    counted_at: datetime | None
    rounds: int
    lots: tuple[LotQuantity, ...] = ()
    book_lots: tuple[LotQuantity, ...] = ()
    owed: tuple[LotQuantity, ...] = ()

    @property
    def variance(self) -> int | None:
        return None if self.counted is None or self.book is None else self.counted - self.book

    def doubted(self, *, tolerance: int) -> bool:
        """Whether it differs by more than the tolerance and was counted only once."""
        return abs(self.variance or 0) > tolerance and self.rounds < ROUNDS_TO_BELIEVE


class Count(msgspec.Struct, frozen=True):
    head: CountHead
    lines: tuple[CountLine, ...]


class Found(msgspec.Struct, frozen=True):
    """So many of a variant were counted on the shelf; of a tracked one, lot by lot."""

    variant_id: VariantId
    quantity: int
    lots: tuple[LotQuantity, ...] = ()


@dataclass(eq=False)
class BadInbound(Refused):
    """The announcement, or what is said to have come, cannot be so. `field` names what."""

    code, status = "inventory.bad_inbound", 422
    field: str


@dataclass(eq=False)
class InboundEnded(Refused):
    """It is closed or canceled: what comes now is another inbound."""

    code, status = "inventory.inbound_ended", 409
    inbound_id: InboundId
    state: InboundState


@dataclass(eq=False)
class AlreadyAnnounced(Refused):
    """This supplier has announced goods under this reference before."""

    code, status = "inventory.already_announced", 409
    supplier: str
    reference: str


@dataclass(eq=False)
class BadCount(Refused):
    """What is to be counted, or what was, cannot be so. `field` names what."""

    code, status = "inventory.bad_count", 422
    field: str


@dataclass(eq=False)
class CountEnded(Refused):
    code, status = "inventory.count_ended", 409
    count_id: CountId
    state: CountState


@dataclass(eq=False)
class CountUnfinished(Refused):
    """Some variants were not counted, or differ by more than the tolerance and were counted only once: look again."""

    code, status = "inventory.count_unfinished", 409
    uncounted: tuple[VariantId, ...]
    to_recount: tuple[VariantId, ...]

"""What fulfillment announces."""

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.fulfillment.types import ArrivalId, DecisionId, FulfillmentId, Label, Progress, RunId, Step, WaveId, Way
from portico.platform.events import Fact, announces
from portico.platform.ids import Id
from portico.pricing.types import LineItemId


@announces("fulfillment.sourced.v1")
class OrderSourced(Fact, frozen=True, kw_only=True):
    """It was decided from where the subject is sent; its units are held there."""

    decision_id: DecisionId
    location_ids: tuple[LocationId, ...]

    def topics(self) -> list[str]:
        return [str(self.subject), *dict.fromkeys(str(one) for one in self.location_ids)]


@announces("fulfillment.resourced.v1")
class OrderResourced(Fact, frozen=True, kw_only=True):
    """A place could not send its part: the subject is sent from elsewhere."""

    decision_id: DecisionId
    superseded_id: DecisionId
    rejected_by: LocationId
    reason: str

    def topics(self) -> list[str]:
        return [str(self.subject), str(self.rejected_by)]


class _OfWork(Fact, frozen=True, kw_only=True):
    """Something became of a piece of work. `holder` is the order it is for."""

    subject: FulfillmentId
    holder: Id
    location_id: LocationId
    way: Way

    def topics(self) -> list[str]:
        return [str(self.subject), str(self.holder), "fulfillment"]


@announces("fulfillment.changed.v1")
class WorkChanged(_OfWork, frozen=True, kw_only=True):
    """A piece of work was opened (no step), or moved on, or what it asks for is another."""

    state: Progress
    step: Step | None = None
    version: int = 1


@announces("fulfillment.picked_short.v1")
class PickedShort(_OfWork, frozen=True, kw_only=True):
    """Units that were to be there were not found. `moved` of them are sent from elsewhere."""

    line_id: LineItemId
    variant_id: VariantId
    quantity: int
    moved: int


@announces("fulfillment.ready.v1")
class WorkReady(_OfWork, frozen=True, kw_only=True):
    """It waits to be fetched."""


@announces("fulfillment.delivered.v1")
class WorkDelivered(_OfWork, frozen=True, kw_only=True):
    """It has been brought: the carrier says so, or whoever drove it out."""


@announces("fulfillment.not_fetched.v1")
class NotFetched(_OfWork, frozen=True, kw_only=True):
    """Nobody came for it in time; its units are for sale again. What was paid for it is still to be given back."""

    line_ids: tuple[LineItemId, ...]


@announces("fulfillment.label_changed.v1")
class LabelChanged(_OfWork, frozen=True, kw_only=True):
    """A parcel's label was asked for, has come, or has not."""

    label: Label
    number: int


@announces("fulfillment.tracked.v1")
class ParcelTracked(_OfWork, frozen=True, kw_only=True):
    """A carrier told something new of a parcel."""

    status: str


@announces("fulfillment.wave_changed.v1")
class WaveChanged(Fact, frozen=True, kw_only=True):
    subject: WaveId
    location_id: LocationId
    state: str

    def topics(self) -> list[str]:
        return [str(self.subject), "fulfillment"]


@announces("fulfillment.run_changed.v1")
class RunChanged(Fact, frozen=True, kw_only=True):
    subject: RunId
    location_id: LocationId
    state: str

    def topics(self) -> list[str]:
        return [str(self.subject), "fulfillment"]


@announces("fulfillment.arrival_changed.v1")
class ArrivalChanged(Fact, frozen=True, kw_only=True):
    """A buyer is on her way, is here (where: `bay`), was served, or left."""

    subject: ArrivalId
    holder: Id
    location_id: LocationId
    state: str
    bay: str

    def topics(self) -> list[str]:
        return [str(self.subject), str(self.holder), "fulfillment"]

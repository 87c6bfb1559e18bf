"""What fulfillment announces."""

from portico.business.types import LocationId
from portico.fulfillment.types import DecisionId
from portico.platform.events import Fact, announces


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

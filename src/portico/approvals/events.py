"""What approvals announces."""

from portico.approvals.types import State
from portico.companies.types import CompanyId
from portico.platform.events import Fact, announces


class OfRequest(Fact, frozen=True, kw_only=True):
    """Base of what the company's screens hear of."""

    company_id: CompanyId

    def topics(self) -> list[str]:
        return [*super().topics(), str(self.company_id)]


@announces("approvals.requested.v1")
class ApprovalRequested(OfRequest, frozen=True, kw_only=True):
    """A buyer has asked for what she may not buy by herself."""

    total: int
    currency: str


@announces("approvals.decided.v1")
class ApprovalDecided(OfRequest, frozen=True, kw_only=True):
    """It is approved, and an order; or refused, withdrawn, lapsed."""

    state: State

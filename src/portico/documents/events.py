"""What documents announces."""

from portico.documents.types import DocumentType
from portico.orders.types import OrderId
from portico.platform.events import Fact, announces


@announces("documents.issued.v1")
class DocumentIssued(Fact, frozen=True, kw_only=True):
    """A document was written. Position and hash stand here too: the event log is a second witness of the journal."""

    order_id: OrderId | None
    type: DocumentType
    number: str
    entity: str
    series: str
    position: int
    hash: str

    def topics(self) -> list[str]:
        topics = [*super().topics(), "documents"]
        return [*topics, str(self.order_id)] if self.order_id else topics

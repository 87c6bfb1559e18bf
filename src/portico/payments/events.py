"""What payments announces."""

from portico.platform.events import Fact, announces


@announces("payments.received.v1")
class PaymentReceived(Fact, frozen=True, kw_only=True):
    """Money came in for the subject."""

    handler: str
    amount: int
    currency: str

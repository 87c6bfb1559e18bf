"""What payments announces. The subject is what was paid for: an order, or a checkout whose order is not placed yet."""

from portico.payments.types import PaymentId
from portico.platform.events import Fact, announces


@announces("payments.received.v1")
class PaymentReceived(Fact, frozen=True, kw_only=True):
    """Money came in for the subject."""

    handler: str
    amount: int
    currency: str
    payment_id: PaymentId | None = None


@announces("payments.authorized.v1")
class PaymentAuthorized(Fact, frozen=True, kw_only=True):
    """So much is held for the subject, and can be captured."""

    payment_id: PaymentId
    handler: str
    amount: int
    currency: str


@announces("payments.failed.v1")
class PaymentFailed(Fact, frozen=True, kw_only=True):
    """It will not be paid in this way: declined, or what was held has lapsed."""

    payment_id: PaymentId
    handler: str
    amount: int
    currency: str
    error: str


@announces("payments.voided.v1")
class PaymentVoided(Fact, frozen=True, kw_only=True):
    """What was held is let go."""

    payment_id: PaymentId
    handler: str
    amount: int
    currency: str


@announces("payments.refunded.v1")
class PaymentRefunded(Fact, frozen=True, kw_only=True):
    """Money went back for the subject."""

    payment_id: PaymentId
    handler: str
    amount: int
    currency: str
    reason: str


@announces("payments.refund_failed.v1")
class RefundFailed(Fact, frozen=True, kw_only=True):
    """A provider would not give it back: somebody has to see to it."""

    payment_id: PaymentId
    handler: str
    amount: int
    currency: str
    error: str


@announces("payments.till_closed.v1")
class TillClosed(Fact, frozen=True, kw_only=True):
    """A till's day was closed; the subject is the close."""

    number: int
    expected: int
    counted: int
    currency: str

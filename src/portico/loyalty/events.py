"""What loyalty announces."""

from portico.platform.events import Fact, announces


@announces("loyalty.card_issued.v1")
class CardIssued(Fact, frozen=True, kw_only=True):
    """A gift card was made; its code is not told."""

    amount: int
    currency: str


@announces("loyalty.credit_granted.v1")
class CreditGranted(Fact, frozen=True, kw_only=True):
    """A customer was given store credit."""

    amount: int
    currency: str
    reason: str


@announces("loyalty.points_granted.v1")
class PointsGranted(Fact, frozen=True, kw_only=True):
    """A customer was given points."""

    points: int
    reason: str

"""What loyalty announces."""

from datetime import datetime

from portico.platform.events import Fact, announces


@announces("loyalty.card_issued.v1")
class CardIssued(Fact, frozen=True, kw_only=True):
    """A gift card was made; its code is not told."""

    amount: int
    currency: str


@announces("loyalty.card_activated.v1")
class CardActivated(Fact, frozen=True, kw_only=True):
    """A card that was printed beforehand was sold, and holds its amount from now on."""

    amount: int
    currency: str


@announces("loyalty.card_expired.v1")
class CardExpired(Fact, frozen=True, kw_only=True):
    """What was left on a card is nobody's any more."""

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
    """A customer was given points by hand."""

    points: int
    reason: str


@announces("loyalty.points_earned.v1")
class PointsEarned(Fact, frozen=True, kw_only=True):
    """Points have become a customer's by the rules of a programme."""

    points: int


@announces("loyalty.points_taken_back.v1")
class PointsTakenBack(Fact, frozen=True, kw_only=True):
    """What had earned points was returned, edited or canceled."""

    points: int


@announces("loyalty.points_expiring.v1")
class PointsExpiring(Fact, frozen=True, kw_only=True):
    """Points lapse soon; `expires_at` is when the first of them do."""

    points: int
    expires_at: datetime


@announces("loyalty.points_expired.v1")
class PointsExpired(Fact, frozen=True, kw_only=True):
    """Points have lapsed."""

    points: int


@announces("loyalty.member_joined.v1")
class MemberJoined(Fact, frozen=True, kw_only=True):
    """A customer is in a programme."""

    programme: str


@announces("loyalty.birthday_set.v1")
class BirthdaySet(Fact, frozen=True, kw_only=True):
    """A member has told her birthday; the day is the room's own to know."""


@announces("loyalty.tier_changed.v1")
class TierChanged(Fact, frozen=True, kw_only=True):
    """A member is in another tier from now on."""

    programme: str
    before: str
    tier: str


@announces("loyalty.reward_taken.v1")
class RewardWasTaken(Fact, frozen=True, kw_only=True):
    """Points became a reward: a voucher, or a coupon of a promotion."""

    reward: str
    points: int
    promotion: str = ""


@announces("loyalty.programme_changed.v1")
class ProgrammeSet(Fact, frozen=True, kw_only=True):
    """A programme was put into force, in a new version, or ended."""

    code: str
    state: str
    version: int

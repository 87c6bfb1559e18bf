"""Points: lots, what was drawn from them, and what a purchase earns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.ledger.types import Account
from portico.loyalty.types.programmes import Member, ProgrammeId, RewardKind, TierProgress
from portico.platform.ids import Id
from portico.platform.refusals import Refused

POINTS = "POINTS"


class PointLotId(Id, prefix="lot"):
    __slots__ = ()


class EarningId(Id, prefix="ern"):
    __slots__ = ()


class Cause(StrEnum):
    """Where a lot came from."""

    EARNED = "earned"
    GRANTED = "granted"
    GIVEN_BACK = "given_back"


class PointLot(msgspec.Struct, frozen=True):
    """What came in at once and lapses at once. `reference` is what for: an order, an occasion, who was given it."""

    id: PointLotId
    customer_id: CustomerId
    programme_id: ProgrammeId | None
    earning_id: EarningId | None
    earned: int
    remaining: int
    cause: Cause
    reference: str
    made_at: datetime
    expires_at: datetime | None

    def good(self, *, at: datetime) -> bool:
        return self.expires_at is None or at < self.expires_at


class Draw(msgspec.Struct, frozen=True):
    """So much of a lot paid for something, and how much of that went back."""

    reference: UUID
    lot_id: PointLotId
    customer_id: CustomerId
    points: int
    given_back: int
    expires_at: datetime | None
    programme_id: ProgrammeId | None


class Earning(msgspec.Struct, frozen=True):
    """What one rule comes to for one line or occasion; `given` of it are hers. `due_at` None: what it waits for has not happened."""

    id: EarningId
    programme_id: ProgrammeId
    customer_id: CustomerId
    order_id: UUID | None
    reference: str
    rule: str
    points: int
    given: int
    due_at: datetime | None
    valid_days: int | None
    earned_at: datetime

    @property
    def pending(self) -> int:
        return max(0, self.points - self.given)


class PurchaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """What of a line the buyer keeps, in minor units of the order's currency, and whether all of it has reached her."""

    line_id: Id
    variant_id: VariantId
    gross: int
    fulfilled: bool


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """An order as a programme sees it. `points_paid` of its worth was paid with points."""

    order_id: Id
    label: str
    market_id: MarketId
    channel: str
    customer_id: CustomerId
    currency: str
    placed_at: datetime
    paid: bool
    points_paid: int
    lines: tuple[PurchaseLine, ...]

    @property
    def kept(self) -> int:
        return sum(one.gross for one in self.lines)


class Burn(msgspec.Struct, frozen=True, kw_only=True):
    """So many points pay for something; `customer_ids` are one person, and the lots of all of them pay. `target` is where they go.

    `reference` is by what they are put back; the ledger is told `about` what it was.
    """

    reference: Id
    about: str
    customer_ids: Sequence[CustomerId]
    points: int
    programme_id: ProgrammeId | None
    target: Account
    reason: str
    actor: str
    occurred_at: datetime


class BurnAsk(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wants to pay `due` with points, through a channel. `goods` is what it is for, where that is known."""

    customer_ids: tuple[CustomerId, ...]
    market_id: MarketId
    channel_id: UUID | None
    due: int
    goods: tuple[tuple[VariantId, int], ...] = ()


class Burnable(msgspec.Struct, frozen=True):
    """As much as `amount` minor units can be paid, at so many points each; `points` are there, and less than `points_min` pay nothing."""

    amount: int
    points_per_minor: int
    points: int
    points_min: int
    programme_id: ProgrammeId | None


class Movement(msgspec.Struct, frozen=True):
    """A line of a statement: what came or went, and why. `expires_at` of what came."""

    at: datetime
    points: int
    cause: str
    why: str
    reference: str
    actor: str


class PendingPoints(msgspec.Struct, frozen=True):
    points: int
    rule: str
    why: str
    reference: str
    due_at: datetime | None


class Statement(msgspec.Struct, frozen=True):
    """Every number with its why. `owed` is what was taken back after it was spent: the next points settle it."""

    customer_id: CustomerId
    balance: int
    pending: int
    owed: int
    lots: tuple[PointLot, ...]
    coming: tuple[PendingPoints, ...]
    movements: tuple[Movement, ...]
    next_cursor: str | None


class OfferedReward(msgspec.Struct, frozen=True):
    """A reward in her language. `affordable`: she has the points, and the tier."""

    code: str
    name: str
    kind: RewardKind
    points: int
    amount: int
    currency: str
    tier: str
    affordable: bool


class Membership(msgspec.Struct, frozen=True):
    """What a programme is to one member. `points_per_minor` None: points pay for nothing here."""

    programme: str
    name: str
    unit: str
    points: int
    pending: int
    owed: int
    points_per_minor: int | None
    tier_by_spend: bool
    expires_at: datetime | None
    expiring: int
    member: Member | None
    progress: TierProgress | None
    rewards: tuple[OfferedReward, ...]


class PointsWorth(msgspec.Struct, frozen=True):
    """So many points pay for one minor unit of the market's currency."""

    market_id: MarketId
    points_per_minor: int


class PointsDifference(msgspec.Struct, frozen=True):
    """A customer whose account is not what her lots add up to."""

    customer_id: CustomerId
    balance: int
    lots: int


@dataclass(eq=False)
class NotEnoughPoints(Refused):
    """She has not that many points that are good here."""

    code, status = "loyalty.not_enough_points", 409
    points: int
    wanted: int


def points_account(customer_id: CustomerId) -> Account:
    return Account(f"points:{customer_id.bytes.hex()}", "points", POINTS, minimum=0)


def owed_account(customer_id: CustomerId) -> Account:
    """How far it is below zero is what was taken back from her after she had spent it."""
    return Account(f"points_owed:{customer_id.bytes.hex()}", "points_owed", POINTS)


EXPIRED = Account(f"expired:points:{POINTS}", "expired", POINTS)

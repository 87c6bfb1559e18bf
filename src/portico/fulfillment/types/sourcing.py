"""Choosing from where an order is sent: rules, what they choose among, what was chosen and why."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.business.types import LocationId, MarketId
from portico.catalog.types import VariantId
from portico.inventory.types import HeldLine
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused

LINES_MAX = 200
QUANTITY_MAX = 1_000_000_000


class RuleSetId(Id, prefix="rul"):
    __slots__ = ()


class DecisionId(Id, prefix="dec"):
    __slots__ = ()


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What counts how much, all in minor units of the market's currency, so that everything is weighed against cost.

    `cost` multiplies what carriage and handling cost; `split` is added for each parcel beyond the first; `per_km`, `per_day` for
    each parcel's way and time; `margin` for a line that takes the last units of a place, less for one that takes few of
    many; `load` for a place that is as busy as it can be, less for one that is not.
    """

    cost: float = 1.0
    split: float = 300.0
    per_km: float = 0.0
    per_day: float = 50.0
    margin: float = 100.0
    load: float = 100.0


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant edits. `kinds`, `excluded`, `distance_m_max`, `units_left_min` and `load_max` leave places out; at most
    `parcels_max` parcels; with `line_splits` a line may come from several places."""

    weights: Weights = Weights()
    kinds: tuple[str, ...] = ("store", "warehouse")
    excluded: tuple[LocationId, ...] = ()
    distance_m_max: int | None = None
    units_left_min: int = 0
    load_max: float = 1.0
    parcels_max: int = 5
    line_splits: bool = True
    time_limit_ms: int = 1_000


class RuleSet(msgspec.Struct, frozen=True):
    """Rules as they were at a version, of a market or (None) of all that have none of their own."""

    id: RuleSetId | None
    market_id: MarketId | None
    version: int
    body: Rules
    made_by: str
    made_at: datetime | None


class SourceLine(msgspec.Struct, frozen=True):
    line_id: Id
    variant_id: VariantId
    quantity: int


class Destination(msgspec.Struct, frozen=True):
    """Where goods go: degrees north and east, and the country (ISO 3166-1)."""

    latitude: float
    longitude: float
    country: str


class SourceAsk(msgspec.Struct, frozen=True, kw_only=True):
    """From where shall these lines be sent? `excluded` places are out, whatever the rules say."""

    holder: Id
    lines: tuple[SourceLine, ...]
    destination: Destination
    market_id: MarketId
    channel_id: UUID | None
    by: Hand
    occurred_at: datetime
    excluded: tuple[LocationId, ...] = ()
    replaces: Id | None = None
    keeps: tuple[HeldLine, ...] = ()  # of what it replaces, what stays held as it is
    expires_at: datetime | None = None


class Why(StrEnum):
    """Why a place was left out."""

    KIND = "kind"
    EXCLUDED = "excluded"
    CANNOT_SHIP = "cannot_ship"
    TOO_FAR = "too_far"
    NO_CARRIER = "no_carrier"
    BUSY = "busy"
    NO_STOCK = "no_stock"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A place that could send something. `free` is how many units of each line it may give, in order of the lines."""

    location_id: LocationId
    distance_m: int
    service: str
    cost: int
    days: int
    arrives_on: date
    load: float
    free: tuple[int, ...]


class LeftOut(msgspec.Struct, frozen=True):
    location_id: LocationId
    why: Why


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """All that a decision is made upon: so many units of each line, and who could give them."""

    quantities: tuple[int, ...]
    candidates: tuple[Candidate, ...]


class Parcel(msgspec.Struct, frozen=True):
    """What one place sends: units by index of the line."""

    candidate: int
    units: tuple[tuple[int, int], ...]


class Solution(msgspec.Struct, frozen=True):
    """What was chosen and what it scores (less is better). `gap` is by how much it may miss the best there is: 0 where it is
    proven to be that."""

    parcels: tuple[Parcel, ...]
    score: float
    gap: float
    method: str


class Assignment(msgspec.Struct, frozen=True):
    """So many units of a line from a place."""

    line_id: Id
    variant_id: VariantId
    location_id: LocationId
    quantity: int


class Shipment(msgspec.Struct, frozen=True):
    """One parcel of a decision, there `latest` by then."""

    location_id: LocationId
    service: str
    cost: int
    days: int
    arrives_on: date
    latest: datetime
    distance_m: int
    lines: tuple[Assignment, ...]


class Sourced(msgspec.Struct, frozen=True):
    """From where an order is sent; its units are held."""

    decision_id: DecisionId
    holder: Id
    shipments: tuple[Shipment, ...]
    score: float
    gap: float


class Scored(msgspec.Struct, frozen=True):
    """What a place scores for as much of the order as it can send alone, term by term."""

    location_id: LocationId
    lines_possible: int
    total: float
    terms: dict[str, float]
    used: bool


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """A decision's inputs as they are kept."""

    lines: tuple[SourceLine, ...]
    destination: Destination
    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]
    rules: Rules
    channel_id: UUID | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    solution: Solution | None


class Decision(msgspec.Struct, frozen=True):
    """What was decided for a holder; `rejected_by` could not send what was decided before, and `reason` is why."""

    id: DecisionId
    holder: str
    market_id: MarketId
    rules_version: int
    inputs: Inputs
    outcome: Outcome
    rejected_by: LocationId | None
    reason: str
    actor: str
    decided_at: datetime
    superseded_by: DecisionId | None


class Explained(msgspec.Struct, frozen=True):
    """A decision, and what each place scored by its rules, the best first."""

    decision: Decision
    scored: tuple[Scored, ...]


class Tally(msgspec.Struct, frozen=True):
    """What some decisions come to."""

    decisions: int
    sourced: int
    parcels: int
    cost: int
    days: int
    distance_m: int
    split: int  # orders in more than one parcel


class Otherwise(msgspec.Struct, frozen=True):
    """An order that would be sent from other places; none at all: it could not be sent."""

    holder: str
    before: tuple[LocationId, ...]
    after: tuple[LocationId, ...]
    cost_before: int
    cost_after: int


class Replay(msgspec.Struct, frozen=True):
    """Past decisions as they were, and as they would have been under other rules; `changed` of them otherwise, some of which
    are told one by one."""

    before: Tally
    after: Tally
    changed: int
    examples: tuple[Otherwise, ...] = ()


@dataclass(eq=False)
class NoSource(Refused):
    """No choice of places can send all of it under these rules. `short` are the variants of which not enough is free."""

    code, status = "fulfillment.no_source", 409
    short: tuple[VariantId, ...]
    left_out: dict[str, int]


@dataclass(eq=False)
class BadRules(Refused):
    """Sourcing rules cannot be so. `field` names what."""

    code, status = "fulfillment.bad_rules", 422
    field: str


@dataclass(eq=False)
class BadAsk(Refused):
    """What is asked for cannot be: no lines or too many, a quantity, coordinates out of range. `field` names what."""

    code, status = "fulfillment.bad_ask", 422
    field: str

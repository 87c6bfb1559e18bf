"""Conditions as data, what is known of a person for them, and refusals.

A condition is a tree. What a leaf leaves out it does not ask; what it names must hold.
"""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from portico.catalog.types import ItemId, VariantId
from portico.customers.types import CustomerBrief, CustomerId
from portico.platform.ids import Id
from portico.platform.refusals import Refused

CODE_LENGTH_MAX, NAME_LENGTH_MAX, NOTE_LENGTH_MAX = 40, 80, 500
DEPTH_MAX, LEAVES_MAX, NAMES_MAX = 6, 50, 200
DAYS_MAX = 36_500
SEGMENTS_MAX = 500
SAMPLE_MAX, PAGE_MAX = 20, 100
WRITTEN_TO_FOR = "marketing"  # the purpose by which somebody counts as one who can be written to


class SegmentId(Id, prefix="seg"):
    __slots__ = ()


class AllOf(msgspec.Struct, frozen=True, tag="all", tag_field="kind"):
    """Every one of them holds; of none, that is everybody."""

    of: "tuple[Condition, ...]" = ()


class AnyOf(msgspec.Struct, frozen=True, tag="any", tag_field="kind"):
    """At least one of them holds; of none, that is nobody."""

    of: "tuple[Condition, ...]" = ()


class Not(msgspec.Struct, frozen=True, tag="not", tag_field="kind"):
    of: "Condition"


class Bought(msgspec.Struct, frozen=True, kw_only=True, tag="bought", tag_field="kind"):
    """She bought, and kept, something of these: any of the items, variants or categories; of none named, anything.

    Within the last `days`, or from `since` to before `until`. `units`, `orders` and `spent` (in `currency`, minor units, with tax) say
    how much at least, all of it together. `channels` by code or kind, `locations` by code.
    """

    items: tuple[ItemId, ...] = ()
    variants: tuple[VariantId, ...] = ()
    categories: tuple[str, ...] = ()
    days: int | None = None
    since: date | None = None
    until: date | None = None
    units: int | None = None
    orders: int | None = None
    spent: int | None = None
    currency: str = ""
    channels: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()


class OrdersWorth(msgspec.Struct, frozen=True, kw_only=True, tag="worth", tag_field="kind"):
    """What all her orders came to, less what came back: minor units of `currency`, with tax, both ends included."""

    currency: str
    at_least: int | None = None
    at_most: int | None = None


class AverageOrder(msgspec.Struct, frozen=True, kw_only=True, tag="average_order", tag_field="kind"):
    """What her orders of this currency came to on average. Who has none has no average."""

    currency: str
    at_least: int | None = None
    at_most: int | None = None


class OrderCount(msgspec.Struct, frozen=True, kw_only=True, tag="orders", tag_field="kind"):
    """How many orders she kept something of."""

    at_least: int | None = None
    at_most: int | None = None


class FirstOrder(msgspec.Struct, frozen=True, kw_only=True, tag="first_order", tag_field="kind"):
    """Her first order is at most `within_days` ago, or longer than `before_days`."""

    within_days: int | None = None
    before_days: int | None = None


class LastOrder(msgspec.Struct, frozen=True, kw_only=True, tag="last_order", tag_field="kind"):
    within_days: int | None = None
    before_days: int | None = None


class ChannelShare(msgspec.Struct, frozen=True, kw_only=True, tag="channel_share", tag_field="kind"):
    """Of her orders, so many in a hundred at least were placed on channels of these kinds."""

    channel_kinds: tuple[str, ...]
    percent: int


class Lives(msgspec.Struct, frozen=True, kw_only=True, tag="lives", tag_field="kind"):
    """Countries by ISO 3166 code, cities in any letters, postcodes by how they begin; what she told us, else where her newest order went."""

    countries: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()


class Speaks(msgspec.Struct, frozen=True, kw_only=True, tag="speaks", tag_field="kind"):
    languages: tuple[str, ...]


class Consented(msgspec.Struct, frozen=True, kw_only=True, tag="consented", tag_field="kind"):
    """What is known of her may be used for the purpose on the channel: she agreed, or the law does not ask her to."""

    purpose: str
    channel: str


class InTier(msgspec.Struct, frozen=True, kw_only=True, tag="tier", tag_field="kind"):
    """Of no tier named: she is in the programme."""

    programme: str
    tiers: tuple[str, ...] = ()


class HasPoints(msgspec.Struct, frozen=True, kw_only=True, tag="points", tag_field="kind"):
    at_least: int


class BirthdaySoon(msgspec.Struct, frozen=True, kw_only=True, tag="birthday", tag_field="kind"):
    """Today or in the next `within_days`, by the day in UTC. Who was born on 29 February has it on the 28th where there is none."""

    within_days: int


class CustomerSince(msgspec.Struct, frozen=True, kw_only=True, tag="customer_since", tag_field="kind"):
    within_days: int | None = None
    before_days: int | None = None


class InSegment(msgspec.Struct, frozen=True, kw_only=True, tag="segment", tag_field="kind"):
    code: str


Condition = (
    AllOf | AnyOf | Not | Bought | OrdersWorth | AverageOrder | OrderCount | FirstOrder | LastOrder | ChannelShare | Lives | Speaks | Consented
    | InTier | HasPoints | BirthdaySoon | CustomerSince | InSegment
)  # fmt: skip
Group = AllOf | AnyOf | Not
EVERYBODY = AllOf()


class NewSegment(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name: str
    condition: Condition
    note: str = ""


class SegmentUse(msgspec.Struct, frozen=True):
    """Something that runs and asks for the segment: a promotion, a price list."""

    used_by: str
    label: str


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    id: SegmentId
    code: str
    name: str
    note: str
    condition: Condition
    version: int
    archived: bool
    actor_name: str
    changed_at: datetime
    uses: tuple[SegmentUse, ...] = ()


class SegmentVersion(msgspec.Struct, frozen=True):
    version: int
    name: str
    condition: Condition
    archived: bool
    actor_name: str
    made_at: datetime


class PeopleCounted(msgspec.Struct, frozen=True):
    """`people` of `everybody`; `written_to`: those of them who may be sent marketing on a channel on which there is an address."""

    people: int
    everybody: int
    written_to: int
    sample: tuple[CustomerBrief, ...] = ()


class PeoplePage(msgspec.Struct, frozen=True):
    items: tuple[CustomerBrief, ...]
    next_cursor: CustomerId | None = None


class PurchaseLine(msgspec.Struct, frozen=True):
    """What was kept of a line of an order. What is weighed or measured counts as one unit."""

    line_id: Id
    item_id: ItemId
    variant_id: VariantId
    units: int
    amount: int


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """An order as segments see it; of whom nobody knows who bought, or of which nothing was kept, there is no customer or line."""

    order_id: Id
    customer_id: CustomerId | None
    placed_at: datetime
    channel: str
    channel_kind: str
    location: str
    currency: str
    country: str = ""
    city: str = ""
    postcode: str = ""
    lines: tuple[PurchaseLine, ...] = ()


class InProgramme(msgspec.Struct, frozen=True, kw_only=True):
    """A record in a programme."""

    programme: str
    tier: str
    joined_at: datetime
    birth_month: int | None = None
    birth_day: int | None = None


class ProgrammeStanding(msgspec.Struct, frozen=True):
    """What loyalty says of a record: in which programmes it is, and its points."""

    customer_id: CustomerId
    memberships: tuple[InProgramme, ...] = ()
    points: int = 0


@dataclass(eq=False)
class BadSegment(Refused):
    """A name or a condition that cannot be: `field` says where in the tree ("condition.of.1.days"), `problem` what may stand there."""

    code, status = "segments.bad_segment", 422
    field: str
    problem: str


@dataclass(eq=False)
class SegmentChanged(Refused):
    """Somebody else has changed it since it was looked at; `version` is the one that counts. 0: there is none of that code."""

    code, status = "segments.changed", 409
    version: int


@dataclass(eq=False)
class SegmentInUse(Refused):
    """What runs asks for it, so that it is not put away. `used_by` names what."""

    code, status = "segments.in_use", 409
    used_by: tuple[str, ...]


@dataclass(eq=False)
class UnknownSegments(Refused):
    """Nobody has made segments of these codes, or they were put away."""

    code, status = "segments.unknown", 422
    codes: tuple[str, ...]


@dataclass(eq=False)
class TooManySegments(Refused):
    """So many segments nobody looks through."""

    code, status = "segments.too_many", 409
    segments_max: int = SEGMENTS_MAX

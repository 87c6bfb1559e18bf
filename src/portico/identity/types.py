"""Values and refusals of identity."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.customers.types import CustomerBrief, CustomerId
from portico.identity.matching.kinds import Kind
from portico.platform.ids import Id
from portico.platform.refusals import Refused

PAIRS_MAX = 10_000  # of one call
TOUCHES_MAX = 1_000
ATTRIBUTES_MAX = 100  # of one call
VALUE_LENGTH_MAX = 200
REASON_LENGTH_MAX = 500
PERSON_MAX = 100  # records that may be joined into one person
REVIEWS_SHOWN_MAX = 100


class MergeId(Id, prefix="mrg"):
    __slots__ = ()


class ReviewId(Id, prefix="rvw"):
    __slots__ = ()


class Told(StrEnum):
    """What a source may tell of somebody. Ids of providers are `<provider>:<their id>`."""

    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    PHONE = "phone"
    EMAIL = "email"
    BIRTH_DATE = "birth_date"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    CITY = "city"
    REGION = "region"
    POSTCODE = "postcode"
    COUNTRY = "country"
    TAX_ID = "tax_id"
    LOYALTY_NUMBER = "loyalty_number"
    PROVIDER_ID = "provider_id"
    DEVICE_ID = "device_id"


# What a record is compared by, and as what.
COMPARED = {
    Told.GIVEN_NAME: Kind.GIVEN, Told.FAMILY_NAME: Kind.FAMILY, Told.STREET: Kind.STREET, Told.HOUSE_NUMBER: Kind.HOUSE,
    Told.CITY: Kind.CITY, Told.REGION: Kind.REGION, Told.POSTCODE: Kind.POSTCODE, Told.PHONE: Kind.PHONE, Told.EMAIL: Kind.EMAIL,
    Told.BIRTH_DATE: Kind.BIRTH, Told.TAX_ID: Kind.ID,
}  # fmt: skip
# Whoever has the same of these is found at once; whether she is the same person, her names have a say in.
EXACT = (Told.PHONE, Told.EMAIL, Told.LOYALTY_NUMBER, Told.PROVIDER_ID, Told.DEVICE_ID, Told.TAX_ID)


class PersonAttribute(msgspec.Struct, frozen=True, kw_only=True):
    """One thing told of somebody. `confidence` from 0 to 100."""

    kind: Told
    value: str
    confidence: int = 50
    seen_at: datetime | None = None
    verified_at: datetime | None = None


class Provenance(msgspec.Struct, frozen=True):
    """One thing told of a person: by whom, when, of which of her records."""

    kind: Told
    value: str
    record_id: CustomerId
    source: str
    confidence: int
    seen_at: datetime
    verified_at: datetime | None


class Surviving(msgspec.Struct, frozen=True):
    """What stands for the person, by which rule it won ("" where nothing else was told), and what it won over."""

    kind: Told
    value: str
    rule: str
    told: tuple[Provenance, ...]


class Rule(StrEnum):
    VERIFIED = "verified"
    TRUSTED = "trusted"
    CONFIDENT = "confident"
    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    FREQUENT = "frequent"


class Survivorship(msgspec.Struct, frozen=True):
    """How what stands for a person is chosen: the first rule that tells two values apart. `sources`: the most trusted first."""

    kind: Told
    rules: tuple[Rule, ...]
    sources: tuple[str, ...]


class Evidence(msgspec.Struct, frozen=True):
    """What one attribute says of a pair, in bits: above 0 for one person. `grade` says how alike, of so many grades."""

    kind: str
    bits: float
    grade: int
    grades: int
    value_a: str
    value_b: str


class Basis(StrEnum):
    EXACT = "exact"
    SCORED = "scored"
    BY_HAND = "by_hand"


class NewMerge(msgspec.Struct, frozen=True, kw_only=True):
    """Two records to be joined. `proven`: she has shown that both are hers, so she may see both."""

    record_a: CustomerId
    record_b: CustomerId
    basis: Basis
    bits: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    proven: bool = False


class Merge(msgspec.Struct, frozen=True):
    id: MergeId
    record_a: CustomerId
    record_b: CustomerId
    basis: Basis
    bits: float
    evidence: tuple[Evidence, ...]
    proven: bool
    actor_name: str
    merged_at: datetime
    undone_at: datetime | None
    undone_actor_name: str | None
    undone_reason: str | None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is hers, and why it is taken to be. `id` is that of her first record."""

    id: CustomerId
    records: tuple[CustomerBrief, ...]
    attributes: tuple[Surviving, ...]
    merges: tuple[Merge, ...]


class ReviewReason(StrEnum):
    """Why a pair wants a look."""

    SCORED = "scored"
    CHAIN = "chain"  # held together by one pair alone, against what others say
    CONTRADICTION = "contradiction"  # the same phone or address, and another name


class Verdict(StrEnum):
    MERGED = "merged"
    APART = "apart"


class Review(msgspec.Struct, frozen=True, kw_only=True):
    id: ReviewId
    record_a: CustomerBrief
    record_b: CustomerBrief
    bits: float
    evidence: tuple[Evidence, ...]
    reason: ReviewReason
    found_at: datetime


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says or shows of herself wherever she turns up."""

    given_name: str = ""
    family_name: str = ""
    phone: str = ""
    email: str = ""
    birth_date: str = ""
    street: str = ""
    house_number: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    tax_id: str = ""
    loyalty_number: str = ""
    provider_ids: tuple[str, ...] = ()
    device_id: str = ""


class Likely(msgspec.Struct, frozen=True):
    person_id: CustomerId
    record_id: CustomerId
    bits: float
    evidence: tuple[Evidence, ...]


class Resolved(msgspec.Struct, frozen=True):
    """Whose touch it is; None where nobody is sure enough. `others` are those it could be, the likeliest first."""

    person_id: CustomerId | None
    basis: Basis | None
    bits: float
    others: tuple[Likely, ...] = ()


class Policy(msgspec.Struct, frozen=True):
    """From how many bits on two records are joined at once, and from how many somebody is asked to look."""

    merge_bits: float
    review_bits: float


class PolicyTried(msgspec.Struct, frozen=True):
    """Of the pairs that wait because they are alike: so many would have been joined at once, so many wait, so many not be shown."""

    joined: int
    waiting: int
    dropped: int


@dataclass(eq=False)
class SameRecord(Refused):
    """A record is joined to others, not to itself."""

    code, status = "identity.same_record", 422
    record_id: CustomerId


@dataclass(eq=False)
class KeptApart(Refused):
    """Somebody has said that these are two people; only by hand are they joined again."""

    code, status = "identity.kept_apart", 409
    record_a: CustomerId
    record_b: CustomerId


@dataclass(eq=False)
class TooManyRecords(Refused):
    """Nobody has so many records: something else is the matter."""

    code, status = "identity.too_many_records", 409
    records_max: int


@dataclass(eq=False)
class AlreadyUndone(Refused):
    code, status = "identity.already_undone", 409
    merge_id: MergeId


@dataclass(eq=False)
class AlreadyDecided(Refused):
    """Somebody else was faster; `decision` says what came of it."""

    code, status = "identity.already_decided", 409
    review_id: ReviewId
    decision: Verdict


@dataclass(eq=False)
class BadAttribute(Refused):
    """Not what its kind holds; `index` counts from 0."""

    code, status = "identity.bad_attribute", 422
    index: int
    kind: str
    value: str


@dataclass(eq=False)
class BadReason(Refused):
    """No reason, or one that is too long."""

    code, status = "identity.bad_reason", 422
    length_max: int

"""Values and refusals of privacy."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from portico.customers.types import Contact, CustomerId
from portico.platform.ids import Id
from portico.platform.refusals import Refused

ANY = "any"  # of a channel: whatever it is; of a purpose that is no message: the only one
CHANNELS = ("email", "sms", "whatsapp", "instagram", "push", "post", "phone")
TEXT_LENGTH_MAX, NAME_LENGTH_MAX, SOURCE_LENGTH_MAX, REASON_LENGTH_MAX = 2_000, 100, 100, 500
WORDS_AT_ONCE_MAX, PAGE_MAX = 100, 100


class OptInId(Id, prefix="opt"):
    __slots__ = ()


class SuppressionId(Id, prefix="sup"):
    __slots__ = ()


class ExportId(Id, prefix="xpt"):
    __slots__ = ()


class ErasureId(Id, prefix="era"):
    __slots__ = ()


class LegalBasis(StrEnum):
    """On what ground of the law what we know of somebody is used for a purpose (GDPR, article 6.1)."""

    CONSENT = "consent"  # only once she said yes
    CONTRACT = "contract"  # what she bought cannot be had without it
    LEGITIMATE_INTEREST = "legitimate_interest"  # until she says no
    LEGAL_OBLIGATION = "legal_obligation"

    @property
    def hers_to_say(self) -> bool:
        return self in (LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTEREST)


class SuppressedFor(StrEnum):
    """Why nothing may be sent to an address."""

    HARD_BOUNCE = "hard_bounce"  # there is no such mailbox
    COMPLAINT = "complaint"  # she told her provider that it was junk
    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"  # whose it is asked to be forgotten
    DO_NOT_CALL = "do_not_call"  # it stands on a list of those who want no calls
    BY_HAND = "by_hand"


class Why(StrEnum):
    """Why something is not sent: beside the reasons of suppressions, what she said or did not say."""

    NO_CONSENT = "no_consent"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    NO_PURPOSE = "no_purpose"  # there is none of that name, it was put aside, or it knows no such channel
    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"
    DO_NOT_CALL = "do_not_call"
    BY_HAND = "by_hand"


class Wording(msgspec.Struct, frozen=True):
    """What is read before somebody agrees, in one language."""

    purpose: str
    version: int
    language: str
    name: str
    text: str


class Purpose(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    legal_basis: LegalBasis
    channels: tuple[str, ...]
    double_opt_in: bool
    position: int
    active: bool
    wordings: tuple[Wording, ...] = ()  # the newest version, by language

    def wording(self, language: str, *, fallback: str) -> Wording | None:
        by_language = {one.language: one for one in self.wordings}
        return by_language.get(language) or by_language.get(fallback) or next(iter(self.wordings), None)


class NewWording(msgspec.Struct, frozen=True):
    name: str
    text: str


class NewPurpose(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose as it should be. `wordings` by language; where they differ from the newest version, they are the next."""

    code: str
    legal_basis: LegalBasis
    channels: tuple[str, ...]
    double_opt_in: bool = False
    position: int = 0
    active: bool = True
    wordings: dict[str, NewWording] = {}


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """How we know that it was she who said so: the request, from where (a hash), with what; when she said so again."""

    request_id: str = ""
    address_hash: str = ""  # of the network address
    user_agent: str = ""
    opt_in_id: OptInId | None = None
    confirmed_at: datetime | None = None
    note: str = ""


class Whom(msgspec.Struct, frozen=True):
    """Somebody: by the records she has (several, where they were found to be one person), by an address, or both."""

    customer_ids: tuple[CustomerId, ...] = ()
    contact: Contact | None = None


class NewWord(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody agreed to or took back. `source` says where; what she read is the purpose's newest wording in her language,
    or `text_shown` where it was another."""

    purpose: str
    channel: str
    granted: bool
    source: str
    text_shown: str = ""
    language: str = "en"


class Word(msgspec.Struct, frozen=True):
    """What somebody said, as it was recorded."""

    id: int
    customer_id: CustomerId | None
    purpose: str
    channel: str
    granted: bool
    legal_basis: LegalBasis
    source: str
    language: str
    version: int | None
    text_shown: str
    proof: Proof
    actor: str
    recorded_at: datetime


class Stance(msgspec.Struct, frozen=True, kw_only=True):
    """What holds on a purpose and channel: what she said last, or, where she said nothing, what the law takes it for."""

    purpose: str
    channel: str
    allowed: bool
    hers_to_say: bool
    recorded_at: datetime | None = None


class Suppression(msgspec.Struct, frozen=True):
    id: SuppressionId
    channel: str
    purpose: str  # empty: all that may be stopped
    reason: SuppressedFor
    hint: str  # what of the address whoever knows it recognises
    source: str
    actor_name: str
    recorded_at: datetime
    lifted_at: datetime | None
    lifted_by_name: str
    lifted_because: str


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Where something is to be sent, and whose that is. `given_at`: when she gave this address for what is sent now; what an
    erasure stops is what rests on what we knew before it."""

    address: str  # in the form it is stored in
    customer_ids: tuple[CustomerId, ...] = ()
    given_at: datetime | None = None


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message in writing. `kind` names it, as in "order.placed"; `attached` names what goes along."""

    kind: str
    subject: str
    text: str
    language: str = "en"
    attached: Id | None = None


class Stopped(msgspec.Struct, frozen=True):
    """It may not be sent."""

    why: Why


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """From where a list goes on: the moment and id of the last that was seen."""

    before_at: datetime | None = None
    before_id: UUID | None = None


FIRST_PAGE = Page()


class Look(msgspec.Struct, frozen=True):
    """Somebody saw a person."""

    id: int
    customer_id: CustomerId
    actor: str
    actor_name: str
    what: str
    path: str
    channel_id: UUID | None
    location_id: UUID | None
    at: datetime


class ExportState(StrEnum):
    ASKED = "asked"
    MADE = "made"
    FAILED = "failed"
    GONE = "gone"


class Export(msgspec.Struct, frozen=True):
    id: ExportId
    customer_id: CustomerId
    state: ExportState
    language: str
    actor: str
    actor_name: str
    asked_at: datetime
    made_at: datetime | None
    expires_at: datetime | None
    bytes: int
    rows: int


class ErasureState(StrEnum):
    REQUESTED = "requested"
    SCHEDULED = "scheduled"  # approved; done once nothing hinders
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN = (ErasureState.REQUESTED, ErasureState.SCHEDULED)  # nobody has ended it


class Erasure(msgspec.Struct, frozen=True):
    id: ErasureId
    customer_id: CustomerId
    state: ErasureState
    reason: str
    actor: str
    actor_name: str
    requested_at: datetime
    decided_by_name: str
    decided_at: datetime | None
    decision: str
    done_at: datetime | None
    counts: dict[str, int]
    gives_up: bool  # what she holds with us may lapse: it does when she is forgotten


class PrivacyPolicy(msgspec.Struct, frozen=True):
    erase_at_once: bool
    version: int


class RetentionRule(msgspec.Struct, frozen=True, kw_only=True):
    """How long something is kept. `keep_days_usual` is what comes with the product."""

    code: str
    keep_days: int
    keep_days_usual: int
    active: bool
    version: int  # 0: as it comes
    changed_at: datetime | None = None
    actor_name: str = ""


class Due(msgspec.Struct, frozen=True):
    """What a rule would end now: so many rows from before then."""

    code: str
    before: datetime
    rows: int


class Ran(msgspec.Struct, frozen=True):
    code: str
    before: datetime
    rows: int
    at: datetime


@dataclass(eq=False)
class BadConsent(Refused):
    """No such purpose, not one of its channels, no word of hers to say, or its source or text is missing or too long."""

    code, status = "privacy.bad_consent", 422
    field: str


@dataclass(eq=False)
class BadPurpose(Refused):
    """A purpose whose code, channels or wording cannot be."""

    code, status = "privacy.bad_purpose", 422
    field: str


@dataclass(eq=False)
class BadLink(Refused):
    """The link was not made by us, or its time is over."""

    code, status = "privacy.bad_link", 404


@dataclass(eq=False)
class NotStanding(Refused):
    """This suppression was lifted before, or may not be lifted by hand."""

    code, status = "privacy.not_standing", 409
    reason: str


@dataclass(eq=False)
class NotYet(Refused):
    """Something is still under way: it hinders forgetting her. `hindrances` say what."""

    code, status = "privacy.not_yet", 409
    hindrances: list[dict[str, Any]] = field(default_factory=list)


@dataclass(eq=False)
class AlreadyDecided(Refused):
    """This request was decided or withdrawn before."""

    code, status = "privacy.already_decided", 409
    state: str


@dataclass(eq=False)
class NotReady(Refused):
    """The export is not made yet, or was kept for its time and is gone."""

    code, status = "privacy.not_ready", 409
    state: str


@dataclass(eq=False)
class BadRetention(Refused):
    """No such rule, or a time that cannot be."""

    code, status = "privacy.bad_retention", 422
    field: str


@dataclass(eq=False)
class ProveAgain(Refused):
    """What is asked for needs a proof of who asks, given a moment ago: sign in again."""

    code, status = "privacy.prove_again", 403

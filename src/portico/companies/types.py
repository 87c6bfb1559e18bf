"""Companies, buyers and households as values, and why something of them cannot be."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.business.types import Address, MarketId
from portico.customers.types import CustomerId
from portico.platform.ids import Id
from portico.platform.refusals import Refused

NAME_LENGTH_MAX = 200
PO_LENGTH_MAX = 50
DELIVERIES_MAX = 50
BUYERS_MAX = 500
MEMBERS_MAX = 30
TERMS_DAYS_MAX = 365
AMOUNT_MAX = 10**12


class CompanyId(Id, prefix="com"):
    __slots__ = ()


class InvitationId(Id, prefix="inv"):
    __slots__ = ()


class HouseholdId(Id, prefix="hsh"):
    __slots__ = ()


class State(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"


class Role(StrEnum):
    """An admin invites colleagues and sets their limits, and approves; an approver approves; all three buy."""

    ADMIN = "admin"
    APPROVER = "approver"
    BUYER = "buyer"

    @property
    def approves(self) -> bool:
        return self is not Role.BUYER


class TaxNote(StrEnum):
    """What the company has shown about its tax. Noted; no tax is reckoned from it."""

    NONE = "none"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse_charge"


class Amount(msgspec.Struct, frozen=True):
    """Minor units of a currency."""

    currency: str
    amount: int


class Limit(msgspec.Struct, frozen=True):
    """How much a buyer may spend in a currency without somebody's approval. None: no end."""

    currency: str
    per_order: int | None = None
    per_month: int | None = None


class OrderPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`approve_above`: orders of more than that are approved, whoever buys. `approve_own`: who approves may do so of her own."""

    po_needed: bool = False
    approve_above: tuple[Amount, ...] = ()
    approve_own: bool = False


class Delivery(msgspec.Struct, frozen=True):
    """A place that goods are sent to, by the name the company has for it."""

    label: str
    address: Address


class NewCompany(msgspec.Struct, frozen=True, kw_only=True):
    """A company as it is entered. `market_ids` empty: it buys in all. A currency without a limit in `credits` is not bought in on account."""

    name: str
    billing: Address
    tax_id: str = ""
    email: str = ""
    phone: str = ""
    language: str = "en"
    market_ids: tuple[MarketId, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    terms_days: int = 30
    credits: tuple[Amount, ...] = ()
    tax_note: TaxNote = TaxNote.NONE
    policy: OrderPolicy = OrderPolicy()
    state: State = State.ACTIVE


class Company(msgspec.Struct, frozen=True, kw_only=False):
    """`number` is said on the phone, and names it in price lists and promotions."""

    id: CompanyId
    number: str
    name: str
    billing: Address
    tax_id: str
    email: str
    phone: str
    language: str
    market_ids: tuple[MarketId, ...]
    deliveries: tuple[Delivery, ...]
    terms_days: int
    credits: tuple[Amount, ...]
    tax_note: TaxNote
    policy: OrderPolicy
    state: State
    version: int
    created_at: datetime
    changed_at: datetime

    def credit(self, currency: str) -> int:
        """How much it may owe."""
        return next((one.amount for one in self.credits if one.currency == currency), 0)

    def buys_in(self, market_id: MarketId) -> bool:
        return not self.market_ids or market_id in self.market_ids


class CompanyBrief(msgspec.Struct, frozen=True):
    """Which company it is, in a line."""

    id: CompanyId
    number: str
    name: str
    po_needed: bool


class Buyer(msgspec.Struct, frozen=True):
    company_id: CompanyId
    customer_id: CustomerId
    role: Role
    limits: tuple[Limit, ...]
    joined_at: datetime

    def limit(self, currency: str) -> Limit:
        return next((one for one in self.limits if one.currency == currency), Limit(currency))


class Invitation(msgspec.Struct, frozen=True):
    """`email` in the form it is stored in."""

    id: InvitationId
    company_id: CompanyId
    email: str
    role: Role
    limits: tuple[Limit, ...]
    invited_at: datetime
    expires_at: datetime


class Owed(msgspec.Struct, frozen=True):
    """What a company owes in a currency, and how much it may."""

    company_id: CompanyId
    currency: str
    owed: int
    limit: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.owed)


class Why(StrEnum):
    """Why an order needs somebody's approval."""

    ORDER_LIMIT = "order_limit"
    MONTH_LIMIT = "month_limit"
    COMPANY_RULE = "company_rule"


class ApprovalReason(msgspec.Struct, frozen=True):
    """`limit` is what is passed; `amount` what the order, or the month with it, comes to."""

    why: Why
    limit: int
    amount: int
    currency: str


class Household(msgspec.Struct, frozen=True):
    id: HouseholdId
    name: str
    address: Address | None
    version: int
    created_at: datetime


class Member(msgspec.Struct, frozen=True):
    """`by_herself`: she said so; else one of the staff did."""

    household_id: HouseholdId
    customer_id: CustomerId
    by_herself: bool
    joined_at: datetime


@dataclass(eq=False)
class BadCompany(Refused):
    code, status = "companies.bad_company", 422
    field: str
    why: str


@dataclass(eq=False)
class BadTaxNumber(Refused):
    """Not a tax number of that country: a letter or a check digit is wrong."""

    code, status = "companies.bad_tax_id", 422
    tax_id: str
    country: str


@dataclass(eq=False)
class TaxIdTaken(Refused):
    """Another company has this tax id: two accounts of one debtor would have two limits."""

    code, status = "companies.tax_id_taken", 409
    number: str


@dataclass(eq=False)
class CompanyChanged(Refused):
    """Somebody else has changed it since it was looked at."""

    code, status = "companies.changed", 409
    version: int


@dataclass(eq=False)
class NotABuyer(Refused):
    """She does not buy for this company, or not any more."""

    code, status = "companies.not_a_buyer", 409


@dataclass(eq=False)
class CompanyBlocked(Refused):
    code, status = "companies.blocked", 409
    number: str


@dataclass(eq=False)
class NotInMarket(Refused):
    """The company does not buy in this market."""

    code, status = "companies.not_in_market", 409
    number: str


@dataclass(eq=False)
class PoNeeded(Refused):
    """The company wants its purchase order's number on every order."""

    code, status = "companies.po_needed", 409


@dataclass(eq=False)
class ApprovalNeeded(Refused):
    """The order is above what she may spend by herself: it is asked for, and somebody approves it."""

    code, status = "companies.approval_needed", 409
    reasons: tuple[ApprovalReason, ...]


@dataclass(eq=False)
class CreditOver(Refused):
    """The company may not owe that much. `left` is what it still may."""

    code, status = "companies.credit_over", 409
    left: int
    amount: int
    currency: str


@dataclass(eq=False)
class InvitationOver(Refused):
    """It is older than two weeks, or was accepted at this moment; a household's code is older than an hour, or none."""

    code, status = "companies.invitation_over", 409


@dataclass(eq=False)
class AlreadyBuyer(Refused):
    code, status = "companies.already_buyer", 409


@dataclass(eq=False)
class LastAdmin(Refused):
    """Somebody has to be able to invite and approve."""

    code, status = "companies.last_admin", 409


@dataclass(eq=False)
class InAHousehold(Refused):
    """A record of hers is in a household already: she leaves that first."""

    code, status = "companies.in_a_household", 409
    household_id: HouseholdId

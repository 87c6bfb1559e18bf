"""Values and refusals of customers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.platform.ids import Id
from portico.platform.refusals import Refused

CUSTOMERS_MAX = 10_000  # of one call
FOUND_MAX = 50
NAME_LENGTH_MAX = 100
DIGITS_ASKED_MIN = 4  # of a phone number's end: what people say on the phone


class CustomerId(Id, prefix="cus"):
    __slots__ = ()


class ContactKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"


class Put(StrEnum):
    """What an import did with a customer."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A person as she is entered. Phone in any spelling: `region` (ISO 3166) says whose national form it may be in."""

    given_name: str = ""
    family_name: str = ""
    phone: str | None = None
    email: str | None = None
    language: str = "en"
    region: str | None = None
    loyalty: bool = True  # give her a loyalty number
    external_ref: str | None = None  # "<source>:<its key>"


class PutAnswer(msgspec.Struct, frozen=True):
    id: "CustomerId"
    put: Put


class CustomerBrief(msgspec.Struct, frozen=True, kw_only=True):
    """Who it is, in a line. Phone in E.164."""

    id: CustomerId
    number: str
    name: str
    given_name: str
    family_name: str
    phone: str | None
    email: str | None
    loyalty_number: str | None


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """The record itself; carts and orders stand elsewhere."""

    id: CustomerId
    number: str
    name: str
    given_name: str
    family_name: str
    phone: str | None
    email: str | None
    loyalty_number: str | None
    language: str
    created_at: datetime
    created_channel_id: UUID | None

    def brief(self) -> CustomerBrief:
        return CustomerBrief(
            id=self.id,
            number=self.number,
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            phone=self.phone,
            email=self.email,
            loyalty_number=self.loyalty_number,
        )


class Contact(msgspec.Struct, frozen=True):
    """A way to reach somebody, in the form it is stored and compared in."""

    kind: ContactKind
    value: str

    @property
    def is_email(self) -> bool:
        return self.kind is ContactKind.EMAIL


class Reached(msgspec.Struct, frozen=True):
    """A way to reach a customer, when she gave it, and when it was proven to be hers."""

    customer_id: CustomerId
    kind: ContactKind
    value: str
    created_at: datetime
    verified_at: datetime | None


class CustomerPage(msgspec.Struct, frozen=True):
    items: tuple[CustomerBrief, ...]


@dataclass(eq=False)
class ContactTaken(Refused):
    """This phone or e-mail belongs to somebody already; `customer` is who, for staff who may know."""

    code, status = "customers.contact_taken", 409
    kind: ContactKind
    value: str
    customer: CustomerBrief


@dataclass(eq=False)
class BadPhone(Refused):
    """Not a phone number that can be dialled."""

    code, status = "customers.bad_phone", 422
    given: str


@dataclass(eq=False)
class BadEmail(Refused):
    """Not an e-mail address."""

    code, status = "customers.bad_email", 422
    given: str


@dataclass(eq=False)
class BadName(Refused):
    """No name and no contact at all, or a name that is too long or no text."""

    code, status = "customers.bad_name", 422
    field: str


@dataclass(eq=False)
class DuplicateReference(Refused):
    """The same call names this customer twice."""

    code, status = "customers.duplicate_reference", 409
    reference: str

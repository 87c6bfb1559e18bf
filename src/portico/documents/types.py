"""Documents as values: what stands on paper, and why one cannot be written."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.business.types import Address, LocationId, MarketId
from portico.customers.types import CustomerId
from portico.orders.types import OrderId
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class DocumentId(Id, prefix="doc"):
    __slots__ = ()


class DocumentType(StrEnum):
    RECEIPT = "receipt"  # a simplified invoice: nobody need be named
    INVOICE = "invoice"  # names the buyer and her tax number
    CREDIT_NOTE = "credit_note"  # takes back some or all of the document it refers to
    TILL_CLOSE = "till_close"


class Seller(msgspec.Struct, frozen=True):
    """Who sells in a market, as the law wants it on paper. `gapless` None: as the market's country asks."""

    market_id: MarketId
    entity: str
    legal_name: str
    tax_id: str
    address: Address
    gapless: bool | None = None


class Party(msgspec.Struct, frozen=True):
    """A seller or a buyer on paper."""

    name: str
    tax_id: str = ""
    address: Address | None = None


class Look(msgspec.Struct, frozen=True):
    """The brand on paper: `accent` and `ink` (what can be read on it) are #rrggbb."""

    name: str
    tagline: str
    accent: str
    ink: str
    logo_svg: str


class Place(msgspec.Struct, frozen=True):
    """Where it was sold."""

    name: str = ""
    address: Address | None = None
    phone: str = ""
    till: str = ""
    served_by: str = ""


class Tax(msgspec.Struct, frozen=True):
    """A tax of `rate_ppm` millionths of `base`, levied by a jurisdiction."""

    jurisdiction: str
    rate_ppm: int
    base: int
    amount: int


class Off(msgspec.Struct, frozen=True):
    """What a promotion took off a line, in the terms of its unit price."""

    title: str
    amount: int


class Line(msgspec.Struct, frozen=True):
    """What was sold, `quantity` in steps of 10^-scale; net + tax == gross, which is after what was taken `off`. Of a credit note amounts
    are negative."""

    id: str
    title: str
    sku: str
    quantity: int
    scale: int
    unit: str
    unit_price: int
    net: int
    tax: int
    gross: int
    taxes: tuple[Tax, ...] = ()
    off: tuple[Off, ...] = ()


class Amount(msgspec.Struct, frozen=True):
    type: str
    amount: int


class Tendered(msgspec.Struct, frozen=True):
    """How it was paid: `given` - `change` == `amount`."""

    handler: str
    amount: int
    given: int
    change: int


class Waiting(msgspec.Struct, frozen=True):
    """What is still to be fetched at a place: quantities as in lines."""

    place: str
    address: Address
    lines: tuple[tuple[str, int, int, str], ...]  # title, quantity, scale, unit


class Reference(msgspec.Struct, frozen=True):
    """The document that this one corrects or stands in for, and why."""

    number: str
    issued_at: datetime
    reason: str = ""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is printed, as it was agreed; every rendering is made from this alone. Fields are only ever added."""

    format: int = 1
    look: Look
    seller: Party
    country: str
    place: Place
    time_zone: str
    buyer: Party | None = None
    order_label: str
    order_path: str  # of its permalink
    placed_at: datetime
    lines: tuple[Line, ...]
    totals: tuple[Amount, ...]
    taxes: tuple[Tax, ...]
    taxes_included: bool
    tenders: tuple[Tendered, ...] = ()
    due: int = 0
    waiting: tuple[Waiting, ...] = ()
    reference: Reference | None = None
    po_number: str = ""  # the buyer's own, of a company
    due_at: datetime | None = None  # by when what is due is to be paid


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A document without its number. `cause`: what it is written for; each has one document, ever."""

    cause: str
    type: DocumentType
    entity: str
    series: str
    gapless: bool
    order_id: OrderId | None
    refers_to: DocumentId | None
    location_id: LocationId | None
    language: str
    currency: str
    total: int
    snapshot: Snapshot
    by: Hand
    customer_id: CustomerId | None = None


class Head(msgspec.Struct, frozen=True):
    """A document's row but for what is printed."""

    id: DocumentId
    entity: str
    series: str
    position: int
    number: str
    year: int
    sequence: int | None
    type: DocumentType
    order_id: OrderId | None
    refers_to: DocumentId | None
    cause: str
    location_id: LocationId | None
    language: str
    currency: str
    total: int
    issued_at: datetime
    previous_hash: bytes
    hash: bytes
    token: str


class Document(Head, frozen=True):
    """A document, whole. `body` is the snapshot's canonical JSON, byte for byte as it was hashed."""

    body: str

    @property
    def snapshot(self) -> Snapshot:
        return msgspec.json.decode(self.body, type=Snapshot)


class Anchor(msgspec.Struct, frozen=True):
    """The end of a chain as somebody noted it elsewhere: whatever is written later, this must still be in it."""

    entity: str
    series: str
    position: int
    hash: str


class Fault(msgspec.Struct, frozen=True):
    """The first row of a chain that is not as it was written. `what`: altered, removed, inserted, renumbered."""

    entity: str
    series: str
    position: int
    number: str
    what: str


class CreditLine(msgspec.Struct, frozen=True):
    """So many of a line that are taken back, in steps of its scale."""

    line_id: str
    quantity: int


@dataclass(eq=False)
class NoSeller(Refused):
    """An invoice names its seller and the seller's tax number, and this market has none."""

    code, status = "documents.no_seller", 409
    market: str


@dataclass(eq=False)
class MailStopped(Refused):
    """Nothing may be sent to this address: `why` says what stands against it."""

    code, status = "documents.mail_stopped", 409
    why: str


@dataclass(eq=False)
class NotPaidYet(Refused):
    """A receipt is given for what was paid."""

    code, status = "documents.not_paid", 409
    due: int
    currency: str


@dataclass(eq=False)
class BadTaxId(Refused):
    """No tax number of that country looks like this."""

    code, status = "documents.bad_tax_id", 422
    tax_id: str
    country: str


@dataclass(eq=False)
class AlreadyInvoiced(Refused):
    """This order has an invoice, for somebody else or at another address."""

    code, status = "documents.already_invoiced", 409
    number: str
    document_id: DocumentId


@dataclass(eq=False)
class NothingLeft(Refused):
    """All of it has come back or was canceled: there is nothing to invoice."""

    code, status = "documents.nothing_left", 409


@dataclass(eq=False)
class TooMuchCredited(Refused):
    """More than is left of the document would be taken back."""

    code, status = "documents.too_much_credited", 409
    number: str


@dataclass(eq=False)
class NotCreditable(Refused):
    """Only receipts and invoices are taken back."""

    code, status = "documents.not_creditable", 409
    number: str


@dataclass(eq=False)
class ElsewhereDocumented(Refused):
    """The order was paid elsewhere, and has its documents there."""

    code, status = "documents.settled_elsewhere", 409

"""REST routes of documents."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get, post

from portico.business.api import Directories
from portico.business.types import Address, LocationId
from portico.documents import api
from portico.documents.answering import rendered
from portico.documents.rendering import COLUMNS, Form, title
from portico.documents.types import (
    Anchor,
    CreditLine,
    Document,
    DocumentId,
    DocumentType,
    Fault,
    Head,
    MailStopped,
    Party,
)
from portico.orders import api as orders
from portico.orders.types import Order, OrderId
from portico.platform import clock, i18n, money
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.ids import Id
from portico.platform.refusals import Invalid, NotFound
from portico.privacy import api as privacy
from portico.privacy.types import Letter, Recipient

ORIGINAL_FOR = timedelta(hours=1)  # what a printer is given later than that is a copy
COLUMNS_MIN, COLUMNS_MAX = 24, 64
MAIL_LENGTH_MAX = 254


class DocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """A document as lists show it. `url` opens it for whoever holds it."""

    id: DocumentId
    type: DocumentType
    number: str
    order_id: OrderId | None
    refers_to: DocumentId | None
    location_id: LocationId | None
    language: str
    currency: str
    exponent: int
    total: int
    issued_at: datetime
    entity: str
    series: str
    position: int
    hash: str
    url: str


class DocumentPage(msgspec.Struct, frozen=True):
    items: tuple[DocumentView, ...]
    next_cursor: str | None = None


class Verification(msgspec.Struct, frozen=True):
    """What walking the journal found; `anchors` are the ends to note elsewhere."""

    documents: int
    chains: int
    faults: tuple[Fault, ...]
    anchors: tuple[Anchor, ...]


class NewBuyer(msgspec.Struct, frozen=True):
    name: str
    tax_id: str
    address: Address


class NewDocument(msgspec.Struct, frozen=True):
    """What is to be written of an order. An invoice needs its `buyer`; a credit note what it `refers_to`, and takes back all that
    is left where it names no `lines`."""

    type: DocumentType = DocumentType.INVOICE
    buyer: NewBuyer | None = None
    refers_to: DocumentId | None = None
    lines: list[CreditLine] | None = None
    reason: str = ""


class NewMail(msgspec.Struct, frozen=True):
    """`to` None: to the order's buyer."""

    to: str | None = None


class Mailed(msgspec.Struct, frozen=True):
    to: str


def _view(head: Head, public_url: str) -> DocumentView:
    return DocumentView(
        id=head.id, type=head.type, number=head.number, order_id=head.order_id, refers_to=head.refers_to,
        location_id=head.location_id, language=head.language, currency=head.currency,
        exponent=money.exponent(head.currency), total=head.total, issued_at=head.issued_at, entity=head.entity,
        series=head.series, position=head.position, hash=head.hash.hex(), url=f"{public_url}/documents/{head.token}",
    )  # fmt: skip


def _owns(door: Door, order: Order) -> bool:
    asker = door.principal
    owner = {Kind.CUSTOMER: order.head.customer_id, Kind.GUEST: order.head.guest_id}.get(asker.kind)
    return owner is not None and asker.id is not None and owner.bytes == asker.id.bytes


async def _may_see(
    door: Door, tx: Tx, order_id: OrderId | None, *, at: LocationId | None, asked: Id, what: str
) -> bool:
    """Whether as staff (true) or because the order is hers (false). Refuses NotFound to anybody else."""
    if door.principal.may("documents.read", at=at.uuid if at else None):
        return True
    if order_id and door.principal.kind in (Kind.CUSTOMER, Kind.GUEST):
        order = await orders.order(tx, order_id=order_id)
        if _owns(door, order):
            return False
    raise NotFound(what=what, id=str(asked))


async def _refuse_restricted(door: Door, tx: Tx, document_id: DocumentId) -> None:
    """Whom it names was forgotten: the law has it kept, and nobody but an auditor reads it. Refuses NotFound."""
    if not door.principal.may("privacy.audit") and await api.restricted(tx, document_id=document_id):
        raise NotFound(what="document", id=str(document_id))


@get("/v1/orders/{order_id:str}/documents")
async def list_order_documents(door: Door, order_id: OrderId) -> Answered[DocumentPage]:
    """An order's documents, oldest first; staff with `documents.read`, or whose order it is."""

    async def ask(tx: Tx) -> DocumentPage:
        order = await orders.order(tx, order_id=order_id)
        await _may_see(door, tx, order_id, at=order.head.location_id, asked=order_id, what="order")
        found = await api.of_order(tx, order_id=order_id)
        door.shows("documents", [order.head.customer_id])
        return DocumentPage(tuple(_view(one, door.platform.public_url) for one in found))

    return await door.read(ask)


@post("/v1/orders/{order_id:str}/documents", status_code=201)
async def write_document(door: Door, order_id: OrderId, data: NewDocument) -> Answered[DocumentView]:
    """Write a document of an order, or answer with the one there is. Needs `documents.issue` at the order's place; a receipt or an
    invoice may be asked for by whose order it is."""
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> DocumentView:
        order = await orders.order(tx, order_id=order_id)
        at = order.head.location_id
        own = _owns(door, order) and data.type in (DocumentType.RECEIPT, DocumentType.INVOICE)
        if not own:
            if door.principal.kind in (Kind.CUSTOMER, Kind.GUEST):
                raise NotFound(what="order", id=str(order_id))
            door.principal.require("documents.issue", at=at.uuid if at else None)
        made = await _written(tx, order, data, directory=directory, by=door.hand)
        return _view(made, door.platform.public_url)

    return await door.write(ask, status=201)


async def _written(tx: Tx, order: Order, data: NewDocument, *, directory: Any, by: Any) -> Document:
    match data.type:
        case DocumentType.RECEIPT:
            return await api.receipt(tx, order=order, directory=directory, by=by)
        case DocumentType.INVOICE:
            if data.buyer is None:
                raise Invalid(errors=[{"field": "buyer", "message": "name, tax_id, address"}])
            buyer = Party(data.buyer.name, data.buyer.tax_id, data.buyer.address)
            return await api.invoice(tx, order=order, buyer=buyer, directory=directory, by=by)
        case DocumentType.CREDIT_NOTE:
            found = await api.of_order(tx, order_id=order.head.id)
            if data.refers_to is None or data.refers_to not in {one.id for one in found}:
                raise NotFound(what="document", id=str(data.refers_to or ""))
            cause = f"hand:{DocumentId.new()}"
            return await api.credit(
                tx, document_id=data.refers_to, lines=data.lines, reason=data.reason, cause=cause, by=by
            )
        case _:
            raise Invalid(errors=[{"field": "type", "message": "receipt, invoice, credit_note"}])


@get("/v1/documents/journal")
async def show_journal(
    door: Door, q: str = "", kind: DocumentType | None = None, cursor: str | None = None, limit: int = 50
) -> Answered[DocumentPage]:
    """The journal, newest first, of the places at which the asker has `documents.read`. `q`: a number."""
    door.principal.require("documents.read")
    places = door.principal.places("documents.read")
    before = _before(cursor)
    rows = max(1, min(limit, api.PAGE_MAX))

    async def ask(tx: Tx) -> DocumentPage:
        found = await api.listed(
            tx,
            kind=kind,
            number=q.strip() or None,
            places=sorted(places) if places is not None else None,
            before=before,
            rows_max=rows + 1,
        )
        last = found[rows - 1] if len(found) > rows else None
        return DocumentPage(
            tuple(_view(one, door.platform.public_url) for one in found[:rows]),
            f"{last.issued_at.isoformat()}~{last.id}" if last else None,
        )

    return await door.read(ask)


@get("/v1/documents/verification")
async def verify_journal(door: Door) -> Answered[Verification]:
    """Walk the whole journal now, and say what is not as it was written. Needs `documents.read` everywhere."""
    _everywhere(door)
    async with door.database.snapshot() as tx:
        found = await api.verify(tx)
    made = Verification(found.documents, found.chains, found.faults, found.anchors)

    async def answer(tx: Tx) -> Verification:
        return made

    return await door.read(answer)


def _everywhere(door: Door) -> None:
    door.principal.require("documents.read")
    if door.principal.places("documents.read") is not None:
        door.principal.require("documents.read", at=Id(bytes(16)).uuid)


def _before(cursor: str | None) -> api.Before | None:
    if cursor is None:
        return None
    moment, _, name = cursor.replace(" ", "+").partition("~")
    try:
        issued_at, document_id = datetime.fromisoformat(moment), DocumentId.parse(name)
    except ValueError:
        issued_at, document_id = datetime.min, DocumentId(bytes(16))
    if issued_at.tzinfo is None:
        raise Invalid(errors=[{"field": "cursor", "message": cursor[:100]}])
    return api.Before(issued_at, document_id)


@get("/v1/documents/{name:str}")
async def show_document(
    door: Door, name: str, copy: bool = False, columns: int = COLUMNS, drawer: bool = False
) -> Response[Any]:
    """A document: as `Accept` asks or by its name's ending `.pdf`, `.html`, `.txt`, `.escpos` (bytes for a receipt printer,
    `columns` wide; `drawer` opens the cash drawer first), else as JSON. Staff with `documents.read`, or whose order it is."""
    wanted, form = _named(door, name)
    if not COLUMNS_MIN <= columns <= COLUMNS_MAX:
        raise Invalid(errors=[{"field": "columns", "message": f"{COLUMNS_MIN}..{COLUMNS_MAX}"}])
    async with door.database.read() as tx:
        found = await api.document(tx, document_id=wanted)
        staff = await _may_see(door, tx, found.order_id, at=found.location_id, asked=wanted, what="document")
        await _refuse_restricted(door, tx, wanted)
        heads = await orders.heads(tx, ids=[found.order_id]) if found.order_id else []
        door.shows("document", [one.customer_id for one in heads])
    if form is None:

        async def answer(tx: Tx) -> DocumentView:
            return _view(found, door.platform.public_url)

        return await door.read(answer)
    again = form is Form.ESCPOS and clock.now() - found.issued_at > ORIGINAL_FOR
    await door.watched()
    return await rendered(door, found, form, copy=copy or again, columns=columns, drawer=drawer and staff)


_ACCEPTED = {"application/pdf": Form.PDF, "text/html": Form.HTML, "text/plain": Form.TXT}


def _named(door: Door, name: str) -> tuple[DocumentId, Form | None]:
    stem, dot, ending = name.partition(".")
    form = _ACCEPTED.get(door.request.headers.get("accept", "").partition(",")[0].partition(";")[0].strip())
    try:
        return DocumentId.parse(stem), Form(ending) if dot else form
    except ValueError:
        raise NotFound(what="document", id=name[:100]) from None


@post("/v1/documents/{document_id:str}/mail", status_code=202)
async def mail_document(door: Door, document_id: DocumentId, data: NewMail) -> Answered[Mailed]:
    """Send a document by mail, as a PDF: to anybody for staff with `documents.read`, to the order's own address for whose it is."""

    async def ask(tx: Tx) -> Mailed:
        found = await api.document(tx, document_id=document_id)
        staff = await _may_see(door, tx, found.order_id, at=found.location_id, asked=document_id, what="document")
        await _refuse_restricted(door, tx, document_id)
        to = data.to.strip() if data.to and staff else ""
        if not to and found.order_id:
            to = (await orders.order(tx, order_id=found.order_id)).head.buyer_email
        if not 3 <= len(to) <= MAIL_LENGTH_MAX or "@" not in to[1:-1] or any(one.isspace() for one in to):
            raise Invalid(errors=[{"field": "to", "message": "name@example.com"}])
        if refused := await _send(door, tx, found, to):
            raise refused
        return Mailed(to)

    return await door.write(ask, status=202)


async def _send(door: Door, tx: Tx, found: Document, to: str) -> MailStopped | None:
    """Its link, and the document itself as a PDF, in its own language."""
    words = {"title": title(found), "number": found.number, "label": found.snapshot.order_label}
    url = f"{door.platform.public_url}/documents/{found.token}"
    letter = Letter(
        kind="document", language=found.language, attached=found.id,
        subject=i18n.text(found.language, "document.mail.subject", **words),
        text=i18n.text(found.language, "document.mail.text", url=url, **words),
    )  # fmt: skip
    recipient = Recipient(address=to, given_at=tx.now)  # as somebody types it now, or left it with the order
    stopped = await privacy.write(tx, to=recipient, purpose="service", letter=letter, by=door.hand)
    return MailStopped(why=stopped.why) if stopped else None


routes: list[Any] = [
    list_order_documents, write_document, show_journal, verify_journal, show_document, mail_document,
]  # fmt: skip

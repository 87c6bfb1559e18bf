"""What others may ask of documents."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.api import Directory
from portico.business.types import MarketId
from portico.documents import rules, snapshots, store
from portico.documents.journal import Verified, read_anchors, verify, write_anchors
from portico.documents.numbering import hold, issue
from portico.documents.types import (
    AlreadyInvoiced,
    BadTaxId,
    CreditLine,
    Document,
    DocumentId,
    DocumentType,
    Draft,
    ElsewhereDocumented,
    Head,
    NoSeller,
    NotCreditable,
    NotPaidYet,
    Party,
    Reference,
    Seller,
    TooMuchCredited,
)
from portico.orders import api as orders
from portico.orders.types import Order, OrderId, Term
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id, encode_hook
from portico.platform.refusals import Invalid, NotFound

__all__ = [
    "PAGE_MAX", "Before", "Verified", "by_token", "credit", "credit_change", "credit_repriced", "document", "invoice", "issue", "listed", "of_order",
    "put_sellers", "read_anchors", "receipt", "receipts", "sellers", "slip", "supplement", "verify", "write_anchors",
]  # fmt: skip

PAGE_MAX = 100
NAME_LENGTH_MAX = 200
REASON_LENGTH_MAX = 300


async def put_sellers(tx: Tx, *, sellers: Sequence[Seller]) -> None:
    """Say who sells in each market; what was said before of the same market is replaced, what was issued stays as it is."""
    await tx.run(
        store.PUT_SELLERS,
        market_ids=[one.market_id for one in sellers],
        entities=[one.entity for one in sellers],
        legal_names=[one.legal_name for one in sellers],
        tax_ids=[one.tax_id for one in sellers],
        addresses=[msgspec.json.encode(one.address, enc_hook=encode_hook).decode() for one in sellers],
        gaplesses=[one.gapless for one in sellers],
    )


async def sellers(tx: Tx) -> dict[MarketId, Seller]:
    return {one.market_id: one for one in await tx.all(store.SELLERS)}


async def receipt(tx: Tx, *, order: Order, directory: Directory, by: Hand) -> Document:
    """The receipt of an order that is paid: written now, or the one it has. Refuses NotPaidYet, ElsewhereDocumented."""
    _refuse_unpaid(order)
    head = order.head
    seller = (await sellers(tx)).get(head.market_id)
    draft = _draft(order, DocumentType.RECEIPT, directory=directory, seller=seller, by=by)
    return (await issue(tx, drafts=[draft]))[0]


async def receipts(tx: Tx, *, asks: Sequence[tuple[OrderId, Hand]], directory: Directory) -> list[Document]:
    """Receipts of those of these orders that are paid here and have neither receipt nor invoice, each by the hand that comes with
    it: what a reader of facts does."""
    hands = dict(reversed(asks))
    documented = {one.order_id for one in await tx.all(store.OF_ORDERS, order_ids=list(hands))}
    found = await orders.orders(tx, order_ids=[one for one in hands if one not in documented])
    known = await sellers(tx) if found else {}
    drafts = [
        _draft(
            order, DocumentType.RECEIPT, directory=directory, seller=known.get(order.head.market_id), by=hands[order_id]
        )
        for order_id in hands
        if (order := found.get(order_id))
        and order.head.payment_term is not Term.SETTLED_ELSEWHERE
        and order.head.balance <= 0
    ]
    return await issue(tx, drafts=drafts)


def _refuse_unpaid(order: Order) -> None:
    if order.head.payment_term is Term.SETTLED_ELSEWHERE:
        raise ElsewhereDocumented()
    if order.head.balance > 0:  # what is held by a provider is not paid yet
        raise NotPaidYet(due=order.head.balance, currency=order.head.currency)


async def invoice(tx: Tx, *, order: Order, buyer: Party, directory: Directory, by: Hand) -> Document:
    """A full invoice to `buyer`. It stands in for the order's receipt and refers to it; an order has one.

    Refuses NoSeller, BadTaxId, Invalid (no name, no address), NotPaidYet, ElsewhereDocumented, and AlreadyInvoiced where there
    is one to somebody else; asked for again for the same buyer it is the one there is.
    """
    market = directory.market_by_id(order.head.market_id)
    seller = (await sellers(tx)).get(market.id)
    if seller is None or not seller.tax_id:
        raise NoSeller(market=market.code)
    named = _checked(buyer)
    before = await receipt(tx, order=order, directory=directory, by=by)
    reference = Reference(before.number, before.issued_at)
    draft = _draft(order, DocumentType.INVOICE, directory=directory, seller=seller, by=by, buyer=named)
    draft = msgspec.structs.replace(
        draft, refers_to=before.id, snapshot=msgspec.structs.replace(draft.snapshot, reference=reference)
    )
    (made,) = await issue(tx, drafts=[draft])
    if made.snapshot.buyer != named:
        raise AlreadyInvoiced(number=made.number, document_id=made.id)
    return made


def _checked(buyer: Party) -> Party:
    """The buyer as she stands on an invoice. Refuses Invalid and BadTaxId."""
    address = buyer.address
    wrong = [
        {"field": field, "message": f"1..{NAME_LENGTH_MAX}"}
        for field, text in (
            ("buyer.name", buyer.name.strip()),
            ("buyer.address.street_address", address.street_address.strip() if address else ""),
            ("buyer.address.address_locality", address.address_locality.strip() if address else ""),
        )
        if not 0 < len(text) <= NAME_LENGTH_MAX
    ]
    if wrong or address is None:
        raise Invalid(errors=wrong)
    if len(address.address_country) != 2 or not address.address_country.isalpha():
        raise Invalid(errors=[{"field": "buyer.address.address_country", "message": "ISO 3166"}])
    tax_id = rules.read_tax_id(buyer.tax_id, country=address.address_country.upper())
    if tax_id is None:
        raise BadTaxId(tax_id=buyer.tax_id[:50], country=address.address_country.upper())
    return Party(buyer.name.strip(), tax_id, address)


async def credit(
    tx: Tx, *, document_id: DocumentId, lines: Sequence[CreditLine] | None, reason: str, cause: str, by: Hand
) -> Document:
    """Take back some or (`lines` None) all that is left of a receipt or invoice, by a credit note that refers to it.

    `cause` names what for, as in `return:<id>`: asked for again, it is the same note. Credit notes of one legal entity queue at
    the end of their chain, so that two of them never take back the same thing. Refuses NotFound, NotCreditable (a receipt that
    has an invoice: that is what is taken back), TooMuchCredited.
    """
    named = f"credit:{cause}"
    original = await document(tx, document_id=document_id)
    if original.type not in (DocumentType.RECEIPT, DocumentType.INVOICE):
        raise NotCreditable(number=original.number)
    series = rules.series_of(DocumentType.CREDIT_NOTE, place=None)
    await hold(tx, chains=[(original.entity, series)])
    if known := await tx.all(store.BY_CAUSE, causes=[named]):
        return known[0]
    if original.order_id and original.id not in {one.id for one in _standing(await _of(tx, original.order_id))}:
        raise NotCreditable(number=original.number)
    sold = original.snapshot
    taken = rules.credited(sold.lines, wanted=lines, before=await _taken_back(tx, original))
    if taken is None:
        raise TooMuchCredited(number=original.number)
    totals, taxes, total = rules.add_up(taken)
    snapshot = msgspec.structs.replace(
        sold, lines=tuple(taken), totals=totals, taxes=taxes, tenders=(), due=0, waiting=(),
        reference=Reference(original.number, original.issued_at, reason[:REASON_LENGTH_MAX]),
    )  # fmt: skip
    draft = Draft(
        cause=named, type=DocumentType.CREDIT_NOTE, entity=original.entity, series=series,
        gapless=original.sequence is not None, order_id=original.order_id, refers_to=original.id,
        location_id=original.location_id, language=original.language, currency=original.currency, total=total,
        snapshot=snapshot, by=by,
    )  # fmt: skip
    return (await issue(tx, drafts=[draft]))[0]


async def _taken_back(tx: Tx, original: Document) -> Counter[str]:
    """How many of each line its credit notes have taken back so far."""
    before: Counter[str] = Counter()
    for note in await tx.all(store.REFERRING, id=original.id):
        for line in note.snapshot.lines:
            before[line.id] -= line.quantity
    return before


async def credit_change(
    tx: Tx, *, order_id: OrderId, lines: Sequence[CreditLine], reason: str, cause: str, changed_at: datetime, by: Hand
) -> list[Document]:
    """Take back what an order lost by a change, from its receipts and invoice as far as they were written by then; what was written
    later knows of it. A note for each document that something of it stands on.

    Only what stands on one of them: what was added to the order after it, and is not paid yet, is on none.
    """
    made: list[Document] = []
    wanted: Counter[str] = Counter()
    for one in lines:
        wanted[one.line_id] += one.quantity
    for head in [one for one in _standing(await _of(tx, order_id)) if one.issued_at < changed_at] if lines else []:
        left = await _left(tx, await document(tx, document_id=head.id))
        borne = {id: min(units, left[id]) for id, units in wanted.items() if min(units, left[id]) > 0}
        if borne:
            wanted.subtract(borne)
            named = f"{cause}:{head.number}" if made else cause
            taken = [CreditLine(*each) for each in borne.items()]
            made.append(await credit(tx, document_id=head.id, lines=taken, reason=reason, cause=named, by=by))
    return made


async def _left(tx: Tx, original: Document) -> Counter[str]:
    """How many of each line still stand on a document."""
    left = Counter({one.id: one.quantity for one in original.snapshot.lines})
    left.subtract(await _taken_back(tx, original))
    return left


async def credit_repriced(tx: Tx, *, order_id: OrderId, reason: str, cause: str, by: Hand) -> list[Document]:
    """Take back all that stands on an order's documents at another price than it has now: at its new one it gets a receipt as what
    was added does, by `supplement`."""
    prices = {str(one.id): one.unit_price for one in (await orders.order(tx, order_id=order_id)).lines}
    made = []
    for head in _standing(await _of(tx, order_id)):
        original = await document(tx, document_id=head.id)
        left = await _left(tx, original)
        taken = [
            CreditLine(one.id, left[one.id])
            for one in original.snapshot.lines
            if left[one.id] and prices.get(one.id, one.unit_price) != one.unit_price
        ]
        if taken:
            named = f"{cause}:price:{head.number}"
            made.append(await credit(tx, document_id=head.id, lines=taken, reason=reason, cause=named, by=by))
    return made


def _standing(heads: Sequence[Head]) -> list[Head]:
    """What an order's goods stand on: its newest invoice, which takes the place of every receipt before it, and the receipts after
    that; oldest first."""
    invoiced = max((one.issued_at for one in heads if one.type is DocumentType.INVOICE), default=None)
    return [
        one
        for one in heads
        if (one.type is DocumentType.INVOICE and one.issued_at == invoiced)
        or (one.type is DocumentType.RECEIPT and (invoiced is None or one.issued_at > invoiced))
    ]


async def supplement(tx: Tx, *, order_id: OrderId, directory: Directory, by: Hand) -> Document | None:
    """A receipt of what was added to an order that has one, once that is paid: by an edit, in exchange for what came back, or at
    another price. None where there is nothing of the kind; said again, there is not."""
    heads = await _of(tx, order_id)
    standing = _standing(heads)
    if not standing:
        return None
    order = await orders.order(tx, order_id=order_id)
    if order.head.payment_term is Term.SETTLED_ELSEWHERE or order.head.balance > 0:
        return None
    added = rules.added(
        {str(one.id): (one.agreed, one.returned + one.exchanged) for one in order.lines},
        documented=[await document(tx, document_id=one.id) for one in standing],
        taken_back=[await _taken_back(tx, await document(tx, document_id=one.id)) for one in standing],
    )
    if not added:
        return None
    seller = (await sellers(tx)).get(order.head.market_id)
    draft = _draft(order, DocumentType.RECEIPT, directory=directory, seller=seller, by=by)
    lines = rules.parts(draft.snapshot.lines, added)
    totals, taxes, total = rules.add_up(lines)
    snapshot = msgspec.structs.replace(
        draft.snapshot, lines=tuple(lines), totals=totals, taxes=taxes, tenders=(), waiting=()
    )
    nth = sum(one.type is DocumentType.RECEIPT for one in heads) + 1
    draft = msgspec.structs.replace(draft, cause=f"{draft.cause}:{nth}", total=total, snapshot=snapshot)
    return (await issue(tx, drafts=[draft]))[0]


def _draft(
    order: Order,
    kind: DocumentType,
    *,
    directory: Directory,
    seller: Seller | None,
    by: Hand,
    buyer: Party | None = None,
) -> Draft:
    head = order.head
    market = directory.market_by_id(head.market_id)
    place = directory.locations.get(head.location_id) if head.location_id else None
    gapless = rules.country(market.country).gapless
    return Draft(
        cause=f"{kind}:{head.id}",
        type=kind,
        entity=seller.entity if seller else snapshots.brand_of(directory, market).slug,
        series=rules.series_of(kind, place=place.code if place else None),
        gapless=gapless if seller is None or seller.gapless is None else seller.gapless,
        order_id=head.id,
        refers_to=None,
        location_id=head.location_id,
        language=snapshots.language_of(order, directory),
        currency=head.currency,
        total=head.total,
        snapshot=snapshots.of_order(order, directory=directory, seller=seller, buyer=buyer),
        by=by,
        customer_id=head.customer_id,
    )


async def slip(tx: Tx, *, order: Order, directory: Directory) -> Document:
    """An order on paper that is no document: for what is not paid yet. It has no number and stands in no journal."""
    seller = (await sellers(tx)).get(order.head.market_id)
    draft = _draft(order, DocumentType.RECEIPT, directory=directory, seller=seller, by=Hand(actor="", actor_name=""))
    return Document(
        id=DocumentId(bytes(16)), entity=draft.entity, series="", position=0, number="", year=tx.now.year, sequence=None,
        type=draft.type, order_id=draft.order_id, refers_to=None, cause="", location_id=draft.location_id,
        language=draft.language, currency=draft.currency, total=draft.total, issued_at=order.head.placed_at,
        previous_hash=b"", hash=b"", token="", body=rules.canonical(draft.snapshot),
    )  # fmt: skip


async def document(tx: Tx, *, document_id: DocumentId) -> Document:
    """Refuses NotFound."""
    found = await tx.maybe(store.FIND, id=document_id, token=None)
    if found is None:
        raise NotFound(what="document", id=str(document_id))
    return found


async def by_token(tx: Tx, *, token: str) -> Document:
    """By the unguessable token of its own link. Refuses NotFound."""
    found = await tx.maybe(store.FIND, id=None, token=token)
    if found is None:
        raise NotFound(what="document", id="link")
    return found


async def _of(tx: Tx, order_id: Id) -> list[Head]:
    return await tx.all(store.OF_ORDERS, order_ids=[order_id])


async def of_order(tx: Tx, *, order_id: OrderId) -> list[Head]:
    """An order's documents, oldest first."""
    return await _of(tx, order_id)


class Before(msgspec.Struct, frozen=True):
    """Where a page of the journal ended."""

    issued_at: datetime
    id: DocumentId


async def listed(
    tx: Tx,
    *,
    kind: DocumentType | None = None,
    entity: str | None = None,
    number: str | None = None,
    places: Sequence[UUID] | None = None,
    before: Before | None = None,
    rows_max: int = 50,
) -> list[Head]:
    """Documents, newest first; of `places` only, where they are given."""
    return await tx.all(
        store.LIST, type=kind, entity=entity, q=number, places=None if places is None else list(places), before_at=before.issued_at if before else None,
        before_id=before.id if before else None, rows_max=min(rows_max, PAGE_MAX + 1),
    )  # fmt: skip

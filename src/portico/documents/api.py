"""What others may ask of documents."""

from collections.abc import Sequence

import msgspec

from portico.business.api import Directory
from portico.companies import api as companies
from portico.documents import drafting, following, rules, store
from portico.documents.finding import PAGE_MAX, Before, by_token, document, listed, of_order, restricted, sellers
from portico.documents.following import credit, credit_change, credit_repriced, supplement
from portico.documents.journal import Verified, read_anchors, verify, write_anchors
from portico.documents.numbering import issue
from portico.documents.rules import CARRIAGE
from portico.documents.types import (
    AlreadyInvoiced,
    BadTaxId,
    Document,
    DocumentId,
    DocumentType,
    ElsewhereDocumented,
    NoSeller,
    NothingLeft,
    NotPaidYet,
    Party,
    Reference,
    Seller,
)
from portico.orders import api as orders
from portico.orders.types import Order, OrderId, Term
from portico.payments.types import Own
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import Invalid

__all__ = [
    "CARRIAGE", "PAGE_MAX", "Before", "Verified", "by_token", "credit", "credit_change", "credit_repriced", "document", "invoice", "invoice_company", "issue", "listed", "of_order",
    "put_sellers", "read_anchors", "receipt", "receipts", "restricted", "sellers", "slip", "supplement", "verify", "write_anchors",
]  # fmt: skip

NAME_LENGTH_MAX = 200


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


async def receipt(tx: Tx, *, order: Order, directory: Directory, by: Hand) -> Document:
    """The receipt of an order that is paid: written now, or the one it has. Refuses NotPaidYet, ElsewhereDocumented."""
    _refuse_unpaid(order)
    head = order.head
    seller = (await sellers(tx)).get(head.market_id)
    draft = drafting.draft_of(order, DocumentType.RECEIPT, directory=directory, seller=seller, by=by)
    return (await issue(tx, drafts=[draft]))[0]


async def receipts(tx: Tx, *, asks: Sequence[tuple[OrderId, Hand]], directory: Directory) -> list[Document]:
    """Receipts of those of these orders that are paid here and have neither receipt nor invoice, each by the hand that comes with
    it: what a reader of facts does. What was bought for a company is invoiced to it instead, paid or on account."""
    hands = dict(reversed(asks))
    documented = {one.order_id for one in await tx.all(store.OF_ORDERS, order_ids=list(hands))}
    found = await orders.orders(tx, order_ids=[one for one in hands if one not in documented])
    known = await sellers(tx) if found else {}
    invoiced = []
    for order_id in [one for one in hands if one in found and found[one].head.company_id]:
        made = await invoice_company(tx, order=found[order_id], directory=directory, by=hands[order_id])
        if made:
            invoiced.append(made)
            del found[order_id]
    drafts = [
        drafting.draft_of(
            order, DocumentType.RECEIPT, directory=directory, seller=known.get(order.head.market_id), by=hands[order_id]
        )
        for order_id in hands
        if (order := found.get(order_id))
        and order.head.payment_term is not Term.SETTLED_ELSEWHERE
        and order.head.balance <= 0
    ]
    return invoiced + await issue(tx, drafts=drafts)


async def invoice_company(tx: Tx, *, order: Order, directory: Directory, by: Hand) -> Document | None:
    """The invoice of an order that was bought for a company, made out to it, paid or on account. None where it cannot be one: nobody
    sells there who may invoice, the company has no tax id, or it is neither paid nor owed on an invoice; it has a receipt once it is paid."""
    company_id = order.head.company_id
    seller = (await sellers(tx)).get(order.head.market_id)
    if not any(one.agreed for one in order.lines):
        return None
    if company_id is None or seller is None or not seller.tax_id or order.head.due:
        return None
    if order.head.balance > 0 and not _on_account(order):
        return None
    company = await companies.company(tx, id=company_id)
    try:
        buyer = _checked(Party(company.name, company.tax_id, company.billing))
    except (Invalid, BadTaxId):
        return None
    draft = drafting.draft_of(order, DocumentType.INVOICE, directory=directory, seller=seller, by=by, buyer=buyer)
    return (await issue(tx, drafts=[draft]))[0]


def _on_account(order: Order) -> bool:
    """Whether all that is not paid is owed on invoices."""
    owed = sum(one.authorized for one in order.payments if one.handler == Own.INVOICE)
    return owed >= order.head.balance


def _refuse_unpaid(order: Order) -> None:
    if order.head.payment_term is Term.SETTLED_ELSEWHERE:
        raise ElsewhereDocumented()
    if order.head.balance > 0:  # what is held by a provider is not paid yet
        raise NotPaidYet(due=order.head.balance, currency=order.head.currency)


async def invoice(tx: Tx, *, order: Order, buyer: Party, directory: Directory, by: Hand) -> Document:
    """A full invoice to `buyer` of what is still hers. It stands in for the order's receipts and refers to the first; an order has
    one, and another once that was taken back whole.

    Refuses NoSeller, BadTaxId, Invalid (no name, no address), NotPaidYet, ElsewhereDocumented, NothingLeft, and AlreadyInvoiced where
    there is one to somebody else; asked for again for the same buyer it is the one there is.
    """
    market = directory.market_by_id(order.head.market_id)
    seller = (await sellers(tx)).get(market.id)
    if seller is None or not seller.tax_id:
        raise NoSeller(market=market.code)
    named = _checked(buyer)
    before = await receipt(tx, order=order, directory=directory, by=by)
    invoices = [one for one in await of_order(tx, order_id=order.head.id) if one.type is DocumentType.INVOICE]
    if invoices:
        newest = await document(tx, document_id=invoices[-1].id)
        if (+await following.still_on(tx, newest)).total():
            return _the_same(newest, named)
    draft = drafting.draft_of(order, DocumentType.INVOICE, directory=directory, seller=seller, by=by, buyer=named)
    hers = {str(one.id): one.agreed - one.returned - one.exchanged for one in order.lines}
    if not any(hers.values()):
        raise NothingLeft()
    if any(one.returned or one.exchanged for one in order.lines):
        if (carriage := order.head.carriage) is not None:
            hers[rules.CARRIAGE] = carriage.agreed - carriage.returned
        draft = drafting.part_of(draft, hers)
    snapshot = msgspec.structs.replace(draft.snapshot, reference=Reference(before.number, before.issued_at))
    cause = f"{draft.cause}:{len(invoices) + 1}" if invoices else draft.cause
    draft = msgspec.structs.replace(draft, cause=cause, refers_to=before.id, snapshot=snapshot)
    return _the_same((await issue(tx, drafts=[draft]))[0], named)


def _the_same(made: Document, buyer: Party) -> Document:
    if made.snapshot.buyer != buyer:
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
    tax_id = companies.read_tax_id(buyer.tax_id, country=address.address_country.upper())
    if tax_id is None:
        raise BadTaxId(tax_id=buyer.tax_id[:50], country=address.address_country.upper())
    return Party(buyer.name.strip(), tax_id, address)


async def slip(tx: Tx, *, order: Order, directory: Directory) -> Document:
    """An order on paper that is no document: for what is not paid yet. It has no number and stands in no journal."""
    seller = (await sellers(tx)).get(order.head.market_id)
    draft = drafting.draft_of(
        order, DocumentType.RECEIPT, directory=directory, seller=seller, by=Hand(actor="", actor_name="")
    )
    return Document(
        id=DocumentId(bytes(16)), entity=draft.entity, series="", position=0, number="", year=tx.now.year, sequence=None,
        type=draft.type, order_id=draft.order_id, refers_to=None, cause="", location_id=draft.location_id,
        language=draft.language, currency=draft.currency, total=draft.total, issued_at=order.head.placed_at,
        previous_hash=b"", hash=b"", token="", body=rules.canonical(draft.snapshot),
    )  # fmt: skip

"""Documents follow what becomes of an order: what is lost is taken back, what is added or has another price is written."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.business.api import Directory
from portico.documents import drafting, finding, rules, store
from portico.documents.numbering import hold, issue
from portico.documents.types import (
    CreditLine,
    Document,
    DocumentId,
    DocumentType,
    Draft,
    Head,
    Line,
    NotCreditable,
    Reference,
    TooMuchCredited,
)
from portico.orders import api as orders
from portico.orders.types import OrderId, OrderLine, Term
from portico.platform.db import Tx
from portico.platform.events import Hand

REASON_LENGTH_MAX = 300


async def credit(
    tx: Tx, *, document_id: DocumentId, lines: Sequence[CreditLine] | None, reason: str, cause: str, by: Hand
) -> Document:
    """Take back some or (`lines` None) all that is left of a receipt or invoice, by a credit note that refers to it.

    `cause` names what for, as in `return:<id>`: asked for again, it is the same note. Credit notes of one legal entity queue at
    the end of their chain, so that two of them never take back the same thing. Refuses NotFound, NotCreditable (a receipt that
    has an invoice: that is what is taken back), TooMuchCredited.
    """
    named = f"credit:{cause}"
    original = await finding.document(tx, document_id=document_id)
    if original.type not in (DocumentType.RECEIPT, DocumentType.INVOICE):
        raise NotCreditable(number=original.number)
    series = rules.series_of(DocumentType.CREDIT_NOTE, place=None)
    await hold(tx, chains=[(original.entity, series)])
    if known := await tx.all(store.BY_CAUSE, causes=[named]):
        return known[0]
    if original.order_id and original.id not in {
        one.id for one in _standing(await finding.of_order(tx, order_id=original.order_id))
    }:
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
    standing = _standing(await finding.of_order(tx, order_id=order_id)) if lines else []
    for head in [one for one in standing if one.issued_at < changed_at]:
        left = await still_on(tx, await finding.document(tx, document_id=head.id))
        borne = {id: min(units, left[id]) for id, units in wanted.items() if min(units, left[id]) > 0}
        if borne:
            wanted.subtract(borne)
            named = f"{cause}:{head.number}" if made else cause
            taken = [CreditLine(*each) for each in borne.items()]
            made.append(await credit(tx, document_id=head.id, lines=taken, reason=reason, cause=named, by=by))
    return made


async def still_on(tx: Tx, original: Document) -> Counter[str]:
    """How many of each line still stand on a document."""
    left = Counter({one.id: one.quantity for one in original.snapshot.lines})
    left.subtract(await _taken_back(tx, original))
    return left


async def credit_repriced(tx: Tx, *, order_id: OrderId, reason: str, cause: str, by: Hand) -> list[Document]:
    """Take back all that stands on an order's documents at another price than it has now, as when a promotion no longer holds for what
    is left: at its new one it gets a receipt as what was added does, by `supplement`."""
    now = {str(one.id): one for one in (await orders.order(tx, order_id=order_id)).lines}
    made = []
    for head in _standing(await finding.of_order(tx, order_id=order_id)):
        original = await finding.document(tx, document_id=head.id)
        left = await still_on(tx, original)
        taken = [
            CreditLine(one.id, left[one.id])
            for one in original.snapshot.lines
            if left[one.id] and one.id in now and _repriced(one, now[one.id])
        ]
        if taken:
            named = f"{cause}:price:{head.number}"
            made.append(await credit(tx, document_id=head.id, lines=taken, reason=reason, cause=named, by=by))
    return made


def _repriced(stands: Line, now: OrderLine) -> bool:
    """Whether a unit of a line costs another amount than on a document; what is off by rounding is not."""
    if stands.unit_price != now.unit_price:
        return True
    return bool(now.agreed) and abs(stands.gross * now.agreed - now.gross * stands.quantity) > max(
        stands.quantity, now.agreed
    )


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
    heads = await finding.of_order(tx, order_id=order_id)
    standing = _standing(heads)
    if not standing:
        return None
    order = await orders.order(tx, order_id=order_id)
    if order.head.payment_term is Term.SETTLED_ELSEWHERE or order.head.balance > 0:
        return None
    stands, back = await _documented(tx, heads, standing)
    agreed = {str(one.id): (one.agreed, one.returned + one.exchanged) for one in order.lines}
    if (carriage := order.head.carriage) is not None:
        agreed[rules.CARRIAGE] = carriage.agreed, int(carriage.returned)
    added = rules.added(agreed, stands=stands, back=back)
    if not added:
        return None
    seller = (await finding.sellers(tx)).get(order.head.market_id)
    draft = drafting.part_of(
        drafting.draft_of(order, DocumentType.RECEIPT, directory=directory, seller=seller, by=by), added
    )
    nth = sum(one.type is DocumentType.RECEIPT for one in heads) + 1
    return (await issue(tx, drafts=[msgspec.structs.replace(draft, cause=f"{draft.cause}:{nth}")]))[0]


async def _documented(tx: Tx, heads: Sequence[Head], standing: Sequence[Head]) -> tuple[Counter[str], Counter[str]]:
    """How many of each line were documented, and how many of those were taken back. What was taken back from a document before an
    invoice took its place is not on that invoice, and counts in both."""
    stands: Counter[str] = Counter()
    back: Counter[str] = Counter()
    for head in heads:
        if head.type in (DocumentType.RECEIPT, DocumentType.INVOICE):
            one = await finding.document(tx, document_id=head.id)
            taken = await _taken_back(tx, one)
            back.update(taken)
            stands.update({line.id: line.quantity for line in one.snapshot.lines} if head in standing else taken)
    return stands, back

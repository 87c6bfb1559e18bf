"""What others may ask of approvals."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from portico.approvals import rules, store
from portico.approvals.events import ApprovalDecided, ApprovalRequested
from portico.approvals.rules import standing
from portico.approvals.showing import basket, seen_by
from portico.approvals.types import (
    NOTE_LENGTH_MAX,
    BadNote,
    Decided,
    Event,
    NotNeeded,
    OwnRequest,
    Request,
    RequestId,
    State,
    TimesNotKept,
)
from portico.business.api import Directory
from portico.carts import api as carts
from portico.checkout import api as checkouts
from portico.checkout.types import CheckoutId
from portico.companies import api as companies
from portico.companies.types import Buyer, Company, CompanyId, NotABuyer
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.orders import api as orders
from portico.orders.types import Order, OrderId, PaymentNeeded, Term
from portico.payments.types import Own, Tender
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound, Refused
from portico.privacy import api as privacy
from portico.privacy.types import Letter, Recipient

__all__ = [
    "PAGE_MAX", "WAITS", "approve", "ask", "basket", "lapse", "may_decide", "refuse", "request", "requests", "seen_by", "standing", "withdraw",
]  # fmt: skip

WAITS = timedelta(days=14)
PAGE_MAX = 100
LAPSED_AT_ONCE = 100


async def ask(
    tx: Tx, *, checkout_id: CheckoutId, on_account: bool, note: str, language: str, directory: Directory, url: str,
    by: Hand,
) -> Request:  # fmt: skip
    """Ask for what a checkout would buy. Its goods and times are let go, and its basket is empty again.

    Locks the checkout, the cart, then stock. Refuses NotNeeded, TimesNotKept, BadNote, and what completing it refuses.
    """
    note = _note(note)
    tenders = (Tender(handler=Own.INVOICE),) if on_account else ()
    place = await checkouts.prepared(tx, checkout_id=checkout_id, tenders=tenders, language=language, by=by)
    company = await _company(tx, place.company_id)
    if any(one.method in rules.BOOKED for line in place.lines for one in line.allotments):
        raise TimesNotKept()
    weighed = await orders.weigh(tx, ask=place, directory=directory)
    if not weighed.reasons or place.customer_id is None:
        raise NotNeeded()
    if place.term is Term.NOW and not on_account:  # nobody's card is kept for what may never be placed
        raise PaymentNeeded(due=weighed.total, currency=weighed.currency)
    id, want = RequestId.new(), rules.wanted(place, on_account=on_account)
    await tx.run(
        store.ADD, id=id, company_id=company.id, customer_id=place.customer_id, market_id=place.market_id,
        currency=weighed.currency, total=weighed.total, reasons=_json(weighed.reasons), wanted=_json(want), note=note,
        now=tx.now, expires_at=tx.now + WAITS,
    )  # fmt: skip
    _, cart = await checkouts.cancel(tx, checkout_id=checkout_id, by=by)
    await carts.empty(tx, locked=[(cart, by)], kind=carts.REQUESTED)
    made = await tx.one(store.FIND, id=id)
    tx.emit(
        [
            ApprovalRequested(
                subject=id, by=by, occurred_at=tx.now, customer_id=made.customer_id, company_id=company.id,
                total=made.total, currency=made.currency,
            )
        ]
    )  # fmt: skip
    await _write_to_approvers(tx, made, company, url)
    return made


def _json(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=encode_hook).decode()


def _note(text: str, *, needed: bool = False) -> str:
    kept = text.strip()
    if len(kept) > NOTE_LENGTH_MAX or (needed and not kept):
        raise BadNote()
    return kept


async def _company(tx: Tx, id: CompanyId | None) -> Company:
    """Refuses NotABuyer where nobody buys for a company."""
    if id is None:
        raise NotABuyer()
    return await companies.company(tx, id=id)


async def _write_to_approvers(tx: Tx, made: Request, company: Company, url: str) -> None:
    """Whoever may decide, and has an address."""
    (who,) = (await customers.customers(tx, ids=[made.customer_id])) or (None,)
    found = [one for one in await companies.buyers(tx, company_id=company.id) if one.role.approves]
    hers = (await identity.members(tx, ids=[made.customer_id]))[made.customer_id]
    for one in await customers.customers(tx, ids=[one.customer_id for one in found]):
        if one.email and (company.policy.approve_own or one.id not in hers):
            words = {
                "name": who.name if who else "", "company": company.name, "url": f"{url}/account/company/approvals/{made.id}",
                "amount": i18n.currency(one.language, made.total, made.currency),
            }  # fmt: skip
            await _write(tx, one.id, one.email, one.language, "requested", words)


async def _write(tx: Tx, id: CustomerId, email: str, language: str, kind: str, words: dict[str, str]) -> None:
    letter = Letter(
        kind=f"approval.{kind}", language=language, subject=i18n.text(language, f"mail.approval_{kind}.subject", **words),
        text=i18n.text(language, f"mail.approval_{kind}.text", **words),
    )  # fmt: skip
    to = Recipient(address=email, customer_ids=(id,))
    await privacy.write(tx, to=to, purpose="service", letter=letter)


async def request(tx: Tx, *, id: RequestId) -> Request:
    """Refuses NotFound."""
    found = await tx.maybe(store.FIND, id=id)
    if found is None:
        raise NotFound(what="approval", id=str(id))
    return found


async def requests(
    tx: Tx, *, company_ids: Sequence[CompanyId] = (), customer_ids: Sequence[CustomerId] = (), waiting: bool = False,
    before: RequestId | None = None, rows_max: int = 25,
) -> list[Request]:  # fmt: skip
    """Those of companies and those that some people have asked for, the newest first. `waiting`: those that nobody has decided on."""
    return await tx.all(
        store.LIST, company_ids=list(company_ids), customer_ids=list(customer_ids), waiting=waiting, before_id=before,
        now=tx.now, rows_max=min(rows_max, PAGE_MAX + 1),
    )  # fmt: skip


async def may_decide(tx: Tx, *, request: Request, records: Sequence[CustomerId]) -> bool:
    """Whether somebody, whose records these are, may approve or refuse it."""
    company = await companies.company(tx, id=request.company_id)
    return rules.may_decide(request, by=await _as_buyer(tx, request, records), records=records, company=company)


async def _as_buyer(tx: Tx, request: Request, records: Sequence[CustomerId]) -> Buyer | None:
    try:
        return await companies.buyer(tx, company_id=request.company_id, customer_ids=records)
    except NotABuyer:
        return None


async def _locked(tx: Tx, id: RequestId) -> Request:
    """One that can still be decided on, held until this transaction ends. Refuses NotFound, Decided."""
    found = await tx.maybe(store.LOCK, id=id)
    if found is None:
        raise NotFound(what="approval", id=str(id))
    if (state := standing(found, at=tx.now)) is not State.REQUESTED:
        raise Decided(state=state, order_id=found.order_id)
    return found


async def _by_approver(tx: Tx, id: RequestId, customer_id: CustomerId) -> Request:
    """The same, for somebody who may decide. Refuses NotFound to who is no approver of the company, OwnRequest to who asked."""
    found = await _locked(tx, id)
    records = await identity.own_records(tx, id=customer_id)
    company = await companies.company(tx, id=found.company_id)
    buyer = await _as_buyer(tx, found, records)
    if buyer is None or not buyer.role.approves:
        raise NotFound(what="approval", id=str(id))
    if not rules.may_decide(found, by=buyer, records=records, company=company):
        raise OwnRequest()
    return found


async def approve(
    tx: Tx, *, id: RequestId, customer_id: CustomerId, expected_total: int, directory: Directory, by: Hand
) -> Order:
    """Place what was asked for, at today's prices, as whoever approves was shown them: another total is refused, and it goes on waiting.

    Locks the request, then what `orders.place` locks. Refuses NotFound, Decided, OwnRequest, and what placing refuses.
    """
    found = await _by_approver(tx, id, customer_id)
    place = rules.to_place(found, by=by, at=tx.now, expected_total=expected_total)
    (placed,) = await orders.place(tx, asks=[place], directory=directory)
    if isinstance(placed, Refused):
        raise placed
    await _decide(tx, found, Event.APPROVE, by, decided_by=customer_id, order_id=placed.head.id)
    await _write_to_buyer(tx, found, "approved", label=placed.head.label)
    return placed


async def refuse(tx: Tx, *, id: RequestId, customer_id: CustomerId, reason: str, by: Hand) -> Request:
    """Say no, and why. Locks the request. Refuses NotFound, Decided, OwnRequest, BadNote."""
    why = _note(reason, needed=True)
    found = await _by_approver(tx, id, customer_id)
    await _decide(tx, found, Event.REFUSE, by, decided_by=customer_id, reason=why)
    await _write_to_buyer(tx, found, "refused", reason=why)
    return await request(tx, id=id)


async def withdraw(tx: Tx, *, id: RequestId, customer_id: CustomerId, by: Hand) -> Request:
    """Whoever asked does not want it any more. Locks the request. Refuses NotFound, Decided."""
    found = await request(tx, id=id)
    if found.customer_id not in await identity.own_records(tx, id=customer_id):
        raise NotFound(what="approval", id=str(id))
    await _decide(tx, await _locked(tx, id), Event.WITHDRAW, by)
    return await request(tx, id=id)


async def lapse(tx: Tx, *, by: Hand) -> int:
    """End what nobody has decided on in time. How many."""
    found = await tx.all(store.LAPSED, now=tx.now, rows_max=LAPSED_AT_ONCE)
    if found:
        await tx.all(store.LAPSE, ids=[one.id for one in found], now=tx.now)
        tx.emit([_fact(tx, one, State.LAPSED, by) for one in found])
    return len(found)


async def _decide(
    tx: Tx, found: Request, event: Event, by: Hand, *, decided_by: CustomerId | None = None, reason: str = "",
    order_id: OrderId | None = None,
) -> None:  # fmt: skip
    state = rules.FOLLOWS[found.state, event]
    await tx.run(
        store.DECIDE, id=found.id, state=state, now=tx.now, decided_by=decided_by, reason=reason, order_id=order_id
    )
    tx.emit([_fact(tx, found, state, by)])


def _fact(tx: Tx, found: Request, state: State, by: Hand) -> ApprovalDecided:
    return ApprovalDecided(
        subject=found.id, by=by, occurred_at=tx.now, customer_id=found.customer_id, company_id=found.company_id,
        state=state,
    )  # fmt: skip


async def _write_to_buyer(tx: Tx, found: Request, kind: str, **words: str) -> None:
    for one in await customers.customers(tx, ids=[found.customer_id]):
        if one.email:
            amount = i18n.currency(one.language, found.total, found.currency)
            await _write(tx, one.id, one.email, one.language, kind, {"amount": amount, **words})

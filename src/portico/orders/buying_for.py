"""Orders of companies: who buys for which, on what terms. Nothing of this is asked where nobody buys for a company."""

from collections.abc import Sequence

import msgspec

from portico.business.api import Directory
from portico.companies import api as companies
from portico.companies.types import ApprovalNeeded, ApprovalReason, Buyer, Company, CompanyId, NotABuyer, Owed, PoNeeded
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.orders import store
from portico.orders.types import Head, OrderId, PlaceOrder
from portico.payments.types import OnAccount
from portico.platform.db import Tx
from portico.platform.refusals import Refused


class Terms(msgspec.Struct, frozen=True):
    """On what terms somebody buys for a company: what she has bought for it this month, and what it owes."""

    company: Company
    buyer: Buyer
    spent: int
    owed: Owed

    @property
    def on_account(self) -> OnAccount:
        return on_account(self.company, self.owed)


def on_account(company: Company, owed: Owed) -> OnAccount:
    return OnAccount(company.id, owed.left, company.terms_days)


async def terms(tx: Tx, *, asks: Sequence[PlaceOrder], directory: Directory) -> dict[OrderId, Terms | Refused]:
    """Of those that are bought for a company, on what terms; or why they may not be: NotABuyer, CompanyBlocked, NotInMarket."""
    wanted = [one for one in asks if one.company_id]
    if not wanted:
        return {}
    known = await companies.companies(tx, ids=sorted({one.company_id for one in wanted if one.company_id}))
    found: dict[OrderId, Terms | Refused] = {}
    for one in wanted:
        try:
            found[one.order_id] = await _terms(tx, one, known, directory)
        except Refused as refused:
            found[one.order_id] = refused
    return found


async def _terms(tx: Tx, ask: PlaceOrder, known: dict[CompanyId, Company], directory: Directory) -> Terms:
    company = known.get(ask.company_id) if ask.company_id else None
    if company is None or ask.customer_id is None:
        raise NotABuyer()
    companies.refuse_closed(company, market_id=ask.market_id)
    records = (await identity.members(tx, ids=[ask.customer_id]))[ask.customer_id]
    buyer = await companies.buyer(tx, company_id=company.id, customer_ids=records)
    market = directory.market_by_id(ask.market_id)
    places = directory.stores(market.id)
    since = companies.month_began(ask.occurred_at, zone=places[0].time_zone if places else "UTC")
    spent = await tx.one(
        store.SPENT_FOR, company_id=company.id, customer_ids=list(records), currency=market.currency, since=since
    )
    return Terms(company, buyer, spent, await companies.owed_in(tx, company=company, currency=market.currency))


def refused(ask: PlaceOrder, terms: Terms, *, total: int, currency: str) -> Refused | None:
    """Why an order of so much cannot be placed as it is: the company wants its number on it, or somebody has to approve it."""
    if terms.company.policy.po_needed and not ask.po_number:
        return PoNeeded()
    if ask.approved:
        return None
    found = reasons(terms, total=total, currency=currency)
    return ApprovalNeeded(reasons=found) if found else None


def reasons(terms: Terms, *, total: int, currency: str) -> tuple[ApprovalReason, ...]:
    """Why somebody has to approve it; none, where nobody has to."""
    return companies.needs_approval(terms.company, terms.buyer, total=total, currency=currency, spent=terms.spent)


async def account_of(tx: Tx, head: Head) -> OnAccount | None:
    """On what terms more of an order may be owed, that is placed already. Locks its company."""
    if head.company_id is None:
        return None
    found = (await companies.lock(tx, ids=[head.company_id])).get(head.company_id)
    return on_account(found, await companies.owed_in(tx, company=found, currency=head.currency)) if found else None


async def spent_by(
    tx: Tx, *, company_id: CompanyId, customer_ids: Sequence[CustomerId], directory: Directory
) -> dict[str, int]:
    """What somebody has bought for a company this month, by currency; of each currency by the clocks of its market."""
    found: dict[str, int] = {}
    for market in directory.markets.values():
        places = directory.stores(market.id)
        since = companies.month_began(tx.now, zone=places[0].time_zone if places else "UTC")
        found[market.currency] = await tx.one(
            store.SPENT_FOR, company_id=company_id, customer_ids=list(customer_ids), currency=market.currency,
            since=since,
        )  # fmt: skip
    return found

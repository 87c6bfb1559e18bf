"""Who asks: a customer about her own companies, and in which role."""

from portico.business.api import Directory
from portico.companies import api
from portico.companies.types import Buyer, CompanyId, NotABuyer
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import NotFound, SignInNeeded


def signed_in(door: Door) -> CustomerId:
    """Refuses SignInNeeded to everybody but a customer."""
    if door.principal.kind is not Kind.CUSTOMER or door.principal.id is None:
        raise SignInNeeded()
    return CustomerId(door.principal.id.bytes)


async def role_in(tx: Tx, door: Door, company_id: CompanyId) -> Buyer:
    """As whom somebody signed in buys for a company. Refuses NotFound to who does not: it is no business of hers that there is one."""
    records = await identity.own_records(tx, id=signed_in(door))
    try:
        return await api.buyer(tx, company_id=company_id, customer_ids=records)
    except NotABuyer:
        raise NotFound(what="company", id=str(company_id)) from None


def currencies(directory: Directory) -> frozenset[str]:
    return frozenset(one.currency for one in directory.markets.values())

"""Who buys for a company: inviting, joining, limits, leaving."""

from collections.abc import Sequence
from datetime import timedelta

from portico.business.types import MarketId
from portico.companies import rules, store
from portico.companies.events import BuyerChanged, BuyerInvited, BuyerJoined, BuyerLeft
from portico.companies.keeping import company, json, lock, refuse_closed
from portico.companies.types import (
    BUYERS_MAX,
    AlreadyBuyer,
    BadCompany,
    Buyer,
    Company,
    CompanyId,
    Invitation,
    InvitationId,
    InvitationOver,
    LastAdmin,
    Limit,
    NotABuyer,
    Role,
)
from portico.customers import api as customers
from portico.customers.types import ContactKind, CustomerId
from portico.identity import api as identity
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.privacy import api as privacy
from portico.privacy.types import Letter, Recipient, Why

INVITATION_LASTS = timedelta(days=14)
TOLD_OF_IT = timedelta(days=14)  # whoever comes late is told that it is over; then her address is kept no longer
SWEPT_AT_ONCE = 500


async def buyers(tx: Tx, *, company_id: CompanyId) -> list[Buyer]:
    """Who buys for a company, the longest first."""
    return await tx.all(store.BUYERS, company_ids=[company_id])


async def of_customers(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[tuple[Company, Buyer]]:
    """For which companies somebody, whose records these are, buys."""
    found = await tx.all(store.OF_CUSTOMERS, customer_ids=list(customer_ids))
    known = {one.id: one for one in await tx.all(store.FIND, ids=[one.company_id for one in found])} if found else {}
    return [(known[one.company_id], one) for one in found]


async def buyer(tx: Tx, *, company_id: CompanyId, customer_ids: Sequence[CustomerId]) -> Buyer:
    """The one of these records that buys for the company. Refuses NotABuyer."""
    for one in await tx.all(store.OF_CUSTOMERS, customer_ids=list(customer_ids)):
        if one.company_id == company_id:
            return one
    raise NotABuyer()


async def may_buy(
    tx: Tx, *, company_id: CompanyId, customer_id: CustomerId, market_id: MarketId, proven_only: bool
) -> Company:
    """The company she would buy for. `proven_only`: by the records that she has proven to be hers, as she herself may.

    Refuses NotFound, NotABuyer, CompanyBlocked, NotInMarket."""
    found = await company(tx, id=company_id)
    await buyer(tx, company_id=company_id, customer_ids=await records(tx, customer_id, proven_only=proven_only))
    refuse_closed(found, market_id=market_id)
    return found


async def records(tx: Tx, customer_id: CustomerId, *, proven_only: bool) -> tuple[CustomerId, ...]:
    """The records of somebody: those she has shown to be hers, or all that staff know of."""
    if proven_only:
        return await identity.own_records(tx, id=customer_id)
    return (await identity.members(tx, ids=[customer_id]))[customer_id]


async def put_buyer(
    tx: Tx, *, company_id: CompanyId, customer_id: CustomerId, role: Role, limits: Sequence[Limit],
    currencies: frozenset[str], by: Hand, keeps_admin: bool = False,
) -> Buyer:  # fmt: skip
    """Have a customer buy for a company, or change her role and limits. `keeps_admin`: the last admin stays one.

    Locks the company. Refuses NotFound, BadCompany, LastAdmin.
    """
    rules.check_limits(limits, currencies=currencies)
    if company_id not in await lock(tx, ids=[company_id]):
        raise NotFound(what="company", id=str(company_id))
    await customers.customer(tx, id=customer_id)
    known = await buyers(tx, company_id=company_id)
    before = next((one for one in known if one.customer_id == customer_id), None)
    if before is None and len(known) >= BUYERS_MAX:
        raise BadCompany(field="buyers", why=f"<= {BUYERS_MAX}")
    if keeps_admin and role is not Role.ADMIN:
        _refuse_last(known, customer_id)
    await tx.run(
        store.PUT_BUYER,
        company_id=company_id,
        customer_id=customer_id,
        role=role,
        limits=json(list(limits)),
        now=tx.now,
    )
    kind = BuyerJoined if before is None else BuyerChanged
    tx.emit([kind(subject=company_id, customer_id=customer_id, by=by, occurred_at=tx.now, role=role)])
    return Buyer(company_id, customer_id, role, tuple(limits), before.joined_at if before else tx.now)


async def drop_buyer(
    tx: Tx, *, company_id: CompanyId, customer_id: CustomerId, by: Hand, keeps_admin: bool = False
) -> None:
    """She buys for it no more. What she bought stays the company's. Locks the company. Refuses NotFound, LastAdmin."""
    await lock(tx, ids=[company_id])
    known = await buyers(tx, company_id=company_id)
    if all(one.customer_id != customer_id for one in known):
        raise NotFound(what="buyer", id=str(customer_id))
    if keeps_admin:
        _refuse_last(known, customer_id)
    await tx.run(store.DROP_BUYER, company_id=company_id, customer_id=customer_id)
    tx.emit([BuyerLeft(subject=company_id, customer_id=customer_id, by=by, occurred_at=tx.now)])


def _refuse_last(known: Sequence[Buyer], leaving: CustomerId) -> None:
    admins = {one.customer_id for one in known if one.role is Role.ADMIN}
    if admins == {leaving}:
        raise LastAdmin()


async def invite(
    tx: Tx, *, company_id: CompanyId, email: str, role: Role, limits: Sequence[Limit], currencies: frozenset[str],
    url: str, by: Hand,
) -> tuple[Invitation, Why | None]:  # fmt: skip
    """Write to somebody that she may buy for a company; whoever is invited anew has the newer invitation only. Second, why no letter went.

    Refuses NotFound, BadEmail, BadCompany, AlreadyBuyer.
    """
    rules.check_limits(limits, currencies=currencies)
    address = customers.email(email)
    found = (await lock(tx, ids=[company_id])).get(company_id)
    if found is None:
        raise NotFound(what="company", id=str(company_id))
    owner = await customers.by_address(tx, address=address)
    if owner and any(one.customer_id == owner for one in await buyers(tx, company_id=company_id)):
        raise AlreadyBuyer()
    made = await tx.one(
        store.INVITE, id=InvitationId.new(), company_id=company_id, email=address, role=role, limits=json(list(limits)),
        now=tx.now, expires_at=tx.now + INVITATION_LASTS, actor=by.actor, actor_name=by.actor_name,
    )  # fmt: skip
    tx.emit([BuyerInvited(subject=company_id, by=by, occurred_at=tx.now, role=role)])
    words = {"company": found.name, "name": by.actor_name, "url": url}
    letter = Letter(
        kind="company.invitation", language=found.language,
        subject=i18n.text(found.language, "mail.company_invitation.subject", **words),
        text=i18n.text(found.language, "mail.company_invitation.text", **words),
    )  # fmt: skip
    to = Recipient(address=address, customer_ids=(owner,) if owner else (), given_at=tx.now)
    stopped = await privacy.write(tx, to=to, purpose="service", letter=letter, by=by)
    return made, stopped.why if stopped else None


async def invitations(tx: Tx, *, company_id: CompanyId) -> list[Invitation]:
    """Those that wait, the oldest first."""
    return await tx.all(store.INVITATIONS, company_id=company_id, emails=[], now=tx.now)


async def invitations_to(tx: Tx, *, customer_id: CustomerId) -> list[Invitation]:
    """Those that were sent to an address which somebody has shown to be hers."""
    emails = await _proven(tx, customer_id)
    return await tx.all(store.INVITATIONS, company_id=None, emails=emails, now=tx.now) if emails else []


async def _proven(tx: Tx, customer_id: CustomerId) -> list[str]:
    found = await customers.contacts(tx, ids=list(await identity.own_records(tx, id=customer_id)))
    return [one.value for one in found if one.kind is ContactKind.EMAIL and one.verified_at]


async def accept(tx: Tx, *, invitation_id: InvitationId, customer_id: CustomerId, by: Hand) -> Buyer:
    """Join a company. Taking the invitation away is the lock: of two who accept at once, one does.

    Refuses NotFound (it was sent to another address than hers, or was accepted or taken back), InvitationOver."""
    emails = await _proven(tx, customer_id)
    if await tx.maybe(store.INVITATION, id=invitation_id, emails=emails) is None:
        raise NotFound(what="invitation", id=str(invitation_id))
    taken = await tx.maybe(store.TAKE_INVITATION, id=invitation_id, company_id=None, emails=emails)
    if taken is None or taken.expires_at <= tx.now:
        raise InvitationOver()
    await lock(tx, ids=[taken.company_id])
    mine = await identity.own_records(tx, id=customer_id)
    for one in await buyers(tx, company_id=taken.company_id):
        if one.customer_id in mine:
            return one
    await tx.run(
        store.PUT_BUYER, company_id=taken.company_id, customer_id=customer_id, role=taken.role,
        limits=json(list(taken.limits)), now=tx.now,
    )  # fmt: skip
    tx.emit(
        [BuyerJoined(subject=taken.company_id, customer_id=customer_id, by=by, occurred_at=tx.now, role=taken.role)]
    )
    return Buyer(taken.company_id, customer_id, taken.role, taken.limits, tx.now)


async def take_back(tx: Tx, *, company_id: CompanyId, invitation_id: InvitationId) -> None:
    """An invitation is good no more. Refuses NotFound."""
    if await tx.maybe(store.TAKE_INVITATION, id=invitation_id, company_id=company_id, emails=None) is None:
        raise NotFound(what="invitation", id=str(invitation_id))


async def sweep_invitations(tx: Tx) -> bool:
    """Take away those that have long been over; whether there may be more."""
    gone = await tx.all(store.SWEEP_INVITATIONS, before=tx.now - TOLD_OF_IT, rows_max=SWEPT_AT_ONCE)
    return len(gone) == SWEPT_AT_ONCE

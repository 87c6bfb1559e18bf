"""Companies: entering them, changing what they may, finding them."""

import secrets
from collections.abc import Sequence

import msgspec

from portico.business.types import MarketId
from portico.companies import rules, store
from portico.companies.events import CompanySet
from portico.companies.types import (
    BadCompany,
    Company,
    CompanyBlocked,
    CompanyBrief,
    CompanyChanged,
    CompanyId,
    NewCompany,
    NotInMarket,
    State,
    TaxIdTaken,
)
from portico.customers import api as customers
from portico.platform import i18n
from portico.platform.db import Tx, UniqueViolation
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound

PAGE_MAX = 100
NUMBER_TRIES = 8


class After(msgspec.Struct, frozen=True):
    """Where a page of companies ended."""

    name: str
    id: CompanyId


def json(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=encode_hook).decode()


async def create(tx: Tx, *, new: NewCompany, currencies: frozenset[str], by: Hand) -> Company:
    """Enter a company. Refuses BadCompany, BadTaxNumber, TaxIdTaken."""
    new = _checked(new, currencies)
    id = CompanyId.new()
    await _refuse_taken(tx, new, id)
    try:
        async with tx.savepoint():
            await tx.run(store.CREATE, number=await _free_number(tx), **_columns(new), id=id, now=tx.now, **_by(by))
    except UniqueViolation:  # somebody has entered the same one at this moment
        await _refuse_taken(tx, new, id)
        raise
    return _told(tx, await company(tx, id=id), by)


async def put(
    tx: Tx, *, id: CompanyId, new: NewCompany, currencies: frozenset[str], expected: int, by: Hand
) -> Company:
    """Change a company, all of it. Locks it: no order is placed for it meanwhile. Refuses NotFound, CompanyChanged, and what `create` refuses."""
    new = _checked(new, currencies)
    before = (await lock(tx, ids=[id])).get(id)
    if before is None:
        raise NotFound(what="company", id=str(id))
    if before.version != expected:
        raise CompanyChanged(version=before.version)
    await _refuse_taken(tx, new, id)
    try:
        async with tx.savepoint():
            await tx.run(store.SAVE, **_columns(new), id=id, now=tx.now, **_by(by))
    except UniqueViolation:
        await _refuse_taken(tx, new, id)
        raise
    return _told(tx, await company(tx, id=id), by)


def _checked(new: NewCompany, currencies: frozenset[str]) -> NewCompany:
    tax_id = rules.check(new, currencies=currencies)
    if new.language not in i18n.LANGUAGES:
        raise BadCompany(field="language", why=", ".join(i18n.LANGUAGES))
    email = customers.email(new.email) if new.email.strip() else ""
    phone = customers.phone(new.phone) if new.phone.strip() else ""
    return msgspec.structs.replace(new, name=new.name.strip(), tax_id=tax_id, email=email, phone=phone)


async def _refuse_taken(tx: Tx, new: NewCompany, id: CompanyId) -> None:
    taken = await tx.maybe(store.TAKEN, country=new.billing.address_country, tax_id=new.tax_id, id=id)
    if taken is not None:
        raise TaxIdTaken(number=taken)


async def _free_number(tx: Tx) -> str:
    tried = [
        rules.number([secrets.choice(rules.SPOKEN) for _ in range(rules.NUMBER_LENGTH)]) for _ in range(NUMBER_TRIES)
    ]
    taken = set(await tx.all(store.NUMBERS, numbers=tried))
    return next(one for one in tried if one not in taken)


def _columns(new: NewCompany) -> dict[str, object]:
    return {
        "name": new.name, "billing": json(new.billing), "country": new.billing.address_country, "tax_id": new.tax_id,
        "email": new.email, "phone": new.phone, "language": new.language, "market_ids": list(new.market_ids),
        "deliveries": json(new.deliveries), "terms_days": new.terms_days, "credits": json(new.credits),
        "tax_note": new.tax_note, "policy": json(new.policy), "state": new.state,
    }  # fmt: skip


def _by(by: Hand) -> dict[str, str]:
    return {"actor": by.actor, "actor_name": by.actor_name}


def _told(tx: Tx, made: Company, by: Hand) -> Company:
    tx.emit(
        [
            CompanySet(
                subject=made.id, by=by, occurred_at=tx.now, number=made.number, state=made.state, version=made.version
            )
        ]
    )  # fmt: skip
    return made


async def company(tx: Tx, *, id: CompanyId) -> Company:
    """Refuses NotFound."""
    found = await companies(tx, ids=[id])
    if id not in found:
        raise NotFound(what="company", id=str(id))
    return found[id]


async def companies(tx: Tx, *, ids: Sequence[CompanyId]) -> dict[CompanyId, Company]:
    """Those of these that there are."""
    return {one.id: one for one in await tx.all(store.FIND, ids=list(ids))} if ids else {}


async def briefs(tx: Tx, *, ids: Sequence[CompanyId]) -> dict[CompanyId, CompanyBrief]:
    return {
        one.id: CompanyBrief(one.id, one.number, one.name, one.policy.po_needed)
        for one in (await companies(tx, ids=ids)).values()
    }


async def lock(tx: Tx, *, ids: Sequence[CompanyId]) -> dict[CompanyId, Company]:
    """The same, and nobody else buys for them or changes them until this transaction ends. Locks in order of ids."""
    return {one.id: one for one in await tx.all(store.LOCK, ids=list(ids))}


async def find(
    tx: Tx, *, q: str = "", state: State | None = None, after: After | None = None, rows_max: int = 25
) -> list[Company]:
    """Companies by name. `q`: words that a name, a number or a tax id begins with."""
    words = " & ".join(f"'{one}':*" for one in rules.words(q))
    if q.strip() and not words:
        return []
    return await tx.all(
        store.LIST, words=words or None, state=state, after_name=after.name if after else None,
        after_id=after.id if after else None, rows_max=min(rows_max, PAGE_MAX + 1),
    )  # fmt: skip


def refuse_closed(company: Company, *, market_id: MarketId) -> None:
    """Refuses CompanyBlocked, NotInMarket."""
    if company.state is State.BLOCKED:
        raise CompanyBlocked(number=company.number)
    if not company.buys_in(market_id):
        raise NotInMarket(number=company.number)

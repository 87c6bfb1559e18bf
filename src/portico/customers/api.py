"""What others may ask of customers."""

import secrets
from collections.abc import Sequence

from portico.customers import rules, store
from portico.customers.events import CustomerChanged, CustomerCreated
from portico.customers.types import (
    CUSTOMERS_MAX,
    FOUND_MAX,
    BadPhone,
    Contact,
    ContactTaken,
    Customer,
    CustomerBrief,
    CustomerId,
    DuplicateReference,
    NewCustomer,
    Put,
    PutAnswer,
    Reached,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound, Refused


class Made:
    """Somebody about to be written: her record's id and numbers beside what is known of her."""

    __slots__ = ("contacts", "id", "loyalty_number", "new", "number")

    def __init__(self, new: NewCustomer, contacts: Sequence[Contact]) -> None:
        self.id, self.new, self.contacts = CustomerId.new(), new, contacts
        self.number, self.loyalty_number = "", ""


async def create(tx: Tx, *, new: NewCustomer, by: Hand) -> Customer:
    """Enter a person. Refuses BadPhone, BadEmail, BadName, ContactTaken, DuplicateReference."""
    contacts = rules.contacts(new)
    if new.external_ref:
        await tx.run(store.LOCK_WRITERS)  # two with the same reference at once: the second finds the first
        if await tx.all(store.KNOWN, refs=[new.external_ref]):
            raise DuplicateReference(reference=new.external_ref)
    await _refuse_taken(tx, contacts)
    made = Made(new, contacts)
    await _write(tx, [made], by=by)
    return await customer(tx, id=made.id)


async def put_customers(tx: Tx, *, customers: Sequence[NewCustomer], by: Hand) -> list[PutAnswer | Refused]:
    """Make each customer as she should be, known by `external_ref`; one answer per customer, in order.

    Somebody who stands already just so is not touched; contacts are added, never taken away. Answers may refuse:
    BadPhone, BadEmail, BadName, ContactTaken, DuplicateReference. At most `CUSTOMERS_MAX` customers (ValueError), each
    with an `external_ref` (ValueError). One such writer at a time.
    """
    if len(customers) > CUSTOMERS_MAX or not all(one.external_ref for one in customers):
        raise ValueError(f"at most {CUSTOMERS_MAX} customers, each with an external_ref")
    await tx.run(store.LOCK_WRITERS)
    refs = [one.external_ref or "" for one in customers]
    known = {row.external_ref: row for row in await tx.all(store.KNOWN, refs=refs)}
    checked = [_checked(one) for one in customers]
    owners = await _owners(tx, [one for found in checked if not isinstance(found, Refused) for one in found])
    briefs_of_owners = await briefs(tx, ids=sorted(set(owners.values())))
    answers: list[PutAnswer | Refused] = []
    made: list[Made] = []
    changed: list[tuple[CustomerId, NewCustomer, tuple[str, ...]]] = []
    added: list[tuple[CustomerId, Contact]] = []
    seen: set[str] = set()
    for new, ref, contacts in zip(customers, refs, checked, strict=True):
        row = known.get(ref)
        if isinstance(contacts, Refused):
            answers.append(contacts)
            continue
        taken = next((one for one in contacts if one in owners and (row is None or owners[one] != row.id)), None)
        if ref in seen:
            answers.append(DuplicateReference(reference=ref))
        elif taken is not None and owners[taken] in briefs_of_owners:
            answers.append(ContactTaken(kind=taken.kind, value=taken.value, customer=briefs_of_owners[owners[taken]]))
        elif taken is not None:  # by somebody earlier in this very call, who has no record to show yet
            answers.append(DuplicateReference(reference=taken.value))
        else:
            seen.add(ref)
            fresh = [one for one in contacts if one not in owners]
            if row is None:
                made.append(Made(new, contacts))
                owner, put = made[-1].id, Put.NEW
            else:
                fields = _differences(row, new) + tuple(one.kind.value for one in fresh)
                owner, put = row.id, Put.CHANGED if fields else Put.UNCHANGED
                if fields:
                    changed.append((row.id, new, fields))
                    added += [(row.id, one) for one in fresh]
            owners.update((one, owner) for one in fresh)
            answers.append(PutAnswer(owner, put))
    await _write(tx, made, by=by)
    await _change(tx, changed, added, by=by)
    return answers


async def find(tx: Tx, *, q: str, limit: int = 20) -> list[CustomerBrief]:
    """People by what they say of themselves, best first, at most `FOUND_MAX`.

    That is a phone in any spelling or its last four digits or more, an e-mail address, a loyalty or customer number, or
    words of the name in any order, accents or not.
    """
    asked = " ".join(q.replace("\0", " ").split())[:200]
    if not asked:
        return []
    phones, endings = rules.phone_asked(asked)
    rows = await tx.all(
        store.FIND,
        number=rules.number_asked(asked),
        loyalty_number=asked.replace(" ", ""),
        email=asked.lower(),
        phones=phones,
        endings=endings,
        names="" if "@" in asked else rules.name_query(asked),
        limit=max(1, min(limit, FOUND_MAX)),
    )
    return [_customer(row).brief() for row in rows]


async def customer(tx: Tx, *, id: CustomerId) -> Customer:
    """One person. Refuses NotFound."""
    rows = await tx.all(store.CUSTOMERS, ids=[id])
    if not rows:
        raise NotFound(what="customer", id=str(id))
    return _customer(rows[0])


async def customers(tx: Tx, *, ids: Sequence[CustomerId]) -> list[Customer]:
    """People whole; ids that nobody has are left out."""
    return [_customer(row) for row in await tx.all(store.CUSTOMERS, ids=list(ids))]


async def not_forgotten(tx: Tx, *, ids: Sequence[CustomerId]) -> list[CustomerId]:
    """Of these, those who are there and have not asked to be forgotten."""
    return await tx.all(store.NOT_FORGOTTEN, ids=list(ids))


async def after(tx: Tx, *, id: CustomerId, rows_max: int) -> list[CustomerId]:
    """The records that were made after this one, the oldest first: one page of all."""
    return await tx.all(store.AFTER, after=id, rows_max=rows_max)


async def briefs(tx: Tx, *, ids: Sequence[CustomerId]) -> dict[CustomerId, CustomerBrief]:
    """People in a line each; ids that nobody has are left out."""
    if not ids:
        return {}
    return {row.id: _customer(row).brief() for row in await tx.all(store.CUSTOMERS, ids=list(ids))}


def email(given: str) -> str:
    """The way we keep an e-mail address. Refuses BadEmail."""
    return rules.email(given)


def phone(given: str, *, region: str | None = None) -> str:
    """The way we keep a phone number: E.164; `region` says whose national form it may be in. Refuses BadPhone."""
    return rules.phone(given, region=region)


def phone_or_none(given: str) -> str | None:
    """The same, of a number that nobody is to be told is wrong."""
    try:
        return rules.phone(given)
    except BadPhone:
        return None


def contact(address: str) -> Contact:
    """An e-mail address or a phone number, spelt the one way we keep it. Refuses BadEmail or BadPhone."""
    return rules.address(address)


async def by_address(tx: Tx, *, address: str) -> CustomerId | None:
    """Whose e-mail or phone this is. Refuses BadEmail or BadPhone where it is neither."""
    contact = rules.address(address)
    return (await _owners(tx, [contact])).get(contact)


async def contacts(tx: Tx, *, ids: Sequence[CustomerId]) -> list[Reached]:
    """Every way to reach each of these people, those she gave first first."""
    return await tx.all(store.REACHED, ids=list(ids))


async def sign_up(tx: Tx, *, address: str, language: str, by: Hand) -> CustomerId:
    """Whoever has proven to read what is sent to `address`: found, or entered as new. The address counts as verified.

    Refuses BadEmail or BadPhone.
    """
    contact = rules.address(address)
    owner = (await _owners(tx, [contact])).get(contact)
    if owner is None:
        made = Made(NewCustomer(language=rules.language(language)), [contact])
        try:
            async with tx.savepoint():
                await _write(tx, [made], by=by)
            owner = made.id
        except ContactTaken as taken:  # signed up in another window a moment ago
            owner = taken.customer.id
    await verify_contact(tx, address=address, by=by)
    return owner


async def verify_contact(tx: Tx, *, address: str, by: Hand) -> CustomerId | None:
    """Note that `address` was proven to be its owner's; who that is, or None if it was noted before or is nobody's."""
    contact = rules.address(address)
    owner = await tx.maybe(store.VERIFY, kind=contact.kind, value=contact.value, now=tx.now)
    if owner is not None:
        tx.emit([_changed(owner, ("verified",), tx, by)])
    return owner


async def speak(tx: Tx, *, id: CustomerId, language: str, by: Hand) -> None:
    """In which language she is written to; one that we do not speak becomes the fallback."""
    if await tx.maybe(store.SPEAK, id=id, language=rules.language(language)) is not None:
        tx.emit([_changed(id, ("language",), tx, by)])


def forgotten(tx: Tx, *, ids: Sequence[CustomerId], by: Hand) -> None:
    """Announce that nothing of these people is left here but their ids. What is kept of whom is written by `privacy`."""
    tx.emit(_changed(one, ("erased",), tx, by) for one in ids)


async def _refuse_taken(tx: Tx, contacts: Sequence[Contact]) -> None:
    owners = await _owners(tx, contacts)
    for one in contacts:
        if one in owners:
            owner = await customer(tx, id=owners[one])
            raise ContactTaken(kind=one.kind, value=one.value, customer=owner.brief())


async def _owners(tx: Tx, contacts: Sequence[Contact]) -> dict[Contact, CustomerId]:
    if not contacts:
        return {}
    rows = await tx.all(store.CONTACTS, kinds=[one.kind for one in contacts], values=[one.value for one in contacts])
    return {Contact(row.kind, row.value): row.customer_id for row in rows}


async def _write(tx: Tx, made: Sequence[Made], *, by: Hand) -> None:
    if not made:
        return
    await _give_numbers(tx, made)
    await tx.run(
        store.CREATE,
        ids=[one.id for one in made],
        numbers=[one.number for one in made],
        given_names=[one.new.given_name.strip() for one in made],
        family_names=[one.new.family_name.strip() for one in made],
        languages=[rules.language(one.new.language) for one in made],
        loyalty_numbers=[one.loyalty_number or None for one in made],
        refs=[one.new.external_ref for one in made],
        searches=[rules.search_vector(one.new.given_name, one.new.family_name) for one in made],
        channel=by.channel_id,
        now=tx.now,
    )
    await _add_contacts(tx, [(one.id, contact) for one in made for contact in one.contacts])
    tx.emit(
        CustomerCreated(
            subject=one.id,
            customer_id=one.id,
            by=by,
            occurred_at=tx.now,
            number=one.number,
            language=rules.language(one.new.language),
        )
        for one in made
    )


async def _give_numbers(tx: Tx, made: Sequence[Made]) -> None:
    """Numbers nobody has, drawn at random so that nobody can count our customers by them."""
    waiting = list(made)
    while waiting:
        for one in waiting:
            one.number = rules.customer_number(secrets.randbits(64))
            one.loyalty_number = rules.loyalty_number(secrets.randbits(64)) if one.new.loyalty else ""
        taken = set(
            await tx.all(
                store.TAKEN_NUMBERS,
                numbers=[one.number for one in waiting],
                loyalty_numbers=[one.loyalty_number for one in waiting if one.loyalty_number],
            )
        )
        clashing: list[Made] = []
        for one in waiting:
            if one.number in taken or one.loyalty_number in taken:
                clashing.append(one)
            taken |= {one.number, one.loyalty_number} - {""}
        waiting = clashing


async def _add_contacts(tx: Tx, added: Sequence[tuple[CustomerId, Contact]]) -> None:
    if not added:
        return
    written = await tx.all(
        store.ADD_CONTACTS,
        customers=[owner for owner, _ in added],
        kinds=[one.kind for _, one in added],
        values=[one.value for _, one in added],
        verified=[None for _ in added],
        now=tx.now,
    )
    if len(written) < len(added):  # somebody else was given one of them while we were writing
        owners = await _owners(tx, [one for _, one in added])
        for owner, one in added:
            if owners[one] != owner:
                other = await customer(tx, id=owners[one])
                raise ContactTaken(kind=one.kind, value=one.value, customer=other.brief())


async def _change(
    tx: Tx,
    changed: Sequence[tuple[CustomerId, NewCustomer, tuple[str, ...]]],
    added: Sequence[tuple[CustomerId, Contact]],
    *,
    by: Hand,
) -> None:
    if not changed:
        return
    await tx.run(
        store.CHANGE,
        ids=[owner for owner, _, _ in changed],
        given_names=[new.given_name.strip() for _, new, _ in changed],
        family_names=[new.family_name.strip() for _, new, _ in changed],
        languages=[rules.language(new.language) for _, new, _ in changed],
        searches=[rules.search_vector(new.given_name, new.family_name) for _, new, _ in changed],
    )
    await _add_contacts(tx, added)
    tx.emit(_changed(owner, fields, tx, by) for owner, _, fields in changed)


def _changed(owner: CustomerId, fields: tuple[str, ...], tx: Tx, by: Hand) -> CustomerChanged:
    return CustomerChanged(subject=owner, customer_id=owner, by=by, occurred_at=tx.now, fields=fields)


def _checked(new: NewCustomer) -> tuple[Contact, ...] | Refused:
    try:
        return rules.contacts(new)
    except Refused as refused:
        return refused


def _differences(row: store.KnownRow, new: NewCustomer) -> tuple[str, ...]:
    renamed = (row.given_name, row.family_name) != (new.given_name.strip(), new.family_name.strip())
    return (("name",) if renamed else ()) + (("language",) if row.language != rules.language(new.language) else ())


def _customer(row: store.CustomerRow) -> Customer:
    return Customer(
        id=row.id,
        number=row.number,
        name=rules.full_name(row.given_name, row.family_name),
        given_name=row.given_name,
        family_name=row.family_name,
        phone=row.phone,
        email=row.email,
        loyalty_number=row.loyalty_number,
        language=row.language,
        created_at=row.created_at,
        created_channel_id=row.created_channel_id,
    )

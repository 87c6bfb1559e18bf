"""What is known of a person, and who said so."""

from collections.abc import Sequence
from datetime import date

from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import rules, store
from portico.identity.api.indexing import index, survivorship, told_of
from portico.identity.api.merging import members
from portico.identity.events import AttributesTold
from portico.identity.types import (
    ATTRIBUTES_MAX,
    BadAttribute,
    Person,
    PersonAttribute,
    Survivorship,
    Told,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound

SOURCE_LENGTH_MAX = 60


async def person(tx: Tx, *, id: CustomerId) -> Person:
    """Everything that is known of the person that `id` is a record of; for staff. Refuses NotFound."""
    records = (await members(tx, ids=[id]))[id]
    briefs = await customers.briefs(tx, ids=records)
    if id not in briefs:
        raise NotFound(what="customer", id=str(id))
    told = await told_of(tx, ids=records)
    said = [one for record in records for one in told.get(record, ())]
    return Person(
        id=records[0],
        records=tuple(briefs[one] for one in records if one in briefs),
        attributes=rules.survivors(said, await survivorship(tx)),
        merges=tuple(await tx.all(store.MERGES, ids=list(records))),
    )


async def standing(tx: Tx, *, people: Sequence[Sequence[CustomerId]]) -> list[dict[Told, str]]:
    """What stands for each of these people, given by their records, kind by kind."""
    told = await told_of(tx, ids=[one for records in people for one in records])
    how = await survivorship(tx)
    return [
        {
            one.kind: one.value
            for one in rules.survivors([each for record in records for each in told.get(record, ())], how)
        }
        for records in people
    ]


async def put_attributes(
    tx: Tx,
    *,
    record_id: CustomerId,
    source: str,
    attributes: Sequence[PersonAttribute],
    region: str | None = None,
    by: Hand,
) -> None:
    """What a source says of a record, in place of what it said before. What other sources said stays.

    Refuses NotFound, BadAttribute (nothing is written then); more than `ATTRIBUTES_MAX` at once, or a source without a name, are a
    BadAttribute of no kind.
    """
    source = source.strip()
    if len(attributes) > ATTRIBUTES_MAX or not source or len(source) > SOURCE_LENGTH_MAX or not source.isprintable():
        raise BadAttribute(index=min(len(attributes), ATTRIBUTES_MAX), kind="source", value=source[:SOURCE_LENGTH_MAX])
    checked = rules.checked(attributes, today=tx.now.date(), region=region)
    await customers.customer(tx, id=record_id)
    await record(tx, told=[(record_id, source, checked)], by=by)
    await index(tx, ids=[record_id])


def check_attributes(
    attributes: Sequence[PersonAttribute], *, today: date, region: str | None = None
) -> list[PersonAttribute]:
    """Each in the form it is kept in. Refuses BadAttribute for the first that is not what its kind holds."""
    return rules.checked(attributes, today=today, region=region)


async def record(tx: Tx, *, told: Sequence[tuple[CustomerId, str, Sequence[PersonAttribute]]], by: Hand) -> None:
    """Write what sources say of records, checked already, in place of what each said before."""
    await tx.run(store.DROP_ATTRIBUTES, records=[id for id, _, _ in told], sources=[source for _, source, _ in told])
    rows = {(id, source, one.kind, one.value): one for id, source, few in told for one in few}
    await tx.run(
        store.PUT_ATTRIBUTES,
        records=[id for id, _, _, _ in rows],
        sources=[source for _, source, _, _ in rows],
        kinds=[kind for _, _, kind, _ in rows],
        values=[value for _, _, _, value in rows],
        confidence=[one.confidence for one in rows.values()],
        seen=[one.seen_at for one in rows.values()],
        verified=[one.verified_at for one in rows.values()],
        now=tx.now,
    )
    tx.emit(
        AttributesTold(
            subject=id, customer_id=id, by=by, occurred_at=tx.now, kinds=tuple(sorted({one.kind.value for one in few}))
        )
        for id, _, few in told
    )


async def put_survivorship(tx: Tx, *, how: Survivorship) -> None:
    await tx.run(store.PUT_SURVIVORSHIP, kind=how.kind, rules=list(how.rules), sources=list(how.sources))


async def survivorships(tx: Tx) -> list[Survivorship]:
    """How what stands for a person is chosen, kind by kind."""
    found = await survivorship(tx)
    return [found[kind] for kind in Told if kind in found]

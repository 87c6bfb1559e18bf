"""What a person is to segments, reckoned from how everything of hers stands now, never from what happened to it.

So a fact that comes twice, late or out of order changes nothing; records that are joined are one person with all they did, and taken
apart they are what they were.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from portico.customers import api as customers
from portico.customers.types import ContactKind, Customer, CustomerId
from portico.identity import api as identity
from portico.identity.types import Told
from portico.platform.db import Tx
from portico.platform.ids import encode_hook
from portico.privacy import api as privacy
from portico.segments.api.comparing import compare
from portico.segments.store import facts as store
from portico.segments.store.compiling import city, postcode
from portico.segments.types import ProgrammeStanding, Purchase

REACHED_BY = {ContactKind.EMAIL: ("email",), ContactKind.PHONE: ("phone", "sms", "whatsapp")}


async def lock(tx: Tx) -> None:
    """Nobody else reckons until this ends. Whoever tells what other rooms hold locks before it is read: what was read before somebody
    else's reckoning would be older than that."""
    await tx.run(store.LOCK_RECORDS)


async def follow(
    tx: Tx,
    *,
    purchases: Sequence[Purchase] = (),
    standings: Sequence[ProgrammeStanding] = (),
    records: Sequence[CustomerId] = (),
) -> None:
    """Have these orders, and what loyalty says of these customers, be known as given, and reckon all whose they are anew, these records
    too. Said again, it changes nothing. Who entered or left a segment by it is announced. Locks records."""
    await lock(tx)
    touched = {*records, *(one.customer_id for one in standings)}
    touched |= await _put_purchases(tx, purchases)
    await _put_standings(tx, standings)
    if touched:
        await compare(tx, people=await _reckon(tx, sorted(touched)))


async def _put_purchases(tx: Tx, purchases: Sequence[Purchase]) -> set[CustomerId]:
    """Whose they were, and whose they are."""
    if not purchases:
        return set()
    before = await tx.all(store.DROP_PURCHASES, order_ids=[one.order_id for one in purchases])
    asked = sorted({one.customer_id for one in purchases if one.customer_id})
    there = set(await customers.not_forgotten(tx, ids=asked))
    kept = [one for one in purchases if one.customer_id in there and one.lines]
    if kept:
        await tx.run(store.PUT_PURCHASES, purchases=_json([_order(one) for one in kept]))
        await tx.run(store.PUT_BOUGHT, lines=_json([line for one in kept for line in _lines(one)]))
    return {*before, *there}


def _order(one: Purchase) -> dict[str, object]:
    assert one.customer_id is not None
    return {
        **_shared(one), "amount": sum(line.amount for line in one.lines), "country": one.country, "city": city(one.city),
        "postcode": postcode(one.postcode),
    }  # fmt: skip


def _lines(one: Purchase) -> list[dict[str, object]]:
    return [
        {
            **_shared(one), "line_id": line.line_id.uuid, "item_id": line.item_id.uuid, "variant_id": line.variant_id.uuid,
            "units": line.units, "amount": line.amount,
        }
        for line in one.lines
    ]  # fmt: skip


def _shared(one: Purchase) -> dict[str, object]:
    assert one.customer_id is not None
    return {
        "order_id": one.order_id.uuid, "record_id": one.customer_id.uuid, "placed_at": one.placed_at, "channel": one.channel,
        "channel_kind": one.channel_kind, "location": one.location, "currency": one.currency,
    }  # fmt: skip


async def _put_standings(tx: Tx, standings: Sequence[ProgrammeStanding]) -> None:
    if not standings:
        return
    by_id = {one.customer_id: one for one in standings}
    await tx.run(store.DROP_STANDINGS, ids=list(by_id))
    there = [by_id[id] for id in await customers.not_forgotten(tx, ids=list(by_id))]
    members = [
        {"record_id": one.customer_id.uuid, **msgspec.structs.asdict(each)} for one in there for each in one.memberships
    ]
    if members:
        await tx.run(store.PUT_MEMBERS, members=_json(members))
    await tx.run(store.PUT_POINTS, records=[one.customer_id for one in there], points=[one.points for one in there])


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return msgspec.json.encode(rows, enc_hook=encode_hook).decode()


async def _reckon(tx: Tx, ids: Sequence[CustomerId]) -> list[CustomerId]:
    """Reckon the people of these records anew; everybody whose reckoning may have changed, by those who are no more too."""
    before = await tx.all(store.TOGETHER, ids=list(ids))
    together = {*ids, *(row.record_id for row in before)}
    parts = await identity.members(tx, ids=await identity.every_record(tx, ids=sorted(together)))
    there = set(await customers.not_forgotten(tx, ids=list(parts)))
    groups: dict[CustomerId, list[CustomerId]] = {}
    for id, records in parts.items():
        if id in there:
            groups.setdefault(records[0], []).append(id)
    person_of = {record: person for person, records in groups.items() for record in records}
    if gone := [one for one in parts if one not in there]:
        await tx.run(store.FORGET_RECORDS, ids=gone)
    columns = {"records": list(person_of), "people": list(person_of.values())}
    await tx.run(store.PUT_RECORDS, **columns)
    await tx.run(store.MOVE, **columns)
    people = sorted({*groups, *parts, *(row.person_id for row in before)})
    await tx.run(store.DROP_PEOPLE, ids=people)
    if groups:
        await tx.run(store.PUT_PEOPLE, people=_json(await _described(tx, groups)))
        await tx.run(store.PUT_WORTHS, ids=list(groups))
        await tx.run(store.PUT_MIXES, ids=list(groups))
    return people


async def _described(tx: Tx, groups: Mapping[CustomerId, Sequence[CustomerId]]) -> list[dict[str, object]]:
    """Each person as other rooms tell of her."""
    people = list(groups.values())
    records = {one.id: one for one in await customers.customers(tx, ids=[id for each in people for id in each])}
    told = await identity.standing(tx, people=people)
    words = await privacy.said(tx, people=people)
    reached: dict[CustomerId, set[str]] = {}
    for one in await customers.contacts(tx, ids=list(records)):
        reached.setdefault(one.customer_id, set()).update(REACHED_BY[one.kind])
    return [
        {
            "person_id": person.uuid, **_record([records[id] for id in groups[person]]), **_place(of_her), **_birthday(of_her),
            "granted": sorted(f"{purpose}:{channel}" for (purpose, channel), yes in said.items() if yes),
            "refused": sorted(f"{purpose}:{channel}" for (purpose, channel), yes in said.items() if not yes),
            "reached": sorted({way for id in groups[person] for way in reached.get(id, ())}),
        }
        for person, of_her, said in zip(groups, told, words, strict=True)
    ]  # fmt: skip


def _record(records: Sequence[Customer]) -> dict[str, object]:
    """Since when she is known, by any of her records; her language is her newest record's: she chose it last."""
    newest = max(records, key=lambda one: (one.created_at, one.id))
    return {"since": min(one.created_at for one in records), "language": newest.language}


def _place(told: Mapping[Told, str]) -> dict[str, object]:
    country, town, code = (told.get(kind, "") for kind in (Told.COUNTRY, Told.CITY, Told.POSTCODE))
    return {
        "placed": bool(country or town or code), "country": country.upper(), "city": city(town), "postcode": postcode(code),
    }  # fmt: skip


def _birthday(told: Mapping[Told, str]) -> dict[str, object]:
    """Of a birth date as identity keeps it, `1990-12-31`."""
    try:
        born = datetime.strptime(told.get(Told.BIRTH_DATE, ""), "%Y-%m-%d")
    except ValueError:
        return {"birth_month": None, "birth_day": None}
    return {"birth_month": born.month, "birth_day": born.day}


async def together(tx: Tx, *, records: Sequence[CustomerId]) -> list[CustomerId]:
    """All records of the people of these, by what identity says and by what is reckoned here."""
    found = {*records, *(row.record_id for row in await tx.all(store.TOGETHER, ids=list(records)))}
    return sorted({*found, *await identity.every_record(tx, ids=sorted(found))})


async def stored(tx: Tx, *, records: Sequence[CustomerId]) -> set[tuple[str, str]]:
    """All rows that are reckoned of these records and their people, as text, to be compared."""
    people = await tx.all(store.PEOPLE_OF, ids=list(records))
    rows = await tx.all(store.STORED, records=list(records), people=sorted({*people, *records}))
    return {(row.name, row.data) for row in rows}


async def records_after(tx: Tx, *, id: CustomerId, rows_max: int) -> list[CustomerId]:
    """Records that are known here and were made after this one: one page of all, those too that are no customer's any more."""
    return await tx.all(store.RECORDS_AFTER, after=id, rows_max=rows_max)

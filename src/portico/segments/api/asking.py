"""Who belongs to a segment: always asked of what is known now, so that the answer is as old as the last fact that was read, not older."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from portico.catalog import api as catalog
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.platform.db import Tx
from portico.privacy import api as privacy
from portico.segments import rules
from portico.segments.api.defining import segment, segments
from portico.segments.store import compiling, facts
from portico.segments.store import definitions as store
from portico.segments.store.compiling import Known
from portico.segments.types import (
    EVERYBODY,
    PAGE_MAX,
    SAMPLE_MAX,
    WRITTEN_TO_FOR,
    Bought,
    Condition,
    Consented,
    PeopleCounted,
    PeoplePage,
    Segment,
)


async def known_for(tx: Tx, asked: Iterable[Condition], *, purposes: bool = False) -> Known:
    """What these conditions refer to, read once."""
    asked = list(asked)
    named = {code for one in asked for code in rules.stands_on(one)}
    conditions: Mapping[str, Condition] = {}
    if named:
        conditions = {row.code: row.tree.of for row in await tx.all(store.ALL) if not row.archived}
    every = [*asked, *(conditions[code] for code in rules.all_of(named, conditions))]
    return await referred_by(tx, every, conditions, purposes=purposes)


async def referred_by(
    tx: Tx, every: Sequence[Condition], conditions: Mapping[str, Condition], *, purposes: bool
) -> Known:
    leaves = [leaf for one in every for leaf in rules.leaves(one)]
    slugs = sorted({slug for one in leaves if isinstance(one, Bought) for slug in one.categories})
    asks_consent = purposes or any(isinstance(one, Consented) for one in leaves)
    return Known(
        conditions,
        await catalog.items_below(tx, slugs=slugs) if slugs else {},
        {one.code: one for one in await privacy.purposes(tx)} if asks_consent else {},
    )


async def count(tx: Tx, *, condition: Condition, code: str = "", sample: bool = False) -> PeopleCounted:
    """How many people are meant, of how many, how many of them can be written to, and who the newest of them are. `code` is that of
    the segment as which it is being written, if it has one. Refuses BadSegment. A few statements, whatever the condition."""
    rules.check_condition(condition)
    known = await known_for(tx, [condition], purposes=True)
    rules.check_references(code, condition, known.conditions)
    query, values = compiling.count(condition, purpose=WRITTEN_TO_FOR, at=tx.now, known=known)
    found = await tx.one(query, **values)
    everybody = found.people if condition == EVERYBODY else await tx.one(facts.EVERYBODY)
    shown: list[CustomerBrief] = []
    if sample and found.people:
        shown = await _page(tx, condition, known, before=None, rows_max=SAMPLE_MAX)
    return PeopleCounted(found.people, everybody, found.written_to, tuple(shown))


async def people(tx: Tx, *, code: str, before: CustomerId | None = None, limit: int = 50) -> PeoplePage:
    """Who belongs to a segment, the newest first, a page at a time. Refuses NotFound."""
    condition = (await segment(tx, code=code)).condition
    rows_max = max(1, min(limit, PAGE_MAX))
    found = await _page(tx, condition, await known_for(tx, [condition]), before=before, rows_max=rows_max + 1)
    return PeoplePage(tuple(found[:rows_max]), found[rows_max - 1].id if len(found) > rows_max else None)


async def _page(
    tx: Tx, condition: Condition, known: Known, *, before: CustomerId | None, rows_max: int
) -> list[CustomerBrief]:
    query, values = compiling.page(condition, at=tx.now, known=known, before=before, rows_max=rows_max)
    ids = await tx.all(query, **values)
    briefs = await customers.briefs(tx, ids=ids)
    return [briefs[one] for one in ids if one in briefs]


async def of(
    tx: Tx, *, customer_ids: Collection[CustomerId], codes: Collection[str]
) -> dict[CustomerId, frozenset[str]]:
    """In which of these segments each customer's person is, whichever of her records it is asked by; who is not known is in none.
    Two statements, however many customers and segments there are; one or two more where goods of categories or consents are asked."""
    if not customer_ids or not codes:
        return {}
    wanted = {row.code: row.tree.of for row in await tx.all(store.NAMED, codes=sorted(set(codes)))}
    if not wanted:
        return {}
    conditions = wanted
    if any(rules.stands_on(one) for one in wanted.values()):
        conditions = {row.code: row.tree.of for row in await tx.all(store.ALL) if not row.archived}
    every = [conditions[code] for code in rules.all_of(wanted, conditions)]
    known = await referred_by(tx, every, conditions, purposes=False)
    query, values = compiling.hers(wanted, at=tx.now, known=known, only=compiling.ONLY_RECORDS)
    rows = await tx.all(query, **values, records=sorted(set(customer_ids)))
    hers = {record: frozenset(row.codes) for row in rows for record in row.records}
    return {one: hers[one] for one in customer_ids if one in hers}


async def of_person(tx: Tx, *, customer_id: CustomerId) -> list[Segment]:
    """The segments she is in, by their names."""
    standing = await segments(tx)
    found = await of(tx, customer_ids=[customer_id], codes=[one.code for one in standing])
    hers = found.get(customer_id, frozenset())
    return [one for one in standing if one.code in hers]

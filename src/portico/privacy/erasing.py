"""Forgetting somebody: what is asked, who decides, and what becomes of every row that was about her.

In one transaction, all of it or nothing: no row is left that half knows her. What the law or the books need stays without her name, or
restricted (documents). Done twice it is done once.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec
import structlog

from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.personal import Hindrance, House
from portico.platform.refusals import Conflict, NotFound
from portico.privacy import knowing, suppressing
from portico.privacy.events import ErasureChanged
from portico.privacy.store import requests as store
from portico.privacy.types import (
    FIRST_PAGE,
    OPEN,
    PAGE_MAX,
    REASON_LENGTH_MAX,
    AlreadyDecided,
    BadConsent,
    Erasure,
    ErasureId,
    ErasureState,
    NotYet,
    Page,
    PrivacyPolicy,
)

log = structlog.get_logger()

SCHEDULED_AT_ONCE = 20
SYSTEM = Hand(actor="system:worker", actor_name="Portico")


async def policy(tx: Tx) -> PrivacyPolicy:
    return await tx.one(store.POLICY)


async def put_policy(tx: Tx, *, erase_at_once: bool, version: int) -> PrivacyPolicy:
    """Refuses Conflict where somebody else changed it meanwhile."""
    made = await tx.maybe(store.PUT_POLICY, erase_at_once=erase_at_once, version=version)
    if made is None:
        raise Conflict(what="policy", id="privacy", version=(await policy(tx)).version)
    return made


async def hindrances(tx: Tx, *, house: House, customer_id: CustomerId, gives_up: bool = False) -> list[Hindrance]:
    """What has to end before she can be forgotten, with every record that she has proven to be hers: each room says so of its own.
    What she `gives_up` hinders nothing."""
    found = await knowing.whose(tx, house=house, customer_id=customer_id)
    every = [each for room in house.rooms if room.hindrances for each in await room.hindrances(tx, found)]
    return [one for one in every if not (gives_up and one.may_be_given_up)]


async def ask_erasure(
    tx: Tx, *, house: House, customer_id: CustomerId, reason: str, by: Hand, gives_up: bool = False
) -> Erasure:
    """Somebody is to be forgotten. Where the policy says so and nothing hinders, she is at once; else the office decides. Asked for
    again it is the same request, in which she may have given up more; who was forgotten already stays so. Refuses NotFound, BadConsent."""
    if len(reason) > REASON_LENGTH_MAX or "\0" in reason:
        raise BadConsent(field="reason")
    await customers.customer(tx, id=customer_id)
    before = await erasures_of(tx, customer_ids=[customer_id])
    if before and before[0].state is ErasureState.DONE:
        return before[0]
    if before and before[0].state in OPEN:
        if not gives_up or before[0].gives_up:
            return before[0]
        return await _at_once(tx, house, await _give_up(tx, before[0], by))
    made = await tx.maybe(
        store.ASK_ERASURE, id=ErasureId.new(), customer=customer_id, reason=reason.strip(), actor=by.actor,
        actor_name=by.actor_name, now=tx.now, gives_up=gives_up,
    )  # fmt: skip
    if made is None:  # asked for in another window a moment ago
        return (await erasures_of(tx, customer_ids=[customer_id]))[0]
    asked = await erasure(tx, id=made)
    _announce(tx, asked, by)
    return await _at_once(tx, house, asked)


async def _at_once(tx: Tx, house: House, asked: Erasure) -> Erasure:
    """Done, where the policy asks nobody and nothing hinders."""
    if (await policy(tx)).erase_at_once and not await hindering(tx, house=house, one=asked):
        return await forget(tx, house=house, id=asked.id, by=SYSTEM)
    return asked


async def hindering(tx: Tx, *, house: House, one: Erasure) -> list[Hindrance]:
    """What a request still waits for."""
    return await hindrances(tx, house=house, customer_id=one.customer_id, gives_up=one.gives_up)


async def _give_up(tx: Tx, before: Erasure, by: Hand) -> Erasure:
    found = await _lock(tx, before.id, *OPEN)
    await tx.run(store.GIVES_UP, id=found.id)
    given = await erasure(tx, id=found.id)
    _announce(tx, given, by)
    return given


async def erasure(tx: Tx, *, id: ErasureId) -> Erasure:
    """Refuses NotFound."""
    found = await tx.maybe(store.ERASURE, id=id)
    if found is None:
        raise NotFound(what="erasure", id=str(id))
    return found


async def erasures_of(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[Erasure]:
    """Her requests, the newest first."""
    return await tx.all(store.ERASURES_OF, customers=list(customer_ids), rows_max=PAGE_MAX)


async def erasures(
    tx: Tx, *, states: Sequence[ErasureState] = (), page: Page = FIRST_PAGE, rows_max: int = PAGE_MAX
) -> list[Erasure]:
    """Requests of everybody, the newest first."""
    return await tx.all(
        store.ERASURES,
        states=list(states) or None,
        before_at=page.before_at,
        before_id=page.before_id,
        rows_max=rows_max,
    )


async def _lock(tx: Tx, id: ErasureId, *states: ErasureState) -> Erasure:
    """Refuses NotFound, AlreadyDecided."""
    found = await tx.maybe(store.LOCK_ERASURE, id=id)
    if found is None:
        raise NotFound(what="erasure", id=str(id))
    if found.state not in states:
        raise AlreadyDecided(state=found.state)
    return found


async def approve(tx: Tx, *, house: House, id: ErasureId, wait: bool, decision: str, by: Hand) -> Erasure:
    """Forget her now; with `wait`, once nothing hinders any more. Refuses NotFound, AlreadyDecided, NotYet, BadConsent."""
    found = await _lock(tx, id, ErasureState.REQUESTED)
    open_things = await hindering(tx, house=house, one=found)
    if open_things and not wait:
        raise NotYet(hindrances=[{"code": one.code, "label": one.label} for one in open_things])
    decided = await _decide(tx, found, ErasureState.SCHEDULED, decision, by)
    return decided if open_things else await forget(tx, house=house, id=id, by=by)


async def refuse(tx: Tx, *, id: ErasureId, decision: str, by: Hand) -> Erasure:
    """Turn it down, and say why. Refuses NotFound, AlreadyDecided, BadConsent."""
    if not decision.strip():
        raise BadConsent(field="decision")
    found = await _lock(tx, id, *OPEN)
    return await _decide(tx, found, ErasureState.REFUSED, decision, by)


async def withdraw(tx: Tx, *, id: ErasureId, by: Hand) -> Erasure:
    """She has changed her mind. Refuses NotFound, AlreadyDecided."""
    found = await _lock(tx, id, *OPEN)
    return await _decide(tx, found, ErasureState.WITHDRAWN, "", by)


async def _decide(tx: Tx, found: Erasure, state: ErasureState, decision: str, by: Hand) -> Erasure:
    if len(decision) > REASON_LENGTH_MAX or "\0" in decision:
        raise BadConsent(field="decision")
    await tx.run(
        store.DECIDE,
        id=found.id,
        state=state,
        actor=by.actor,
        actor_name=by.actor_name,
        decision=decision.strip(),
        now=tx.now,
    )
    decided = await erasure(tx, id=found.id)
    _announce(tx, decided, by)
    return decided


def _announce(tx: Tx, one: Erasure, by: Hand) -> None:
    tx.emit(
        [
            ErasureChanged(
                subject=one.customer_id, customer_id=one.customer_id, by=by, occurred_at=tx.now, erasure_id=str(one.id),
                state=one.state,
            )
        ]
    )  # fmt: skip


async def forget(tx: Tx, *, house: House, id: ErasureId, by: Hand) -> Erasure:
    """Go over every row that is about her, from the upper floors down, as each room declares. Refuses NotFound, AlreadyDecided.

    She is the record that was asked of and those she has proven to be hers. What only staff or likeness have joined to it stays:
    they may have been wrong, and nobody is forgotten by mistake."""
    found = await _lock(tx, id, *OPEN)
    who = await knowing.whose(tx, house=house, customer_id=found.customer_id)
    # Nothing that rests on what was known until now is sent there: written before the addresses are gone.
    await suppressing.erased(tx, contacts=knowing.contacts_of(who), by=by)
    if found.gives_up:
        for room in house.rooms:
            if room.give_up is not None:
                await room.give_up(tx, who, by)
    counts: Counter[str] = Counter()
    for room in reversed(house.rooms):
        for one in room.tables:
            if one.forget is not None and (rows := await tx.run(one.forget, **who.parameters())):
                counts[one.held.table.replace('"', "")] = rows
    await tx.run(store.FINISH, id=id, counts=msgspec.json.encode(dict(counts)).decode(), now=tx.now)
    customers.forgotten(tx, ids=[CustomerId(one.bytes) for one in who.customers], by=by)
    done = await erasure(tx, id=id)
    _announce(tx, done, by)
    return done


async def forget_scheduled(database: Database, *, house: House) -> int:
    """Those who wait until nothing hinders: who can be forgotten by now is; how many that were."""
    async with database.read() as tx:
        waiting = await tx.all(store.SCHEDULED, rows_max=SCHEDULED_AT_ONCE)
    done = 0
    for one in waiting:
        async with database.transaction() as tx:
            try:
                found = await _lock(tx, one, ErasureState.SCHEDULED)
            except (NotFound, AlreadyDecided):  # somebody else was faster
                continue
            if not await hindering(tx, house=house, one=found):
                await forget(tx, house=house, id=one, by=SYSTEM)
                done += 1
    return done

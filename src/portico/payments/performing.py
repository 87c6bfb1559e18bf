"""Calling providers: outside of any transaction, with what was written before and what is written after."""

from datetime import datetime, timedelta

import structlog

from portico.payments import operating, store
from portico.payments.ports import PaymentProvider, Providers
from portico.payments.types import (
    Ask,
    Lost,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    Outcome,
    Payment,
    Result,
    Unreached,
)
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.events import Hand

log = structlog.get_logger()

STALE = timedelta(seconds=20)  # how long whoever sent something is given to end it
ABANDONED = timedelta(minutes=15)
OPEN_AT_ONCE = 50


async def perform(
    database: Database, providers: Providers, *, operation_id: OperationId, by: Hand, at: datetime | None = None
) -> Payment | None:
    """Ask the provider what an operation says, and write down the answer. The payment as it then stands.

    What somebody else has sent a moment ago is theirs to end. What may have been sent before is asked about first, and sent again
    only where the provider never heard of it. Where the answer is lost, the operation is `unknown`, and is asked about again.
    """
    await _attempt(database, providers, operation_id, by, at or clock.now())
    return await _standing(database, operation_id)


async def _attempt(database: Database, providers: Providers, operation_id: OperationId, by: Hand, at: datetime) -> bool:
    """Whether it was asked: not what has ended, nor what another has just sent."""
    for first in await _to_know_first(database, operation_id):
        await _attempt(database, providers, first, by, at)
    async with database.transaction(now=at) as tx:
        found = await operating.tried(tx, operation_id=operation_id, stale=at - STALE)
    if found is None:
        return False
    before, ask = found
    provider = providers.get(await _handler(database, operation_id))
    outcome = await _ask(database, provider, before, ask)
    if outcome is not None:
        async with database.transaction() as tx:
            await operating.record(tx, operation_id=operation_id, outcome=outcome, by=by)
    return True


async def _to_know_first(database: Database, operation_id: OperationId) -> list[OperationId]:
    """What is to be let go must be known to be held: its authorization, where that is still open."""
    async with database.read() as tx:
        found = await tx.all(store.OPERATION, ids=[operation_id])
        if not found or found[0].kind is not OperationKind.VOID:
            return []
        beside = await tx.all(store.OPERATIONS_OF, payment_ids=[found[0].payment_id])
    return [one.id for one in beside if one.kind is OperationKind.AUTHORIZE and one.state.open]


async def _ask(database: Database, provider: PaymentProvider | None, before: Operation, ask: Ask) -> Outcome | None:
    """The provider's answer; None where there is none: the operation then says so."""
    try:
        if provider is None:
            raise Unreached("not set up here")
        outcome = None
        if before.state is not OperationState.REQUESTED or before.attempts:
            outcome = await provider.find(ask)
        return outcome or await provider.perform(ask)
    except Unreached as trouble:
        log.warning("provider_unreached", operation=str(ask.key), why=str(trouble))
        async with database.transaction() as tx:
            await operating.untried(tx, operation_id=ask.key)
    except Lost as trouble:
        log.warning("provider_lost", operation=str(ask.key), why=str(trouble))
        async with database.transaction() as tx:
            await operating.lose(tx, operation_id=ask.key)
    return None


async def _handler(database: Database, operation_id: OperationId) -> str:
    async with database.read() as tx:
        (operation,) = await tx.all(store.OPERATION, ids=[operation_id])
        (payment,) = await tx.all(store.FIND, ids=[operation.payment_id])
    return payment.handler


async def _standing(database: Database, operation_id: OperationId) -> Payment | None:
    async with database.read() as tx:
        found = await tx.all(store.OPERATION, ids=[operation_id])
        return (await tx.all(store.FIND, ids=[found[0].payment_id]))[0] if found else None


async def resume(database: Database, providers: Providers, *, by: Hand, now: datetime | None = None) -> int:
    """Go on with what nobody has ended: whose process died, and whose answer was lost. How many were asked about."""
    now = now or clock.now()
    async with database.read() as tx:
        operations = await tx.all(store.OPEN_SINCE, stale=now - STALE, rows_max=OPEN_AT_ONCE)
    asked = 0
    for one in operations:
        if one.kind is OperationKind.AUTHORIZE and one.state is OperationState.REQUESTED and not one.attempts:
            if now - one.requested_at > ABANDONED:  # never sent, and whoever wanted it has left
                async with database.transaction() as tx:
                    await operating.record(
                        tx, operation_id=one.id, outcome=Outcome(result=Result.DECLINED, error="abandoned"), by=by
                    )
            continue
        asked += await _attempt(database, providers, one.id, by, now)
    return asked

"""The worker: runs jobs, and tidies up what time has ended."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import msgspec
import structlog
from pgqueuer import DatabaseRetryEntrypointExecutor, PgQueuer
from pgqueuer.models import Job

from portico.app import labels, mailing, runtime
from portico.app.personal import HOUSE
from portico.app.runtime import providers
from portico.approvals import api as approvals
from portico.bookings import api as bookings
from portico.carts import api as carts
from portico.checkout import completing
from portico.companies import api as companies
from portico.fulfillment.ports import Carriers
from portico.integrations.carriers import carriers
from portico.inventory import api as inventory
from portico.loyalty import api as loyalty
from portico.orders import api as orders
from portico.payments import operating, performing
from portico.payments.ports import PaymentProvider, Providers
from portico.platform import idempotency
from portico.platform.auth import api as auth
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.ids import decode_hook
from portico.platform.settings import Settings
from portico.privacy import api as privacy
from portico.segments import api as segments

log = structlog.get_logger()

ANSWERS_AT_ONCE = 10_000
TIDY_EVERY_SECONDS = 60
RESUME_EVERY_SECONDS = 3
TERMS_EVERY_SECONDS = 3600
SYSTEM = Hand(actor="system:worker", actor_name="Portico")
RESTART_SECONDS = 1
ATTEMPTS_MAX = 8


@asynccontextmanager
async def running(
    settings: Settings, database: Database, url: str, *, more: Sequence[PaymentProvider] = ()
) -> AsyncIterator[None]:
    """Run jobs for the length of the block. Any number of workers may run beside each other."""
    asked = providers(settings, more)
    tasks = [
        asyncio.create_task(_run_jobs(settings, database, asked, url)),
        asyncio.create_task(_tidy(database)),
        asyncio.create_task(_resume(database, asked)),
        asyncio.create_task(_end_terms(database)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=10)


async def _run_jobs(settings: Settings, database: Database, asked: Providers, url: str) -> None:
    """Run jobs for ever: a lost connection or a bug of the queue is logged, and it starts again."""
    while True:
        try:
            connection = await asyncpg.connect(url)
            try:
                await _queue(settings, database, carriers(settings), asked, connection).run()
            finally:
                await connection.close(timeout=5)
        except Exception as trouble:
            log.error("jobs_interrupted", error=f"{type(trouble).__name__}: {trouble}")
        await asyncio.sleep(RESTART_SECONDS)


def _queue(
    settings: Settings, database: Database, made_by: Carriers, asked: Providers, connection: asyncpg.Connection
) -> PgQueuer:
    queue = PgQueuer.from_asyncpg_connection(connection)
    secret = runtime.secret(settings)

    @queue.entrypoint(
        privacy.JOBS["email"],
        executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
            parameters=parameters, max_attempts=ATTEMPTS_MAX
        ),
    )
    async def mail(job: Job) -> None:
        await mailing.deliver(settings, database, secret, job.payload or b"{}")

    @queue.entrypoint(
        "label",
        executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
            parameters=parameters, max_attempts=ATTEMPTS_MAX
        ),
    )
    async def label(job: Job) -> None:
        await labels.make(database, made_by, labels.read(job.payload or b"{}"))

    @queue.entrypoint(
        "return_label",
        executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
            parameters=parameters, max_attempts=ATTEMPTS_MAX
        ),
    )
    async def return_label(job: Job) -> None:
        await labels.make_return(database, made_by, labels.read_return(job.payload or b"{}"))

    @queue.entrypoint(
        privacy.EXPORT_JOB,
        executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
            parameters=parameters, max_attempts=ATTEMPTS_MAX
        ),
    )
    async def personal_export(job: Job) -> None:
        ask = msgspec.json.decode(job.payload or b"{}", type=privacy.Make, dec_hook=decode_hook)
        await privacy.make(database, house=HOUSE, export_id=ask.export_id, url=settings.reached_at)

    @queue.entrypoint(operating.JOB)
    async def payment(job: Job) -> None:
        wanted = msgspec.json.decode(job.payload or b"{}", type=operating.Perform, dec_hook=decode_hook)
        await performing.perform(database, asked, operation_id=wanted.operation_id, by=SYSTEM)

    return queue


async def _resume(database: Database, asked: Providers) -> None:
    """Go on with payments and checkouts that nobody has ended: whose process died, whose provider's answer was lost."""
    while True:
        try:
            await performing.resume(database, asked, by=SYSTEM)
            await completing.resume(database, asked, by=SYSTEM)
        except Exception as trouble:
            log.warning("resume_failed", error=f"{type(trouble).__name__}: {trouble}")
        await asyncio.sleep(RESUME_EVERY_SECONDS)


async def _tidy(database: Database) -> None:
    """Shorten what has ended: answers of old keys, holds that ran out, sessions, codes. Nothing depends on it but space."""
    while True:
        for sweep in (
            _answers,
            inventory.sweep_expired,
            inventory.fill_waiting,
            inventory.sweep_holdings,
            orders.sweep_not_fetched,
            bookings.sweep_expired,
            auth.sweep,
            carts.sweep,
            privacy.sweep_exports,
            loyalty.sweep_due,
            loyalty.sweep_lapsing,
            loyalty.sweep_lapsed,
            loyalty.sweep_tiers,
            loyalty.sweep_birthdays,
            loyalty.sweep_cards,
            loyalty.sweep_codes,
            segments.compare_due,
            _lapse_approvals,
            companies.sweep_invitations,
        ):
            try:
                more = True
                while more:
                    async with database.transaction() as tx:
                        more = await sweep(tx)
            except Exception as trouble:
                log.warning("tidy_failed", sweep=sweep.__name__, error=f"{type(trouble).__name__}: {trouble}")
        await asyncio.sleep(TIDY_EVERY_SECONDS)


async def _end_terms(database: Database) -> None:
    """What time ends: who waits to be forgotten until nothing hinders, and what was kept for its days. Any worker may do it: each
    batch takes what no other has."""
    while True:
        await asyncio.sleep(TERMS_EVERY_SECONDS)
        try:
            await privacy.forget_scheduled(database, house=HOUSE)
            for one in await privacy.run(database, house=HOUSE):
                log.info("term_ended", rule=one.code, rows=one.rows, before=one.before.isoformat())
        except Exception as trouble:
            log.warning("terms_failed", error=f"{type(trouble).__name__}: {trouble}")


async def _lapse_approvals(tx: Tx) -> bool:
    return await approvals.lapse(tx, by=SYSTEM) > 0


async def _answers(tx: Tx) -> bool:
    return await idempotency.sweep(tx, rows_max=ANSWERS_AT_ONCE) >= ANSWERS_AT_ONCE

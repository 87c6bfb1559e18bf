"""The worker: runs jobs, and tidies up what time has ended."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib
import asyncpg
import msgspec
import structlog
from pgqueuer import DatabaseRetryEntrypointExecutor, PgQueuer
from pgqueuer.models import Job

from portico.app import labels
from portico.app.runtime import providers
from portico.bookings import api as bookings
from portico.carts import api as carts
from portico.checkout import completing
from portico.documents import api as documents
from portico.documents.rendering import Form, render, title
from portico.documents.types import DocumentId
from portico.fulfillment.ports import Carriers
from portico.integrations.carriers import carriers
from portico.inventory import api as inventory
from portico.loyalty import api as loyalty
from portico.orders import api as orders
from portico.payments import operating, performing
from portico.payments.ports import PaymentProvider, Providers
from portico.platform import i18n, idempotency
from portico.platform.auth import api as auth
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.ids import decode_hook
from portico.platform.settings import Settings

log = structlog.get_logger()

ANSWERS_AT_ONCE = 10_000
TIDY_EVERY_SECONDS = 60
RESUME_EVERY_SECONDS = 3
SYSTEM = Hand(actor="system:worker", actor_name="Portico")
RESTART_SECONDS = 1
ATTEMPTS_MAX = 8


class DocumentMail(msgspec.Struct, frozen=True):
    document_id: DocumentId
    to: str


class Mail(msgspec.Struct, frozen=True):
    to: str
    subject: str
    text: str


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

    @queue.entrypoint(
        "mail",
        executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
            parameters=parameters, max_attempts=ATTEMPTS_MAX
        ),
    )
    async def mail(job: Job) -> None:
        await send_mail(settings, msgspec.json.decode(job.payload or b"{}", type=Mail))

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
        "document_mail",
        executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
            parameters=parameters, max_attempts=ATTEMPTS_MAX
        ),
    )
    async def document_mail(job: Job) -> None:
        ask = msgspec.json.decode(job.payload or b"{}", type=DocumentMail, dec_hook=decode_hook)
        await send_document(settings, database, ask)

    @queue.entrypoint(operating.JOB)
    async def payment(job: Job) -> None:
        wanted = msgspec.json.decode(job.payload or b"{}", type=operating.Perform, dec_hook=decode_hook)
        await performing.perform(database, asked, operation_id=wanted.operation_id, by=SYSTEM)

    return queue


async def send_document(settings: Settings, database: Database, ask: DocumentMail) -> None:
    """A document as a PDF, with its link, in its own language."""
    async with database.read() as tx:
        found = await documents.document(tx, document_id=ask.document_id)
    public_url = settings.reached_at
    pdf = await asyncio.to_thread(render, found, Form.PDF, public_url=public_url)
    words = {"title": title(found), "number": found.number, "label": found.snapshot.order_label}
    url = f"{public_url}/documents/{found.token}"
    mail = Mail(
        ask.to,
        i18n.text(found.language, "document.mail.subject", **words),
        i18n.text(found.language, "document.mail.text", url=url, **words),
    )
    await send_mail(settings, mail, attached=(f"{found.number}.pdf", pdf))


async def _resume(database: Database, asked: Providers) -> None:
    """Go on with payments and checkouts that nobody has ended: whose process died, whose provider's answer was lost."""
    while True:
        try:
            await performing.resume(database, asked, by=SYSTEM)
            await completing.resume(database, asked, by=SYSTEM)
        except Exception as trouble:
            log.warning("resume_failed", error=f"{type(trouble).__name__}: {trouble}")
        await asyncio.sleep(RESUME_EVERY_SECONDS)


async def send_mail(settings: Settings, mail: Mail, *, attached: tuple[str, bytes] | None = None) -> None:
    """Hand a message to the mail server; raises where it is not taken, so that the job is tried again."""
    if not settings.smtp_url:
        log.warning("mail_not_sent", to=mail.to, subject=mail.subject, why="no PORTICO_SMTP_URL")
        return
    server = urlsplit(settings.smtp_url)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, mail.to, mail.subject
    message.set_content(mail.text)
    if attached:
        message.add_attachment(attached[1], maintype="application", subtype="pdf", filename=attached[0])
    await aiosmtplib.send(
        message,
        hostname=server.hostname,
        port=server.port or 25,
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=server.scheme == "smtps",
        timeout=20,
    )


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
            loyalty.sweep_due,
            loyalty.sweep_lapsing,
            loyalty.sweep_lapsed,
            loyalty.sweep_tiers,
            loyalty.sweep_birthdays,
            loyalty.sweep_cards,
            loyalty.sweep_codes,
        ):
            try:
                more = True
                while more:
                    async with database.transaction() as tx:
                        more = await sweep(tx)
            except Exception as trouble:
                log.warning("tidy_failed", sweep=sweep.__name__, error=f"{type(trouble).__name__}: {trouble}")
        await asyncio.sleep(TIDY_EVERY_SECONDS)


async def _answers(tx: Tx) -> bool:
    return await idempotency.sweep(tx, rows_max=ANSWERS_AT_ONCE) >= ANSWERS_AT_ONCE

"""Letters on their way out: asked once more whether they may go, dressed with the ways to stop them, handed to the mail server.

Nothing else in the house speaks to a mail server, and this takes only what privacy has permitted.
"""

import asyncio
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec
import structlog

from portico.documents import api as documents
from portico.documents.rendering import Form, render
from portico.documents.types import DocumentId
from portico.platform import i18n
from portico.platform.db import Database
from portico.platform.ids import Id, decode_hook
from portico.platform.settings import Settings
from portico.privacy import api as privacy
from portico.privacy.api import Linked, Permitted, Queued
from portico.privacy.types import Letter, Stopped

log = structlog.get_logger()

SERVER_SECONDS = 20


async def deliver(settings: Settings, database: Database, secret: str, payload: bytes) -> None:
    """Send one message of the queue; raises where it is not taken, so that the job is tried again. She may have said no since it
    was queued: then it ends here, and that is announced."""
    queued = msgspec.json.decode(payload, type=Queued, dec_hook=decode_hook)
    async with database.transaction() as tx:
        permitted = await privacy.permit_again(tx, queued=queued)
    if isinstance(permitted, Stopped):
        log.info("message_stopped", kind=queued.letter.kind, purpose=queued.purpose, why=permitted.why)
        return
    attached = await _attachment(settings, database, queued.letter.attached)
    await send(settings, permitted, queued.letter, secret=secret, attached=attached)


async def _attachment(settings: Settings, database: Database, attached: Id | None) -> tuple[str, bytes] | None:
    """A document as a PDF: what goes along is made when it goes."""
    if not isinstance(attached, DocumentId):
        return None
    async with database.read() as tx:
        found = await documents.document(tx, document_id=attached)
    pdf = await asyncio.to_thread(render, found, Form.PDF, public_url=settings.reached_at)
    return f"{found.number}.pdf", pdf


async def send(
    settings: Settings, permitted: Permitted, letter: Letter, *, secret: str, attached: tuple[str, bytes] | None = None
) -> None:
    """Hand a letter to the mail server; raises where it is not taken."""
    if not settings.smtp_url:
        log.warning("mail_not_sent", subject=letter.subject, why="no PORTICO_SMTP_URL")
        return
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, permitted.address, letter.subject
    text = letter.text
    if permitted.purpose != privacy.ACCESS:
        text += _ways_out(settings, permitted, letter, secret, message)
    message.set_content(text)
    if attached:
        message.add_attachment(attached[1], maintype="application", subtype="pdf", filename=attached[0])
    server = urlsplit(settings.smtp_url)
    await aiosmtplib.send(
        message,
        hostname=server.hostname,
        port=server.port or 25,
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=server.scheme == "smtps",
        timeout=SERVER_SECONDS,
    )


def _ways_out(settings: Settings, permitted: Permitted, letter: Letter, secret: str, message: EmailMessage) -> str:
    """The links at a letter's end. What she may stop says so in its head too, as mail programs ask (RFC 2369, RFC 8058): one press
    of their own button, without a page or a sign-in."""
    whose = permitted.customer_ids[0] if permitted.customer_ids else None
    token = privacy.link(
        secret, whom=Linked(whose, privacy.digest(permitted.address), permitted.purpose, permitted.channel)
    )
    places = {
        "preferences": f"{settings.reached_at}/preferences/{token}",
        "unsubscribe": f"{settings.reached_at}/unsubscribe/{token}",
    }
    if not permitted.hers_to_say:
        return i18n.text(letter.language, "mail.foot.service", **places)
    message["List-Unsubscribe"] = f"<{places['unsubscribe']}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return i18n.text(letter.language, "mail.foot.hers", **places)

"""The edge of the world for mail: a mail server on this machine that takes everything and sends nothing on.

What it takes it shows at /demo/mail, so that a newcomer finds the one-time code that a real shopper would find in her
inbox.
"""

import asyncio
import email.policy
import itertools
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import msgspec
from aiosmtpd.smtp import SMTP, Envelope, Session
from litestar import MediaType, Response, get

from portico.platform import clock

MESSAGES_MAX = 200
MESSAGE_BYTES_MAX = 1_000_000
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


class Letter(msgspec.Struct, frozen=True):
    """A message that was taken; `file` is where it lies, as it came."""

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    received_at: datetime
    file: Path


class Mailbox:
    """The last messages in order of arrival. `url` is what PORTICO_SMTP_URL wants."""

    def __init__(self, directory: Path) -> None:
        self.url = ""
        self.messages: deque[Letter] = deque(maxlen=MESSAGES_MAX)
        self._directory = directory
        self._count = itertools.count(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one message, in memory and as a file."""
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        now = clock.now()
        file = self._directory / f"{now:%Y%m%dT%H%M%S}-{next(self._count):05}.eml"
        await asyncio.to_thread(self._write, file, raw)
        self.messages.append(letter(raw, to=envelope.rcpt_tos, received_at=now, file=file))
        return "250 Kept"

    def _write(self, file: Path, raw: bytes) -> None:
        """Newest files are kept, as many as are shown."""
        file.write_bytes(raw)
        for old in sorted(self._directory.glob("*.eml"))[:-MESSAGES_MAX]:
            old.unlink(missing_ok=True)


def letter(raw: bytes, *, to: list[str], received_at: datetime, file: Path) -> Letter:
    """What a person wants to read of a message; a broken one is shown as it is."""
    message: EmailMessage = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(raw)
    try:
        body = message.get_body(preferencelist=("plain", "html"))
        text = str(body.get_content()) if body else ""
    except (LookupError, ValueError, UnicodeError):
        text = raw.decode("utf-8", "replace")
    return Letter(str(message["from"] or ""), tuple(to), str(message["subject"] or ""), text.strip(), received_at, file)


@asynccontextmanager
async def mailbox(directory: Path) -> AsyncIterator[Mailbox]:
    """Take mail on a free port of the loopback interface for the length of the block.

    It runs on the caller's own event loop: no thread is left behind.
    """
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    box = Mailbox(directory)
    loop = asyncio.get_running_loop()
    made = partial(SMTP, box, data_size_limit=MESSAGE_BYTES_MAX, enable_SMTPUTF8=True, hostname="localhost", loop=loop)
    server = await loop.create_server(made, host="127.0.0.1", port=0)
    box.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mail of the demo</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 "Inter Variable", system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem;
  background: light-dark(#fbf8f3, #1d1a17); color: light-dark(#2b2622, #efe7dc) }}
h1 {{ font-size: 1.5rem; margin: 0 }}
.lead {{ color: light-dark(#6b6058, #b5a99c); margin: .25rem 0 1.5rem }}
article {{ background: light-dark(#fff, #282420); border: 1px solid light-dark(#e7ddd0, #3a342e); border-radius: 12px;
  padding: 1rem 1.25rem; margin: 0 0 1rem }}
h2 {{ font-size: 1.05rem; margin: 0 }}
.meta {{ color: light-dark(#6b6058, #b5a99c); font-size: .875rem; margin: 0 0 .75rem }}
pre {{ font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 }}
</style>
</head>
<body>
<main>
<h1>Mail of the demo</h1>
<p class="lead">Everything Portico has sent, newest first. None of it left this machine.</p>
{letters}
</main>
</body>
</html>
"""
LETTER = """<article>
<h2>{subject}</h2>
<p class="meta">To {to} · <time datetime="{machine}">{human}</time></p>
<pre>{text}</pre>
</article>"""
EMPTY = "<p>Nothing yet. Ask for a one-time code in the shop, then reload this page.</p>"


def page(box: Mailbox) -> str:
    """All letters as one HTML page; what they say is text, never markup."""
    letters = [
        LETTER.format(
            subject=escape(one.subject or "(no subject)"),
            to=escape(", ".join(one.to)),
            machine=one.received_at.isoformat(),
            human=f"{one.received_at:%d %b %Y, %H:%M:%S} UTC",
            text=escape(one.text),
        )
        for one in reversed(box.messages)
    ]
    return PAGE.format(letters="\n".join(letters) or EMPTY)


def routes(box: Mailbox) -> list[Any]:
    """The page, for whoever has started the demo on this machine."""

    @get("/demo/mail", include_in_schema=False)
    async def show_mail() -> Response[str]:
        headers = {"content-security-policy": _POLICY, "cache-control": "no-store"}
        return Response(page(box), media_type=MediaType.HTML, headers=headers)

    return [show_mail]

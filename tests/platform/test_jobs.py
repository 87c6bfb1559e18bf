"""Jobs: as true as the transaction they were enqueued in, run once, tried again when the world was down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from email import message_from_bytes
from email.message import Message
from socket import socket

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from tests.conftest import free_port

from portico.app import worker
from portico.platform.db import Database
from portico.platform.settings import Settings
from portico.privacy import api as privacy
from portico.privacy.types import Letter, Recipient

MAIL = {"to": "lucia@example.com", "subject": "Ihre Bestellung ✓", "text": "Здравствуйте"}


class Mailbox:
    """A real mail server on a loopback port, which may be closed for a while."""

    def __init__(self) -> None:
        self.port, self.received = free_port(), list[Message]()

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.received.append(message_from_bytes(envelope.content))
        return "250 taken"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), "127.0.0.1", self.port)
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()

    async def has(self, messages: int, *, within_seconds: float = 15) -> bool:
        for _ in range(int(within_seconds / 0.05)):
            if len(self.received) >= messages:
                return True
            await asyncio.sleep(0.05)
        return False


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


Working = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def working(database: Database, database_url: str, mailbox: Mailbox) -> Working:
    settings = Settings(smtp_url=f"smtp://127.0.0.1:{mailbox.port}", mail_from="Casa <casa@example.com>")
    return lambda: worker.running(settings, database, database_url)


async def send(database: Database, *mails: dict) -> None:
    async with database.transaction() as tx:
        for mail in mails:
            letter = Letter(kind="test", subject=mail["subject"], text=mail["text"])
            assert await privacy.write(tx, to=Recipient(address=mail["to"]), purpose="access", letter=letter) is None


async def queued(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval("select count(*) from pgqueuer")


async def test_a_job_of_an_undone_transaction_never_was(database: Database) -> None:
    with pytest.raises(KeyError):
        async with database.transaction() as tx:
            tx.enqueue("work", MAIL)
            await tx.flush()  # even once it is written
            raise KeyError
    assert await queued(database) == 0
    await send(database, MAIL)
    assert await queued(database) == 1


async def test_a_mail_is_sent_once_however_many_workers_there_are(
    database: Database, mailbox: Mailbox, working: Working
) -> None:
    async with mailbox.opened(), working(), working():
        await send(database, *({**MAIL, "to": f"{i}@example.com"} for i in range(6)))
        assert await mailbox.has(6)
        await asyncio.sleep(0.5)
    assert sorted(one["to"] for one in mailbox.received) == [f"{i}@example.com" for i in range(6)]
    assert mailbox.received[0].get_payload(decode=True).decode().strip() == MAIL["text"]  # type: ignore[union-attr]
    assert await queued(database) == 0


async def test_a_job_enqueued_while_no_worker_ran_is_done_when_one_does(
    database: Database, mailbox: Mailbox, working: Working
) -> None:
    await send(database, MAIL)
    async with mailbox.opened(), working():
        assert await mailbox.has(1)


async def test_a_mail_is_tried_again_when_the_server_was_down(
    database: Database, mailbox: Mailbox, working: Working
) -> None:
    with closing(socket()) as taken:  # bound and not listening: a port that refuses, and that nobody else may take
        taken.bind(("127.0.0.1", mailbox.port))
        async with working():
            await send(database, MAIL)
            await asyncio.sleep(1)
            assert mailbox.received == [] and await queued(database) == 1
            taken.close()
            async with mailbox.opened():
                assert await mailbox.has(1, within_seconds=30)
                await asyncio.sleep(0.5)
    assert len(mailbox.received) == 1
    assert await queued(database) == 0

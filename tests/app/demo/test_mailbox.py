"""The demo's mail server, spoken to over SMTP, and its page, asked over HTTP."""

import asyncio
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import aiosmtplib
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from portico.app.demo import mailbox as module
from portico.app.demo.mailbox import Mailbox, mailbox, routes


async def send(
    box: Mailbox, *, to: str = "elena.marin@example.com", subject: str = "Código", text: str = "123456"
) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Nidora <nidora@example.com>", to, subject
    message.set_content(text)
    server = urlsplit(box.url)
    await aiosmtplib.send(message, hostname=server.hostname, port=server.port, timeout=10)


def kept(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.eml"))


async def test_a_message_is_kept_in_memory_and_as_a_file(tmp_path: Path) -> None:
    async with mailbox(tmp_path / "mail") as box:
        await send(box, subject="Ваш код: 123456", text="Никому его не говорите. 123456")
        (letter,) = box.messages
    assert (letter.to, letter.subject) == (("elena.marin@example.com",), "Ваш код: 123456")
    assert letter.text == "Никому его не говорите. 123456"
    assert b"Subject:" in await asyncio.to_thread(letter.file.read_bytes)


async def test_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.MESSAGES_MAX == 200
    monkeypatch.setattr(module, "MESSAGES_MAX", 3)
    async with mailbox(tmp_path) as box:
        for i in range(5):
            await send(box, subject=f"letter {i}")
        assert [one.subject for one in box.messages] == ["letter 2", "letter 3", "letter 4"]
        assert await asyncio.to_thread(kept, tmp_path) == [one.file for one in box.messages]


async def test_the_page_shows_the_newest_first_and_no_markup_of_others(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as box:
        app = Litestar(routes(box), openapi_config=None)
        async with AsyncTestClient(app) as client:
            assert "Nothing yet" in (await client.get("/demo/mail")).text
            await send(box, subject="the older one")
            await send(box, subject="<script>alert(1)</script>", text="{curly} <b>bold</b> & 654321")
            answer = await client.get("/demo/mail")
    page = answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "{curly} &lt;b&gt;bold&lt;/b&gt; &amp; 654321" in page
    assert page.index("654321") < page.index("the older one")


async def test_nothing_listens_after_the_block(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as box:
        pass
    with pytest.raises(aiosmtplib.SMTPException):
        await send(box)

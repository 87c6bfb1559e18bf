"""A Stripe for tests: `localstripe` in a process of its own, and a wire before it that can be cut."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
from tests.payments import local_stripe

GOOD, DECLINED, PROVES = "4242424242424242", "4000000000000341", "4000000000003220"
KEY = local_stripe.SECRET_KEY


class StripeServer:
    """`url` goes through the wire; `direct` does not."""

    def __init__(self, direct: str, wire: "Wire") -> None:
        self.direct, self.wire = direct, wire
        self.url = wire.url

    async def card(self, number: str = GOOD) -> str:
        """A payment method, as the buyer's browser makes one with Stripe's own script."""
        async with self.client() as client:
            made = await client.post(
                "/v1/payment_methods",
                data={
                    "type": "card", "card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2039", "card[cvc]": "123",
                },
            )  # fmt: skip
        made.raise_for_status()
        return str(made.json()["id"])

    async def prove(self, intent_id: str, client_secret: str, *, success: bool = True) -> None:
        """The buyer proves who she is, or fails to."""
        async with self.client() as client:
            done = await client.post(
                f"/v1/payment_intents/{intent_id}/_authenticate",
                data={"client_secret": client_secret, "success": str(success).lower()},
            )
        done.raise_for_status()

    async def all(self, what: str) -> list[dict]:
        """Everything of a kind that it keeps: its own records."""
        async with self.client() as client:
            found = await client.get(f"/v1/{what}", params={"limit": 100})
        found.raise_for_status()
        return list(found.json()["data"])

    async def tell(self, hook_url: str, secret: str) -> None:
        async with self.client() as client:
            done = await client.post("/_config/webhooks/portico", data={"url": hook_url, "secret": secret})
        done.raise_for_status()

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.direct, auth=(KEY, ""), timeout=10)


class Wire:
    """A TCP relay to a server. `lose_answers`: what is sent arrives, and no answer comes back. `down`: nobody is there."""

    def __init__(self, port: int, target: int) -> None:
        self.url, self._port, self._target = f"http://127.0.0.1:{port}", port, target
        self.loses: Callable[[bytes], bool] = lambda request: False
        self.requests = 0
        self._server: asyncio.Server | None = None

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)

    async def down(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        cut = False

        async def requests() -> None:
            nonlocal cut
            while data := await reader.read(65536):
                self.requests += 1
                cut = cut or self.loses(data)
                back.write(data)
                await back.drain()

        async def answers() -> None:
            while data := await there.read(65536):
                if cut:
                    writer.transport.abort()
                    return
                writer.write(data)
                await writer.drain()

        tasks = [asyncio.create_task(requests()), asyncio.create_task(answers())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            writer.close()
            back.close()


def free_port() -> int:
    with socket.socket(socket.AF_INET6) as one:
        one.bind(("::", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def running(*, port: int | None = None) -> AsyncIterator[StripeServer]:
    """Started anew and empty; ended by its process."""
    target = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "localstripe", "--port", str(target), "--from-scratch",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    port = port or free_port()
    wire = Wire(free_port(), port)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{target}", auth=(KEY, "")) as client:
            for _ in range(200):
                try:
                    await client.get("/v1/refunds")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.05)
        async with local_stripe.before(target, port=port) as direct:
            await wire.up()
            yield StripeServer(direct, wire)
    finally:
        await wire.down()
        if process.returncode is None:
            process.kill()
        await process.wait()

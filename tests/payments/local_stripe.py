"""Before `localstripe`, what a page of ours needs beyond it: its script leaves `createPaymentMethod` empty, its server takes cards with
the secret key only, and it knows nothing of `use_stripe_sdk`. Everything else goes through as it came.

    python -m tests.payments.local_stripe --port 8420

is a Stripe for a demo without an account there; it says which settings the demo then needs.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlencode

import httpx
from aiohttp import web

SECRET_KEY, PUBLISHABLE_KEY = "sk_test_portico", "pk_test_portico"
SCRIPT_PATH = "/js.stripe.com/v3/"
MADE_BY_BROWSERS = """
{
  const provided = Stripe;
  Stripe = (key) => ({
    ...provided(key),
    createPaymentMethod: async ({ card }) => {
      const answer = await fetch(`${LOCALSTRIPE_BASE_API}/v1/payment_methods`, {
        method: 'POST',
        body: JSON.stringify({ key, type: 'card', card: card.value.card }),
      });
      const made = await answer.json();
      return answer.ok ? { paymentMethod: made } : { error: made.error };
    },
  });
}
"""
PASSED_ON = ("authorization", "content-type", "idempotency-key")


@asynccontextmanager
async def before(target: int, *, port: int) -> AsyncIterator[str]:
    """Stand at `port` before a localstripe at `target`, for the length of the block; the address."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{target}", timeout=20) as client:

        async def pass_on(request: web.Request) -> web.Response:
            headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
            body = _translated(request, await request.read(), headers)
            answer = await client.request(request.method, request.path_qs, content=body, headers=headers)
            text = answer.content + (MADE_BY_BROWSERS.encode() if request.path == SCRIPT_PATH else b"")
            kind = answer.headers.get("content-type", "application/json")
            allowed = {"access-control-allow-origin": "*", "content-type": kind}
            return web.Response(body=text, status=answer.status_code, headers=allowed)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", pass_on)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()


def _translated(request: web.Request, body: bytes, headers: dict[str, str]) -> bytes:
    if request.method != "POST":
        return body
    if request.path == "/v1/payment_methods" and "authorization" not in headers:
        given = json.loads(body)
        if str(given.pop("key", "")).startswith("pk_"):
            headers["authorization"] = f"Bearer {SECRET_KEY}"
        return json.dumps(given).encode()
    if request.path == "/v1/payment_intents":
        return urlencode([pair for pair in parse_qsl(body.decode()) if pair[0] != "use_stripe_sdk"]).encode()
    return body


def settings(url: str) -> dict[str, str]:
    """What a Portico is told so that it takes cards there."""
    return {
        "PORTICO_STRIPE_KEY": SECRET_KEY, "PORTICO_STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY, "PORTICO_STRIPE_URL": url,
        "PORTICO_STRIPE_JS_URL": url + SCRIPT_PATH,
    }  # fmt: skip


async def _serve(port: int) -> None:
    from tests.payments import stripe_server

    async with stripe_server.running(port=port) as server:
        print(*(f"{name}={value}" for name, value in settings(server.direct).items()), sep="\n", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A Stripe on this machine, for the demo.")
    parser.add_argument("--port", type=int, default=8420)
    asyncio.run(_serve(parser.parse_args().port))

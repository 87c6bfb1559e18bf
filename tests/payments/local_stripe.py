"""`localstripe` with what a page of ours needs of it, for the tests and for a demo without an account at Stripe:

    python -m tests.payments.local_stripe --port 8420

Its script leaves `createPaymentMethod` empty and its server takes cards with the secret key only; here a browser makes a card into
a token as it does at Stripe, with the key that may be seen. It takes `use_stripe_sdk` as Stripe does, and listens on loopback only.
"""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from localstripe import server
from localstripe.resources import PaymentIntent, PaymentMethod

SCRIPT = """
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
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def as_stripe_does(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path == "/js.stripe.com/v3/":
        answer = await handler(request)
        assert isinstance(answer, web.Response)
        return web.Response(text=f"{answer.text}{SCRIPT}", content_type="application/javascript")
    if request.method == "POST" and request.path == "/v1/payment_methods":
        given = await server.get_post_data(request, remove_auth=False) or {}
        if str(given.pop("key", "")).startswith("pk_"):
            return server.json_response(PaymentMethod._api_create(**given)._export())
    return await handler(request)


def _creating(create: Callable[..., Any]) -> Any:
    def made(cls: type, use_stripe_sdk: object = None, **given: Any) -> Any:
        return create(**given)

    return classmethod(made)


def main() -> None:
    parser = argparse.ArgumentParser(description="A Stripe on this machine alone.")
    parser.add_argument("--port", type=int, default=8420)
    parser.add_argument("--from-scratch", action="store_true")
    given = parser.parse_args()
    if not given.from_scratch:
        server.store.try_load_from_disk()
    PaymentIntent._api_create = _creating(PaymentIntent._api_create)
    server.app.middlewares.insert(1, as_stripe_does)  # within what tells errors
    web.run_app(server.app, host="127.0.0.1", port=given.port, access_log=None)


if __name__ == "__main__":
    main()

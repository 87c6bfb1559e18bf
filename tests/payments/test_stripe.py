"""Stripe's official client against a server that speaks its protocol: the contract of every provider, and its webhooks."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.payments import contract, stripe_server
from tests.payments.contract import Stage
from tests.payments.stripe_server import StripeServer

from portico.integrations.psp.stripe import Stripe
from portico.payments.types import BadSignature


class StripeStage:
    NUMBERS = {"good": stripe_server.GOOD, "declined": stripe_server.DECLINED, "proves": stripe_server.PROVES}

    def __init__(self, server: StripeServer) -> None:
        self.server = server
        self.provider = Stripe(key=stripe_server.KEY, url=server.url, webhook_secret="whsec_test")

    async def credential(self, kind: str) -> str:
        return await self.server.card(self.NUMBERS[kind])

    async def prove(self, ref: str, secret: str, *, success: bool) -> None:
        await self.server.prove(ref, secret, success=success)

    def lose(self, *, answers: bool) -> None:
        self.server.wire.loses = lambda request: answers

    async def away(self) -> None:
        await self.server.wire.down()

    async def back(self) -> None:
        await self.server.wire.up()


@pytest.fixture
async def stage() -> AsyncIterator[StripeStage]:
    async with stripe_server.running() as server:
        yield StripeStage(server)


@pytest.mark.parametrize("clause", contract.CONTRACT, ids=lambda one: one.__name__)
async def test_the_contract_of_providers(stage: StripeStage, clause: Callable[[Stage], Awaitable[None]]) -> None:
    await clause(stage)


def signed(raw: bytes, secret: str, at: int | None = None) -> dict[str, str]:
    at = at or int(time.time())
    proof = hmac.new(secret.encode(), b"%d.%s" % (at, raw), hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={at},v1={proof}"}


EVENT = b"""{"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "created": 1, "data": {"object":
    {"id": "pi_1", "object": "payment_intent", "metadata": {"portico_operation": "pop_00000000000000000000000000000001"}}}}"""


def test_a_webhook_is_read_when_its_signature_is_that_of_its_bytes() -> None:
    provider = Stripe(key="sk_test", webhook_secret="whsec_test")
    event = provider.heard(EVENT, signed(EVENT, "whsec_test"))
    assert (event.id, str(event.key), event.ref) == ("evt_1", "pop_00000000000000000000000000000001", "pi_1")


@pytest.mark.parametrize("how", ["none", "other secret", "other bytes", "old", "no secret here", "not json"])
def test_a_forged_webhook_is_refused(how: str) -> None:
    provider = Stripe(key="sk_test", webhook_secret="" if how == "no secret here" else "whsec_test")
    raw = b"nonsense" if how == "not json" else EVENT
    headers = signed(raw, "none" if how == "no secret here" else "whsec_x" if how == "other secret" else "whsec_test",
                     int(time.time()) - 3600 if how == "old" else None)  # fmt: skip
    with pytest.raises(BadSignature):
        provider.heard(raw + b" " if how == "other bytes" else raw, {} if how == "none" else headers)

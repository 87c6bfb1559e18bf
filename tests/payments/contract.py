"""What every adapter of `PaymentProvider` must do, whoever is behind it."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest

from portico.payments.ports import PaymentProvider
from portico.payments.types import Ask, Lost, OperationId, OperationKind, PaymentId, Result, Unreached


class Stage(Protocol):
    """A provider to try, and what its other side can be made to do."""

    provider: PaymentProvider

    async def credential(self, kind: str) -> str:
        """A token: `good`, `declined`, or `proves` for one whose owner must prove who she is."""
        ...

    async def prove(self, ref: str, secret: str, *, success: bool) -> None: ...

    def lose(self, *, answers: bool) -> None: ...

    async def away(self) -> None: ...

    async def back(self) -> None: ...


def ask(kind: OperationKind, amount: int = 5000, **more: object) -> Ask:
    given: dict[str, object] = {
        "key": OperationId.new(), "kind": kind, "payment_id": PaymentId.new(), "amount": amount, "currency": "EUR", **more,
    }  # fmt: skip
    return Ask(**given)  # type: ignore[arg-type]


async def held(stage: Stage, amount: int = 5000) -> str:
    outcome = await stage.provider.perform(
        ask(OperationKind.AUTHORIZE, amount, credential=await stage.credential("good"))
    )
    assert outcome.result is Result.AUTHORIZED
    assert outcome.ref
    return outcome.ref


async def holds_then_captures_part_and_refunds_in_parts(stage: Stage) -> None:
    ref = await held(stage)
    captured = await stage.provider.perform(ask(OperationKind.CAPTURE, 4000, provider_ref=ref))
    assert captured.result is Result.CAPTURED
    for amount in (1500, 2500):
        back = await stage.provider.perform(ask(OperationKind.REFUND, amount, provider_ref=ref))
        assert (back.result, bool(back.ref)) == (Result.REFUNDED, True)


async def lets_go_what_it_holds(stage: Stage) -> None:
    ref = await held(stage)
    assert (await stage.provider.perform(ask(OperationKind.VOID, provider_ref=ref))).result is Result.VOIDED
    assert (await stage.provider.perform(ask(OperationKind.CAPTURE, provider_ref=ref))).result is not Result.CAPTURED


async def says_no_with_a_reason(stage: Stage) -> None:
    outcome = await stage.provider.perform(ask(OperationKind.AUTHORIZE, credential=await stage.credential("declined")))
    assert outcome.result is Result.DECLINED
    assert outcome.error


async def asks_for_proof(stage: Stage) -> None:
    for success, result in ((True, Result.AUTHORIZED), (False, Result.DECLINED)):
        one = ask(OperationKind.AUTHORIZE, credential=await stage.credential("proves"))
        outcome = await stage.provider.perform(one)
        assert outcome.result is Result.ACTION
        assert outcome.ref
        assert outcome.action
        assert outcome.action.client_secret
        await stage.prove(outcome.ref, outcome.action.client_secret, success=success)
        found = await stage.provider.find(one)
        assert found
        assert found.result is result


async def finds_what_was_sent_and_not_answered(stage: Stage) -> None:
    """The heart of it: whatever was lost on the way back can be asked for, and is there once."""
    one = ask(OperationKind.AUTHORIZE, credential=await stage.credential("good"))
    stage.lose(answers=True)
    with pytest.raises(Lost):
        await stage.provider.perform(one)
    stage.lose(answers=False)
    found = await stage.provider.find(one)
    assert found
    assert found.result is Result.AUTHORIZED
    assert await stage.provider.find(ask(OperationKind.AUTHORIZE)) is None
    for kind, result in ((OperationKind.CAPTURE, Result.CAPTURED), (OperationKind.REFUND, Result.REFUNDED)):
        then = ask(kind, provider_ref=found.ref)
        assert await stage.provider.find(then) is None
        stage.lose(answers=True)
        with pytest.raises(Lost):
            await stage.provider.perform(then)
        stage.lose(answers=False)
        what_became = await stage.provider.find(then)
        assert what_became
        assert what_became.result is result


async def tells_that_nobody_was_there(stage: Stage) -> None:
    await stage.away()
    with pytest.raises(Unreached):
        await stage.provider.perform(ask(OperationKind.AUTHORIZE, credential="whatever"))
    await stage.back()


CONTRACT: list[Callable[[Stage], Awaitable[None]]] = [
    holds_then_captures_part_and_refunds_in_parts, lets_go_what_it_holds, says_no_with_a_reason, asks_for_proof,
    finds_what_was_sent_and_not_answered, tells_that_nobody_was_there,
]  # fmt: skip

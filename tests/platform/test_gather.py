"""Gathering: one batch for many callers, each with its own answer, and a bug that stays its own."""

import asyncio
from collections.abc import Sequence

import pytest

from portico.platform.gather import Gather
from portico.platform.refusals import Overloaded


async def test_concurrent_callers_share_batches_and_get_their_own_answers() -> None:
    batches: list[list[int]] = []

    async def double(asks: Sequence[int]) -> list[int]:
        batches.append(list(asks))
        await asyncio.sleep(0.001)
        return [ask * 2 for ask in asks]

    gather = Gather(double, batch_max=64)
    answers = await asyncio.gather(*(gather(i) for i in range(200)))
    assert answers == [i * 2 for i in range(200)]
    assert [len(one) for one in batches] == [64, 64, 64, 8]
    assert [ask for batch in batches for ask in batch] == list(range(200))  # in order of arrival


async def test_a_bug_in_one_item_fails_it_alone() -> None:
    runs: list[int] = []

    async def divide(asks: Sequence[int]) -> list[float]:
        runs.append(len(asks))
        return [1 / ask for ask in asks]

    gather = Gather(divide)
    answers = await asyncio.gather(*(gather(i) for i in (1, 0, 2, 4)), return_exceptions=True)
    assert isinstance(answers[1], ZeroDivisionError)
    assert [answers[0], answers[2], answers[3]] == [1.0, 0.5, 0.25]
    assert runs == [4, 1, 1, 1, 1]


async def test_too_few_answers_are_a_bug_and_never_somebody_elses_answer() -> None:
    async def forgetful(asks: Sequence[int]) -> list[int]:
        return list(asks)[:1] if len(asks) > 1 else list(asks)

    gather = Gather(forgetful)
    assert await asyncio.gather(*(gather(i) for i in range(5))) == [0, 1, 2, 3, 4]


async def test_more_than_may_wait_are_refused_at_once() -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow(asks: Sequence[int]) -> list[int]:
        began.set()
        await go_on.wait()
        return list(asks)

    gather = Gather(slow, batch_max=2, waiting_max=3)
    callers = [asyncio.create_task(gather(i)) for i in range(2)]
    await began.wait()
    callers += [asyncio.create_task(gather(i)) for i in range(2, 5)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await gather(99)
    go_on.set()
    assert await asyncio.gather(*callers) == [0, 1, 2, 3, 4]


async def test_a_caller_who_left_is_not_written() -> None:
    written: list[int] = []
    began, go_on = asyncio.Event(), asyncio.Event()

    async def write(asks: Sequence[int]) -> list[int]:
        began.set()
        await go_on.wait()
        written.extend(asks)
        return list(asks)

    gather = Gather(write, batch_max=1)
    first, second = asyncio.create_task(gather(1)), asyncio.create_task(gather(2))
    await began.wait()
    second.cancel()
    go_on.set()
    assert await first == 1
    await asyncio.gather(second, return_exceptions=True)
    assert await gather(3) == 3
    assert written == [1, 3]

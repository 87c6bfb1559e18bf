"""Who decides about somebody decides once, however many are at it; without its lock each of these loses the race."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from portico.app.personal import HOUSE
from portico.platform.db import Database, UniqueViolation
from portico.platform.refusals import Refused
from portico.privacy import api
from portico.privacy.api import NewSuppression
from portico.privacy.store import consents, requests, suppressions
from portico.privacy.types import ErasureId, ExportId, Proof, SuppressionId
from tests.carts.racing import CALLERS, line_up, without_lock
from tests.privacy.people import ANA, BY, count, enter, queued

Deed = Callable[[], Awaitable[object]]


async def race(database: Database, deed: Deed) -> int:
    """How many of those who do it at once are told that they have."""

    async def one() -> bool:
        try:
            await deed()
        except (Refused, UniqueViolation):
            return False
        return True

    await line_up(database)
    return sum(await asyncio.gather(*(one() for _ in range(CALLERS))))


async def lifting(database: Database) -> Deed:
    async with database.transaction() as tx:
        await api.suppress(tx, news=[NewSuppression(address="ana@example.com")], source="test", by=BY)
        id: SuppressionId = (await api.suppressions(tx))[0].id

    async def lift() -> None:
        async with database.transaction() as tx:
            await api.lift(tx, id=id, because="it is back", by=BY)

    return lift


async def test_an_address_is_lifted_by_one(database: Database) -> None:
    assert await race(database, await lifting(database)) == 1


async def test_without_the_lock_several_lift_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    deed = await lifting(database)
    monkeypatch.setattr(suppressions, "LOCK", without_lock(suppressions.LOCK))
    assert await race(database, deed) > 1


async def confirming(database: Database) -> Deed:
    async with database.transaction() as tx:
        await api.ask_twice(
            tx,
            address="ana@example.com",
            purpose="marketing",
            language="en",
            source="web",
            proof=Proof(),
            url="https://casa",
        )
    (payload,) = await queued(database)
    token = payload.decode().partition("/newsletter/")[2].partition("\\n")[0]

    async def confirm() -> None:
        async with database.transaction() as tx:
            await api.confirm(tx, token=token, by=BY, proof=Proof())

    return confirm


async def test_a_sign_up_is_confirmed_once(database: Database) -> None:
    await race(database, await confirming(database))
    assert await count(database, "privacy.consent") == 1


async def test_without_the_lock_it_is_confirmed_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    deed = await confirming(database)
    monkeypatch.setattr(consents, "LOCK_OPT_IN", without_lock(consents.LOCK_OPT_IN))
    await race(database, deed)
    assert await count(database, "privacy.consent") > 1


async def forgetting(database: Database) -> Deed:
    her = await enter(database, ANA)
    async with database.transaction() as tx:
        id: ErasureId = (await api.ask_erasure(tx, house=HOUSE, customer_id=her.id, reason="", by=BY)).id

    async def refuse() -> None:
        async with database.transaction() as tx:
            await api.refuse(tx, id=id, decision="no", by=BY)

    return refuse


async def test_a_request_is_decided_by_one(database: Database) -> None:
    assert await race(database, await forgetting(database)) == 1


async def test_without_the_lock_several_decide(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    deed = await forgetting(database)
    monkeypatch.setattr(requests, "LOCK_ERASURE", without_lock(requests.LOCK_ERASURE))
    assert await race(database, deed) > 1


async def making(database: Database) -> Deed:
    her = await enter(database, ANA)
    async with database.transaction() as tx:
        id: ExportId = (await api.ask_export(tx, customer_id=her.id, language="en", by=BY)).id
    return lambda: api.make(database, house=HOUSE, export_id=id, url="https://casa")


MADE = "type = 'privacy.exported.v1' and body ->> 'state' = 'made'"


async def test_a_copy_is_kept_once(database: Database) -> None:
    assert await race(database, await making(database)) == CALLERS
    assert await count(database, "platform.fact", MADE) == 1


async def test_without_the_lock_it_is_kept_twice_or_fails(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    deed = await making(database)
    monkeypatch.setattr(requests, "LOCK_EXPORT", without_lock(requests.LOCK_EXPORT))
    told = await race(database, deed)
    assert told < CALLERS or await count(database, "platform.fact", MADE) > 1

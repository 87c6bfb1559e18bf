"""Who may do what, and for how long: one-time codes, credentials, sessions, tokens, roles per location."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.carts.racing import line_up, without_lock
from tests.world import PASSWORD, World

from portico.platform import clock
from portico.platform.auth import api, store
from portico.platform.auth.types import (
    ANONYMOUS,
    Forbidden,
    Grant,
    Kind,
    LockedOut,
    Principal,
    SignInNeeded,
    TooManyCodes,
    WrongCode,
    WrongCredentials,
)
from portico.platform.db import Database, Query

HER = "lucia@example.com"


async def send(database: Database, address: str = HER, *, now=None) -> str:  # type: ignore[no-untyped-def]
    async with database.transaction(now=now) as tx:
        return (await api.send_code(tx, address=address))[0]


async def check(database: Database, code: str, address: str = HER, *, now=None) -> WrongCode | None:  # type: ignore[no-untyped-def]
    async with database.transaction(now=now) as tx:
        return await api.check_code(tx, address=address, code=code)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_a_code_is_good_once(database: Database) -> None:
    code = await send(database)
    assert len(code) == 6 and code.isdigit()
    assert await check(database, f" {code} ") is None
    assert isinstance(await check(database, code), WrongCode)


async def test_a_code_is_good_for_its_address_only(database: Database) -> None:
    code = await send(database)
    await send(database, "other@example.com")
    assert isinstance(await check(database, code, "third@example.com"), WrongCode)
    assert await check(database, code) is None


async def test_five_wrong_guesses_end_it(database: Database) -> None:
    code = await send(database)
    left = [await check(database, other(code)) for _ in range(5)]
    assert [one.attempts_left for one in left if one] == [4, 3, 2, 1, 0]
    ended = await check(database, code)
    assert isinstance(ended, WrongCode) and ended.attempts_left == 0


async def test_an_older_code_does_not_take_the_place_of_one_that_ended(database: Database) -> None:
    """Otherwise each code sent would be five guesses more."""
    older, newer = await send(database), await send(database)
    for _ in range(5):
        await check(database, other(newer))
    assert isinstance(await check(database, older), WrongCode)
    assert await check(database, await send(database)) is None


async def test_the_newest_code_counts_and_its_use_ends_the_others(database: Database) -> None:
    older, newer = await send(database), await send(database)
    if older != newer:
        assert isinstance(await check(database, older), WrongCode)
    assert await check(database, newer) is None
    assert isinstance(await check(database, older), WrongCode)


async def test_a_code_expires(database: Database) -> None:
    now = clock.now()
    code = await send(database, now=now)
    assert isinstance(await check(database, code, now=now + api.CODE_LASTS), WrongCode)
    assert await check(database, code, now=now + api.CODE_LASTS - timedelta(seconds=1)) is None


async def test_codes_per_quarter_of_an_hour(database: Database) -> None:
    now = clock.now()
    for _ in range(api.CODES_PER_QUARTER_HOUR):
        await send(database, now=now)
    with pytest.raises(TooManyCodes):
        await send(database, now=now + timedelta(minutes=14))
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from platform.login_code") == api.CODES_PER_QUARTER_HOUR
    await send(database, "other@example.com", now=now)
    await send(database, now=now + timedelta(minutes=15))


async def _guess_at_once(database: Database) -> list[WrongCode | None]:
    code = await send(database)
    await line_up(database)
    return await asyncio.gather(*(check(database, other(code)) for _ in range(8)))


async def test_guesses_at_once_are_counted_one_by_one(database: Database) -> None:
    answers = await _guess_at_once(database)
    assert sorted(one.attempts_left for one in answers if one) == [0, 0, 0, 0, 1, 2, 3, 4]


async def test_without_its_lock_guesses_share_a_count(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_CODE", without_lock(store.LOCK_CODE))
    try:
        answers = await _guess_at_once(database)
    except Exception as refused:  # the database's own limit of five
        assert type(refused).__name__ == "CheckViolationError"
    else:
        assert sorted(one.attempts_left for one in answers if one) != [0, 0, 0, 0, 1, 2, 3, 4]


async def _secret(database: Database, world: World, secret: str, *, now=None, who: UUID | None = None):  # type: ignore[no-untyped-def]
    async with database.transaction(now=now) as tx:
        return await api.check_secret(tx, subject_id=who or world.agent.uuid, kind="password", secret=secret)


async def failures(database: Database, world: World) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval(
            "select failures from platform.credential where subject_id = $1", world.agent.uuid
        )


async def test_a_password_rests_after_wrong_ones_and_longer_each_time(database: Database, world: World) -> None:
    now = clock.now()
    for _ in range(api.FAILURES_FREE):
        assert isinstance(await _secret(database, world, "wrong", now=now), WrongCredentials)
    locked = await _secret(database, world, PASSWORD, now=now)
    assert isinstance(locked, LockedOut) and locked.until == now + api.REST_FIRST
    assert await failures(database, world) == api.FAILURES_FREE  # a resting one is not even looked at
    later = now + api.REST_FIRST
    assert isinstance(await _secret(database, world, "wrong", now=later), WrongCredentials)
    longer = await _secret(database, world, PASSWORD, now=later)
    assert isinstance(longer, LockedOut) and longer.until == later + 2 * api.REST_FIRST
    assert await _secret(database, world, PASSWORD, now=later + 2 * api.REST_FIRST) is None
    assert await failures(database, world) == 0


async def test_nobody_and_somebody_without_a_password_are_wrong_alike(database: Database, world: World) -> None:
    assert isinstance(await _secret(database, world, PASSWORD, who=uuid4()), WrongCredentials)
    assert isinstance(await _secret(database, world, PASSWORD, who=world.cashier.uuid), WrongCredentials)


def test_the_rest_is_bounded() -> None:
    now = clock.now()
    assert api.rest(api.FAILURES_FREE - 1, now=now) is None
    assert api.rest(1000, now=now) == now + api.REST_MAX


async def _wrong_at_once(database: Database, world: World) -> list[object]:
    await line_up(database)
    return await asyncio.gather(*(_secret(database, world, "wrong") for _ in range(8)))


async def test_passwords_tried_at_once_are_counted_one_by_one(database: Database, world: World) -> None:
    answers = await _wrong_at_once(database, world)
    assert sum(isinstance(one, WrongCredentials) for one in answers) == api.FAILURES_FREE
    assert sum(isinstance(one, LockedOut) for one in answers) == 8 - api.FAILURES_FREE


async def test_without_its_lock_more_are_tried(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_CREDENTIAL", without_lock(store.LOCK_CREDENTIAL))
    answers = await _wrong_at_once(database, world)
    assert sum(isinstance(one, WrongCredentials) for one in answers) > api.FAILURES_FREE


@pytest.mark.parametrize("kind", [Kind.GUEST, Kind.CUSTOMER, Kind.STAFF])
async def test_a_session_ends_by_itself_or_when_asked(database: Database, kind: Kind) -> None:
    now = clock.now()
    async with database.transaction(now=now) as tx:
        opened = await api.open_session(tx, kind=kind, subject_id=uuid4(), name="Anna")

    async def who(at) -> Principal | None:  # type: ignore[no-untyped-def]
        async with database.transaction(now=at) as tx:
            return await api.recognise_session(tx, token=opened.token)

    assert (found := await who(opened.expires_at - timedelta(seconds=1))) and found.kind is kind
    assert await who(opened.expires_at) is None and opened.expires_at == now + api.SESSION_LASTS[kind]
    async with database.transaction() as tx:
        assert await api.recognise_session(tx, token=opened.token[:-1]) is None
        await api.end_session(tx, session_id=opened.session_id)
        assert await api.recognise_session(tx, token=opened.token) is None


async def test_a_token_ends_by_itself_or_when_revoked(database: Database) -> None:
    now, place = clock.now(), uuid4()
    async with database.transaction(now=now) as tx:
        token_id, token = await api.add_token(
            tx, name="ERP", scopes=["orders.read"], location_id=place, expires_at=now + timedelta(days=1)
        )
        found = await api.recognise_token(tx, token=token)
        assert found and found.grants == (Grant("orders.read", place),) and found.kind is Kind.CLIENT
        assert await api.recognise_token(tx, token=f"{token}x") is None
    async with database.transaction(now=now + timedelta(days=1)) as tx:
        assert await api.recognise_token(tx, token=token) is None
    async with database.transaction(now=now) as tx:
        assert await api.revoke_token(tx, token_id=token_id)
        assert not await api.revoke_token(tx, token_id=token_id)
        assert await api.recognise_token(tx, token=token) is None
    async with database.pool.acquire() as connection:
        kept = await connection.fetchrow("select token_hash from platform.api_token")
    assert token.encode() not in kept["token_hash"]


async def test_a_role_is_held_where_it_was_given(database: Database, world: World) -> None:
    async def signed_in(one: UUID) -> Principal:
        async with database.transaction() as tx:
            opened = await api.open_session(tx, kind=Kind.STAFF, subject_id=one, name="")
            return await api.recognise_session(tx, token=opened.token) or ANONYMOUS

    cashier, manager = await signed_in(world.cashier.uuid), await signed_in(world.manager.uuid)
    assert cashier.may("orders.hand_over", at=world.store.uuid)
    assert not cashier.may("orders.hand_over", at=world.other_store.uuid)
    assert not cashier.may("inventory.adjust", at=world.store.uuid)
    assert manager.may("orders.hand_over", at=world.other_store.uuid)
    with pytest.raises(Forbidden):
        cashier.require("orders.hand_over", at=world.other_store.uuid)
    with pytest.raises(SignInNeeded):
        ANONYMOUS.require("orders.read")
    async with database.transaction() as tx:
        await api.put_roles(tx, roles={"cashier": ["till.use"]})
    assert not (await signed_in(world.cashier.uuid)).may("orders.hand_over", at=world.store.uuid)


async def test_a_customer_is_granted_nothing(database: Database, world: World) -> None:
    """A customer whose id is an employee's is still only a customer."""
    async with database.transaction() as tx:
        opened = await api.open_session(tx, kind=Kind.CUSTOMER, subject_id=world.manager.uuid, name="")
        found = await api.recognise_session(tx, token=opened.token)
    assert found and found.grants == () and not found.may("orders.read")


async def _codes_at_once(database: Database) -> list[object]:
    await line_up(database)
    return await asyncio.gather(*(send(database) for _ in range(12)), return_exceptions=True)


async def test_codes_asked_for_at_once_are_counted_one_by_one(database: Database) -> None:
    answers = await _codes_at_once(database)
    assert sum(isinstance(one, str) for one in answers) == api.CODES_PER_QUARTER_HOUR


async def test_without_its_lock_more_codes_are_sent(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: everybody counts before anybody has written."""
    monkeypatch.setattr(store, "LOCK_ADDRESS", Query(None, "select :address::text, :now::timestamptz"))
    Query.every.pop()
    counting = Query(
        int, "select count(*) from platform.login_code, pg_sleep(0.25) where address = :address and created_at > :since"
    )
    Query.every.pop()
    monkeypatch.setattr(store, "RECENT_CODES", counting)
    answers = await _codes_at_once(database)
    assert sum(isinstance(one, str) for one in answers) > api.CODES_PER_QUARTER_HOUR


async def test_what_ended_a_day_ago_is_swept_and_nothing_else(database: Database) -> None:
    now = clock.now()
    await send(database, now=now - timedelta(days=2))
    code = await send(database, now=now)
    async with database.transaction(now=now) as tx:
        old = await api.open_session(tx, kind=Kind.GUEST, subject_id=uuid4(), name="")
    async with database.transaction(now=now + timedelta(days=80)) as tx:
        young = await api.open_session(tx, kind=Kind.GUEST, subject_id=uuid4(), name="")
    async with database.transaction(now=now) as tx:
        assert not await api.sweep(tx)
    assert await check(database, code, now=now) is None
    async with database.transaction(now=now + timedelta(days=92)) as tx:
        assert await api.sweep(tx, rows_max=1)  # there may be more
        assert await api.recognise_session(tx, token=old.token) is None
        assert await api.recognise_session(tx, token=young.token) is not None
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from platform.session") == 1

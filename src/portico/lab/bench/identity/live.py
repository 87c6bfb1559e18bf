"""Whose touch is it, among a million people, on the real PostgreSQL: what one call costs, from the question to the answer."""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg
import msgspec

from portico.app import runtime
from portico.customers.types import CustomerId
from portico.identity import api
from portico.identity.api.indexing import profile_of, values_of
from portico.identity.matching import keys
from portico.identity.types import Told, Touch
from portico.lab.bench.identity import people as made_up
from portico.lab.bench.identity.measuring import Live
from portico.lab.bench.place import scratch_database
from portico.platform import postgres
from portico.platform.db import Database, connect

P99_MS_MAX = 5.0
TOUCHES = 2_000
CHUNK = 50_000
# How a generated record's columns are called here.
TOLD = {
    "first_name": Told.GIVEN_NAME, "last_name": Told.FAMILY_NAME, "street": Told.STREET, "house_number": Told.HOUSE_NUMBER,
    "city": Told.CITY, "postcode": Told.POSTCODE, "province": Told.REGION, "phone": Told.PHONE, "email": Told.EMAIL,
    "birth_date": Told.BIRTH_DATE, "tax_id": Told.TAX_ID,
}  # fmt: skip


async def bench(
    *, settings_url: str | None, data: Path, people: int, seed: int, say: Callable[[str], None]
) -> tuple[Live, str]:
    server = postgres.running(data_dir=data, database_url=settings_url, join=True)
    found = await asyncio.to_thread(server.__enter__)
    try:
        async with scratch_database(found.dsn) as url:
            await runtime.prepare(url)
            touches = await _fill(url, people=people, seed=seed, say=say)
            async with connect(url, connections_max=2) as database:
                return await _measure(database, touches, people), found.version
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


async def _fill(url: str, *, people: int, seed: int, say: Callable[[str], None]) -> list[tuple[Touch, CustomerId]]:
    """The first record of each person, by COPY; touches are later records of some of them."""
    began = time.perf_counter()
    connection = await asyncpg.connect(url)
    touches: list[tuple[Touch, CustomerId]] = []
    first: dict[str, CustomerId] = {}
    profiles, found = list[tuple[object, ...]](), list[tuple[int, CustomerId]]()
    count = 0

    async def flush() -> None:
        await connection.copy_records_to_table("profile", schema_name="identity", records=profiles)
        await connection.copy_records_to_table("key", schema_name="identity", records=found)
        profiles.clear()
        found.clear()

    try:
        await connection.execute("alter table identity.key drop constraint key_pkey")
        await connection.execute("drop index identity.key_record")
        columns = made_up.COLUMNS
        for row in made_up.rows(records=people * 2, seed=seed):
            told = {TOLD[name]: value for name, value in zip(columns, row, strict=True) if name in TOLD and value}
            person = row[-1]
            if person in first:
                if len(touches) < TOUCHES * 20:
                    touches.append((_touch(told), first[person]))
                continue
            id = first[person] = CustomerId.new()
            profile = profile_of(id, told)
            profiles.append(tuple(getattr(profile, name) for name in profile.__struct_fields__))
            exact = [keys.exact(kind, told[kind]) for kind in (Told.EMAIL, Told.TAX_ID) if kind in told]
            if phone := _e164(told.get(Told.PHONE, "")):
                exact.append(keys.exact(Told.PHONE, phone))
            found += [(key, id) for key in {*keys.rough(values_of(profile)), *exact}]
            count += 1
            if count % CHUNK == 0:
                await flush()
            if count == people:
                break
        await flush()
        await connection.execute("set maintenance_work_mem = '1GB'")
        await connection.execute("alter table identity.key add primary key (key, record_id)")
        await connection.execute("create index key_record on identity.key (record_id)")
        await connection.execute("vacuum analyze identity.key")
        await connection.execute("vacuum analyze identity.profile")
    finally:
        await connection.close()
    say(f"{count:,} people in PostgreSQL after {time.perf_counter() - began:.0f} s")
    return random.Random(seed).sample(touches, min(TOUCHES, len(touches)))


async def _measure(database: Database, touches: Sequence[tuple[Touch, CustomerId]], people: int) -> Live:
    times, right = [], 0
    async with database.read() as tx:
        for touch, _ in touches[:100]:  # statements are prepared, pages read
            await api.resolve(tx, touches=[touch])
        for touch, owner in touches:
            began = time.perf_counter()
            (answer,) = await api.resolve(tx, touches=[touch])
            times.append((time.perf_counter() - began) * 1000)
            right += answer.person_id == owner or any(one.person_id == owner for one in answer.others)
    times.sort()
    return Live(
        people=people, touches=len(times), found=round(right / max(1, len(times)), 4),
        p50_ms=round(statistics.median(times), 3), p99_ms=round(times[int(len(times) * 0.99)], 3), p99_ms_max=P99_MS_MAX,
    )  # fmt: skip


def _touch(told: dict[Told, str]) -> Touch:
    found: Touch = msgspec.convert({kind.value: value for kind, value in told.items()}, Touch)
    return found


def _e164(phone: str) -> str:
    """As the generator writes them: Italian mobiles, with a space."""
    return phone.replace(" ", "")


__all__ = ["bench"]

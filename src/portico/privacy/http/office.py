"""What the office sees to: addresses that nothing is sent to, how long things are kept, who looked at whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post, put

from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.personal import House
from portico.privacy import api
from portico.privacy.proving import cursor_of, everywhere, page_of
from portico.privacy.types import (
    PAGE_MAX,
    Due,
    Look,
    PrivacyPolicy,
    Ran,
    RetentionRule,
    SuppressedFor,
    Suppression,
    SuppressionId,
)

SOURCE_LENGTH_MAX = 100


class Suppressions(msgspec.Struct, frozen=True):
    items: tuple[Suppression, ...]
    next_cursor: str | None = None


class SuppressMany(msgspec.Struct, frozen=True):
    """Addresses for the list; `source` says where they come from, as in "mail provider" or "do-not-call register 2026-11"."""

    addresses: tuple[api.NewSuppression, ...]
    source: str = "office"


class Suppressed(msgspec.Struct, frozen=True):
    added: int


class Lifting(msgspec.Struct, frozen=True):
    because: str


class Retention(msgspec.Struct, frozen=True):
    rules: tuple[RetentionRule, ...]
    runs: tuple[Ran, ...]


class PutRetention(msgspec.Struct, frozen=True):
    keep_days: int
    active: bool
    version: int


class RetentionTrial(msgspec.Struct, frozen=True):
    """Other days to try, by rule."""

    days: dict[str, int] = {}


class Counts(msgspec.Struct, frozen=True):
    items: tuple[Due, ...]


class LookView(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    customer_id: CustomerId
    customer: str  # her name, where there is one still
    actor_kind: str
    actor_name: str
    what: str
    path: str
    at: datetime


class Looks(msgspec.Struct, frozen=True):
    items: tuple[LookView, ...]
    next_cursor: int | None = None


class PutPolicy(msgspec.Struct, frozen=True):
    erase_at_once: bool
    version: int


@get("/v1/privacy/suppressions")
async def list_suppressions(
    door: Door,
    address: str = "",
    reason: SuppressedFor | None = None,
    lifted: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Answered[Suppressions]:
    """Addresses that nothing is sent to, newest first; they are kept as hashes, so that one is found by typing it whole. Needs
    `privacy.manage`."""
    everywhere(door, "privacy.manage")
    rows, page = max(1, min(limit, PAGE_MAX)), page_of(SuppressionId, cursor)

    async def ask(tx: Tx) -> Suppressions:
        found = await api.suppressions(
            tx, address=address.strip()[:254] or None, reason=reason, standing=not lifted, page=page, rows_max=rows + 1
        )
        shown = found[:rows]
        return Suppressions(tuple(shown), cursor_of(shown[-1].recorded_at, shown[-1].id) if len(found) > rows else None)

    return await door.read(ask)


@post("/v1/privacy/suppressions", status_code=201)
async def suppress(door: Door, data: SuppressMany) -> Answered[Suppressed]:
    """Put addresses on the list, as a mail provider's report of bounces and complaints does. Needs `privacy.manage`."""
    everywhere(door, "privacy.manage")
    source = data.source.replace("\0", "").strip()[:SOURCE_LENGTH_MAX] or "office"

    async def ask(tx: Tx) -> Suppressed:
        return Suppressed(await api.suppress(tx, news=data.addresses, source=source, by=door.hand))

    return await door.write(ask, status=201)


@post("/v1/privacy/suppressions/{suppression_id:str}/lift", status_code=200)
async def lift(door: Door, suppression_id: SuppressionId, data: Lifting) -> Answered[Suppression]:
    """Take an address off the list, and say why. Needs `privacy.manage`."""
    everywhere(door, "privacy.manage")
    return await door.write(lambda tx: api.lift(tx, id=suppression_id, because=data.because, by=door.hand))


@get("/v1/privacy/retention")
async def show_retention(door: Door) -> Answered[Retention]:
    """How long each thing is kept, and what was ended lately. Needs `privacy.manage`."""
    everywhere(door, "privacy.manage")
    house = door.shared(House)

    async def ask(tx: Tx) -> Retention:
        return Retention(tuple(await api.rules(tx, house=house)), tuple(await api.runs(tx)))

    return await door.read(ask)


@put("/v1/privacy/retention/{code:str}")
async def put_retention(door: Door, code: str, data: PutRetention) -> Answered[RetentionRule]:
    """Say how long something is kept. Needs `privacy.manage`; 409 where somebody else changed it meanwhile."""
    everywhere(door, "privacy.manage")
    house = door.shared(House)
    return await door.write(
        lambda tx: api.put_rule(
            tx, house=house, code=code, keep_days=data.keep_days, active=data.active, version=data.version, by=door.hand
        )
    )


@post("/v1/privacy/retention/check", status_code=200)
async def check_retention(door: Door, data: RetentionTrial) -> Answered[Counts]:
    """A dry run: how many rows each rule would end now, or with other `days`. Nothing is written. Needs `privacy.manage`."""
    everywhere(door, "privacy.manage")
    house, days = door.shared(House), dict[str, int](data.days)
    async with door.database.read() as tx:
        found = await api.due(tx, house=house, days=days)

    async def answer(tx: Tx) -> Counts:
        return Counts(tuple(found))

    return await door.read(answer)


@get("/v1/privacy/access")
async def list_looks(
    door: Door, customer: CustomerId | None = None, actor: str = "", since: datetime | None = None, until: datetime | None = None,
    before: int | None = None, limit: int = 50,
) -> Answered[Looks]:  # fmt: skip
    """Who looked at whom, newest first. Needs `privacy.audit`. `actor`: as in `staff:<hex>`."""
    everywhere(door, "privacy.audit")
    rows = max(1, min(limit, PAGE_MAX))
    asked = api.Asked(
        customer_ids=(customer,) if customer else (), actor=actor or None, since=since, until=until, before=before
    )

    async def ask(tx: Tx) -> Looks:
        found = await api.looks(tx, asked=asked, rows_max=rows + 1)
        briefs = await customers.briefs(tx, ids=list({one.customer_id for one in found}))
        names = {key: one.name or one.number for key, one in briefs.items()}
        return Looks(
            tuple(_look(one, names) for one in found[:rows]), found[rows - 1].id if len(found) > rows else None
        )

    return await door.read(ask)


def _look(one: Look, names: Mapping[CustomerId, str]) -> LookView:
    return LookView(
        id=one.id, customer_id=one.customer_id, customer=names.get(one.customer_id, ""), actor_name=one.actor_name,
        actor_kind=one.actor.partition(":")[0], what=one.what, path=one.path, at=one.at,
    )  # fmt: skip


@put("/v1/privacy/policy")
async def put_policy(door: Door, data: PutPolicy) -> Answered[PrivacyPolicy]:
    """Say whether who asks to be forgotten is so at once where nothing hinders, or once somebody approves. Needs `privacy.manage`."""
    everywhere(door, "privacy.manage")
    return await door.write(lambda tx: api.put_policy(tx, erase_at_once=data.erase_at_once, version=data.version))


routes: list[Any] = [
    list_suppressions, suppress, lift, show_retention, put_retention, check_retention, list_looks, put_policy,
]  # fmt: skip

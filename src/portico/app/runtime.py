"""A running Portico: a database that is there and migrated, and what every process shares."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from portico.app import readers
from portico.app.personal import HOUSE
from portico.app.rooms import ROOMS
from portico.business.api import Directories
from portico.channels.shop.glance import Glances
from portico.fulfillment.api import Networks
from portico.fulfillment.ports import Carriers
from portico.integrations.carriers import carriers
from portico.integrations.passes import pass_makers
from portico.loyalty.ports import PassMakers
from portico.payments.ports import PaymentProvider, Providers
from portico.platform import events, jobs, migrate, postgres
from portico.platform.db import Database, connect
from portico.platform.http.door import Platform
from portico.platform.kept import Kept
from portico.platform.live import Live
from portico.platform.personal import House
from portico.platform.settings import Settings
from portico.privacy.api import Watch

log = structlog.get_logger()


async def prepare(url: str, *, dry_run: bool = False) -> list[migrate.Migration]:
    """Bring the schema up to date; the migrations applied."""
    applied = await migrate.migrate(url, rooms=ROOMS, dry_run=dry_run)
    if not dry_run:
        await jobs.install(url)
        async with connect(url, connections_max=2) as database:
            await events.open_generation(database)
    return applied


@asynccontextmanager
async def opened(
    settings: Settings, *, join: bool = True, migrated: bool = True
) -> AsyncIterator[tuple[Database, str]]:
    """A database to work on, and its address: the one named by the settings, or the embedded one (started if need be)."""
    server = postgres.running(
        data_dir=settings.data,
        choice=postgres.Choice(settings.postgres),
        database_url=settings.database_url,
        join=join,
        log=lambda line: log.info("postgres", line=line),
    )
    found = await asyncio.to_thread(server.__enter__)
    try:
        if migrated:
            await prepare(found.dsn)
        async with connect(
            found.dsn, connections_max=settings.connections_max, statement_cache=settings.statement_cache
        ) as database:
            yield database, found.dsn
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


@asynccontextmanager
async def platform(
    settings: Settings, database: Database, url: str, *, worker: bool, more: Sequence[PaymentProvider] = ()
) -> AsyncIterator[Platform]:
    """What requests and jobs of a process share; with `worker`, this process runs the durable readers too. `more` providers
    stand beside those of the settings."""
    directories = Directories(database)
    asking = settings.ask_for_difference
    told = readers.readers(settings.reached_at, ask_for_difference=asking) if worker else ()
    live = Live(database, url, readers=told)
    kept = Kept()
    live.on_fact("business", lambda topics: directories.forget())
    for room in ("catalog", "inventory"):
        live.on_fact(room, kept.forget, if_any=lambda: bool(kept))
    async with live.running():
        yield Platform(
            database=database,
            url=url,
            settings=settings,
            live=live,
            secret=secret(settings),
            public_url=settings.reached_at,
            kept=kept,
            watch=Watch(database),
            shared={
                Directories: directories,
                Networks: Networks(database),
                Glances: Glances(),
                House: HOUSE,
                Carriers: carriers(settings),
                Providers: providers(settings, more),
                PassMakers: pass_makers(settings),
            },
        )


def providers(settings: Settings, more: Sequence[PaymentProvider] = ()) -> Providers:
    """The payment providers that the settings name, and `more`."""
    if settings.stripe_key is None:
        return Providers(more)
    from portico.integrations.psp.stripe import Stripe  # its client is the most of what a start without it would import

    told = settings.stripe_webhook_secret
    stripe = Stripe(
        key=settings.stripe_key.get_secret_value(), webhook_secret=told.get_secret_value() if told else "",
        url=settings.stripe_url, publishable_key=settings.stripe_publishable_key, js_url=settings.stripe_js_url,
    )  # fmt: skip
    return Providers([stripe, *more])


SECRET_LENGTH_MIN = 32


def secret(settings: Settings) -> str:
    """The signing secret: the operator's, or one made at first start and kept beside the data, readable by us alone."""
    if settings.secret:
        if len(settings.secret.get_secret_value()) < SECRET_LENGTH_MIN:
            raise ValueError(f"PORTICO_SECRET must have at least {SECRET_LENGTH_MIN} characters")
        return settings.secret.get_secret_value()
    path = settings.data / "secret"
    settings.data.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_secret(path)
    text = path.read_text().strip()
    if len(text) < SECRET_LENGTH_MIN:
        raise ValueError(f"{path} is damaged: delete it, and a new one is made (links sent before will no longer work)")
    return text


def _make_secret(path: Path) -> None:
    """Whole or not at all, whoever else starts at this moment and wherever this stops: written aside, then linked."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with open(aside, "x", opener=_private) as made:
            made.write(secrets.token_urlsafe(48))
            made.flush()
            os.fsync(made.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

"""`portico`: every command. Long ones show progress and take --json."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import IO, Any

import click
import structlog
import uvloop
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

from portico.platform.postgres import PostgresRefused
from portico.platform.refusals import Refused
from portico.platform.settings import Settings

DATABASE_URL = click.option("--database-url", help="PostgreSQL to use instead of the embedded one.")
DATA = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Directory for all that is written."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


def settings_from(**given: Any) -> Settings:
    """Settings, with what the command line says over environment and file."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as wrong:
        lines = [f"  {'.'.join(map(str, one['loc'])) or 'settings'}: {one['msg']}" for one in wrong.errors()]
        raise click.ClickException("these settings cannot be used:\n" + "\n".join(lines)) from None


def running(work: Callable[..., Coroutine[Any, Any, int | None]]) -> Callable[..., None]:
    """A command that is a coroutine: refusals become one clear message and exit code 1."""

    @wraps(work)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                code = runner.run(work(*arguments, **options))
        except (Refused, PostgresRefused) as refused:
            raise click.ClickException(str(refused)) from None
        except (KeyboardInterrupt, asyncio.CancelledError):
            code = 130
        sys.exit(code or 0)

    return run


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on the terminal; silent where standard error is none."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@click.group()
@click.version_option(package_name="portico")
def main() -> None:
    """Portico: one basket, one price, one stock, one order, whatever the door."""
    # What a command prints on standard output is its result; what it does on the way goes beside it.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))


@main.command()
@DATABASE_URL
@DATA
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option("--no-worker", is_flag=True, help="Serve HTTP only; run `portico worker` beside it.")
@running
async def serve(
    database_url: str | None, data: Path | None, host: str | None, port: int | None, no_worker: bool
) -> None:
    """Serve everything from one process."""
    from portico.app import serve as serving

    settings = settings_from(database_url=database_url, data=data, host=host, port=port)
    await serving.until_stopped(
        settings, with_worker=not no_worker, ready=lambda url: click.echo(f"Portico answers at {url}", err=True)
    )


@main.command()
@DATABASE_URL
@DATA
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@running
async def demo(database_url: str | None, data: Path | None, host: str | None, port: int | None) -> None:
    """Serve everything with demo data, and a mailbox that shows what would be mailed."""
    from portico.app.demo import running as demo_running

    settings = settings_from(database_url=database_url, data=data, host=host, port=port)
    await demo_running.until_stopped(settings, say=lambda line: click.echo(line))


@main.command()
def openapi() -> None:
    """Print the API's document, as /openapi.json serves it."""
    from portico.app import api

    click.echo(api.document())


@main.command()
@DATABASE_URL
@DATA
@running
async def worker(database_url: str | None, data: Path | None) -> None:
    """Run jobs and durable readers, without HTTP. As many as wanted may run."""
    from portico.app import runtime, serve
    from portico.app import worker as work
    from portico.platform import telemetry

    settings = settings_from(database_url=database_url, data=data)
    telemetry.start(settings)
    async with (
        runtime.opened(settings) as (database, url),
        runtime.platform(settings, database, url, worker=True),
        work.running(settings, database, url),
    ):
        await serve.stop_signal()


@main.command()
@DATABASE_URL
@DATA
@click.option("--dry-run", is_flag=True, help="Try the pending migrations, then undo them.")
@JSON
@running
async def migrate(database_url: str | None, data: Path | None, dry_run: bool, as_json: bool) -> None:
    """Bring the database's schema up to date."""
    import msgspec

    from portico.app import runtime

    settings = settings_from(database_url=database_url, data=data)
    async with runtime.opened(settings, migrated=False) as (_, url):
        applied = await runtime.prepare(url, dry_run=dry_run)
    names = [f"{one.room}/{one.name}" for one in applied]
    if as_json:
        click.echo(msgspec.json.encode({"dry_run": dry_run, "applied": names}).decode())
        return
    click.echo("\n".join(names) if names else "up to date")
    if dry_run and names:
        click.echo("tried and undone: nothing was changed")


@main.command("database-url")
@DATA
@running
async def database_url_(data: Path | None) -> None:
    """Print the address of the embedded database of a running Portico."""
    from portico.app import runtime

    async with runtime.opened(settings_from(data=data), migrated=False) as (_, url):
        click.echo(url)


@main.command()
@DATA
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@JSON
def backup(data: Path | None, file: Path, as_json: bool) -> None:
    """Write the embedded database into FILE (pg_dump's custom format)."""
    from portico.platform import postgres

    settings = settings_from(data=data)
    try:
        with progress("backing up") as step:
            postgres.backup(data_dir=settings.data, to=file, choice=postgres.Choice(settings.postgres), progress=step)
    except PostgresRefused as refused:
        raise click.ClickException(str(refused)) from None
    size = file.stat().st_size
    click.echo(json.dumps({"file": str(file), "bytes": size}) if as_json else f"{file}: {size:,} bytes")


@main.command()
@DATA
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@JSON
def restore(data: Path | None, file: Path, as_json: bool) -> None:
    """Make the embedded database anew from a backup; a directory that has one already is refused."""
    from portico.platform import postgres

    settings = settings_from(data=data)
    try:
        with progress("restoring") as step:
            postgres.restore(
                data_dir=settings.data, source=file, choice=postgres.Choice(settings.postgres), progress=step
            )
    except PostgresRefused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(json.dumps({"data": str(settings.data)}) if as_json else f"restored into {settings.data}")


@main.group()
def verify() -> None:
    """Check that what is stored adds up."""


@verify.command("ledger")
@DATABASE_URL
@DATA
@JSON
@running
async def verify_ledger(database_url: str | None, data: Path | None, as_json: bool) -> int:
    """Add every balance up again from its first movement; exit 1 and name the differences if any is off."""
    import msgspec

    from portico.app import runtime, verification
    from portico.platform.ids import encode_hook

    settings = settings_from(database_url=database_url, data=data)
    async with runtime.opened(settings) as (database, _):
        found = await verification.differences(database)
    if as_json:
        click.echo(msgspec.json.encode({"differences": found}, enc_hook=encode_hook).decode())
    else:
        for one in found:
            click.echo(f"{one.room}.{one.what} of {one.name}: stored {one.stored}, added up {one.added_up}", err=True)
        click.echo(f"{len(found)} differences" if found else "everything adds up")
    return 1 if found else 0


@verify.command("identity")
@DATABASE_URL
@DATA
@JSON
@running
async def verify_identity(database_url: str | None, data: Path | None, as_json: bool) -> int:
    """Reckon anew from the merges who is whom; exit 1 and name the records that are kept otherwise."""
    from portico.app import runtime
    from portico.identity import api as identity_room

    async with (
        runtime.opened(settings_from(database_url=database_url, data=data)) as (database, _),
        database.snapshot() as tx,
    ):
        found = await identity_room.differences(tx)
    if as_json:
        rows = [{"record": str(one), "kept": str(kept or ""), "reckoned": str(is_)} for one, kept, is_ in found]
        click.echo(json.dumps({"differences": rows}))
    else:
        for record, kept, reckoned in found:
            click.echo(f"{record}: kept as of {kept or 'nobody'}, is of {reckoned or 'nobody'}", err=True)
        click.echo(f"{len(found)} differences" if found else "everybody is who the merges say")
    return 1 if found else 0


@verify.command("loyalty")
@DATABASE_URL
@DATA
@JSON
@running
async def verify_loyalty(database_url: str | None, data: Path | None, as_json: bool) -> int:
    """Hold what remains of each customer's points, and what was issued on cards, against the ledger; exit 1 if any is off."""
    import msgspec

    from portico.app import runtime, verification
    from portico.platform.ids import encode_hook

    settings = settings_from(database_url=database_url, data=data)
    async with runtime.opened(settings) as (database, _), database.snapshot() as tx:
        found = await verification.of_loyalty(tx)
    if as_json:
        click.echo(msgspec.json.encode({"differences": found}, enc_hook=encode_hook).decode())
    else:
        for one in found:
            click.echo(f"{one.what} of {one.name}: stored {one.stored}, added up {one.added_up}", err=True)
        click.echo(f"{len(found)} differences" if found else "points and cards add up")
    return 1 if found else 0


@verify.command("documents")
@DATABASE_URL
@DATA
@click.option(
    "--anchors",
    "anchors_file",
    type=click.File("rb"),
    help="Ends of chains noted before: all of it must still be there.",
)
@click.option(
    "--write-anchors",
    type=click.File("wb", lazy=True),
    help="Note the ends of the chains in this file, to be kept elsewhere.",
)
@JSON
@running
async def verify_documents(
    database_url: str | None,
    data: Path | None,
    anchors_file: IO[bytes] | None,
    write_anchors: IO[bytes] | None,
    as_json: bool,
) -> int:
    """Walk the journal of documents; exit 1 and name the first row of each chain that is not as it was written."""
    import msgspec

    from portico.app import runtime
    from portico.documents import api as documents

    try:
        anchors = documents.read_anchors(anchors_file.read()) if anchors_file else []
    except msgspec.DecodeError as wrong:
        raise click.ClickException(f"{anchors_file.name if anchors_file else ''}: {wrong}") from None
    settings = settings_from(database_url=database_url, data=data)
    async with runtime.opened(settings) as (database, _), database.snapshot() as tx:
        found = await documents.verify(tx, anchors=anchors)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        for one in found.faults:
            number = f" ({one.number})" if one.number else ""
            click.echo(f"{one.entity} {one.series}: row {one.position}{number} was {one.what}", err=True)
        whole = "" if found.faults else ", all as they were written"
        click.echo(f"{found.documents:,} documents in {found.chains:,} chains{whole}")
    if write_anchors and not found.faults:
        write_anchors.write(documents.write_anchors(found.anchors))
    return 1 if found.faults else 0


@main.command()
@DATABASE_URL
@DATA
@click.option("--name", required=True, help="What the token is for.")
@click.option("--scope", "scopes", multiple=True, required=True, help="A permission; may be given several times.")
@running
async def token(database_url: str | None, data: Path | None, name: str, scopes: tuple[str, ...]) -> None:
    """Make an API token; it is shown once."""
    from portico.app import runtime
    from portico.business.roles import SCOPES
    from portico.platform.auth import api as auth

    unknown = sorted(set(scopes) - SCOPES)
    if unknown:
        raise click.ClickException(f"no such scope: {', '.join(unknown)}; there are: {', '.join(sorted(SCOPES))}")
    settings = settings_from(database_url=database_url, data=data)
    async with runtime.opened(settings) as (database, _), database.transaction() as tx:
        _, text = await auth.add_token(tx, name=name, scopes=scopes)
    click.echo(text)

"""`portico import`: files of other shops. Each says how many rows it read, took and did not take."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from portico.app.cli import DATA, DATABASE_URL, JSON, running, settings_from
from portico.integrations.shops.broken import BrokenFile
from portico.integrations.shops.report import Report
from portico.platform import i18n
from portico.platform.db import Database
from portico.platform.refusals import Refused

FILE = click.argument("file", type=click.Path(path_type=Path))
REJECTS = click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write rows that were not taken to this CSV file.",
)
MARKET = click.option("--market", help="Code of the market to import into.")

Work = Callable[[Database, "Screen"], Awaitable[Report]]


@click.group("import")
def import_() -> None:
    """Bring in items, stores, customers and past orders from files."""


@import_.command("online-retail")
@FILE
@DATABASE_URL
@DATA
@REJECTS
@JSON
@running
async def online_retail(
    file: Path, database_url: str | None, data: Path | None, rejects: Path | None, as_json: bool
) -> int:
    """The UCI "Online Retail" invoices (Parquet): items, customers, past orders and returns."""
    from portico.integrations.shops import online_retail_import

    return await _run(
        lambda database, screen: online_retail_import.run(database, file, rejects_path=rejects, progress=screen),
        database_url=database_url,
        data=data,
        as_json=as_json,
    )


@import_.command("stores")
@FILE
@MARKET
@DATABASE_URL
@DATA
@REJECTS
@JSON
@running
async def stores(
    file: Path, market: str | None, database_url: str | None, data: Path | None, rejects: Path | None, as_json: bool
) -> int:
    """A chain's list of stores (JSON), with opening hours, time zones and services."""
    from portico.integrations.shops import stores_import

    return await _run(
        lambda database, screen: stores_import.run(
            database, file, market=market, rejects_path=rejects, progress=screen
        ),
        database_url=database_url,
        data=data,
        as_json=as_json,
    )


@import_.command("items")
@FILE
@MARKET
@click.option("--currency", help="Currency of the prices (ISO 4217), where there is no market yet.")
@click.option("--country", help="Country of the new market (ISO 3166), where there is none yet.")
@click.option("--location", help="Code of the location whose stock the file counts; else the market's first.")
@DATABASE_URL
@DATA
@REJECTS
@JSON
@running
async def items(
    file: Path,
    market: str | None,
    currency: str | None,
    country: str | None,
    location: str | None,
    database_url: str | None,
    data: Path | None,
    rejects: Path | None,
    as_json: bool,
) -> int:
    """A product export of Shopify or WooCommerce (CSV): items, variants, prices, opening stock."""
    from portico.integrations.shops import items_import

    return await _run(
        lambda database, screen: items_import.run(
            database,
            file,
            market=market,
            currency=currency.upper() if currency else None,
            country=country.upper() if country else None,
            location=location,
            rejects_path=rejects,
            progress=screen,
        ),
        database_url=database_url,
        data=data,
        as_json=as_json,
    )


@import_.command("stock")
@FILE
@click.option(
    "--mode",
    type=click.Choice(["absolute", "delta"]),
    default="absolute",
    show_default=True,
    help="Whether a quantity is what is on hand, or by how much that changed.",
)
@DATABASE_URL
@DATA
@REJECTS
@JSON
@running
async def stock(
    file: Path, mode: str, database_url: str | None, data: Path | None, rejects: Path | None, as_json: bool
) -> int:
    """What is on hand, or how it changed (CSV: sku, location, quantity in steps of the unit). Applied once."""
    from portico.integrations.shops import stock_import

    return await _run(
        lambda database, screen: stock_import.run(
            database, file, absolute=mode == "absolute", rejects_path=rejects, progress=screen
        ),
        database_url=database_url,
        data=data,
        as_json=as_json,
    )


@import_.command("orders")
@FILE
@MARKET
@click.option(
    "--source", default="file", show_default=True, help="Name of the system they come from: part of each order's key."
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Which column holds what, as in --map order=Bestellnummer.",
)
@click.option("--dry-run", is_flag=True, help="Do it all, then undo it: nothing is written but the reject file.")
@DATABASE_URL
@DATA
@REJECTS
@JSON
@running
async def past_orders(
    file: Path,
    market: str | None,
    source: str,
    mapped: tuple[str, ...],
    dry_run: bool,
    database_url: str | None,
    data: Path | None,
    rejects: Path | None,
    as_json: bool,
) -> int:
    """Past orders (CSV, a row per line): our own columns, or an export of Shopify or WooCommerce."""
    from portico.integrations.shops import orders, orders_import

    columns = dict(one.partition("=")[::2] for one in mapped)
    if unknown := sorted(columns.keys() - orders.COLUMNS.keys()):
        raise click.ClickException(f"no such column: {', '.join(unknown)}; there are: {', '.join(orders.COLUMNS)}")
    if not orders_import.SOURCE.fullmatch(source):
        raise click.ClickException("--source is made of small letters, digits and hyphens")
    return await _run(
        lambda database, screen: orders_import.run(
            database,
            file,
            market=market,
            source=source,
            columns=columns,
            dry_run=dry_run,
            rejects_path=rejects,
            progress=screen,
        ),
        database_url=database_url,
        data=data,
        as_json=as_json,
    )


@import_.command("people")
@FILE
@click.option(
    "--source", default="file", show_default=True, help="Name of the system they come from: part of each one's key."
)
@click.option("--country", help="Country (ISO 3166) whose national form phone numbers may be in.")
@click.option(
    "--map", "mapped", multiple=True, metavar="OURS=THEIRS", help="Which column holds what, as in --map phone=Handy."
)
@click.option("--dry-run", is_flag=True, help="Do it all, then undo it: nothing is written but the reject file.")
@DATABASE_URL
@DATA
@REJECTS
@JSON
@running
async def customers(
    file: Path,
    source: str,
    country: str | None,
    mapped: tuple[str, ...],
    dry_run: bool,
    database_url: str | None,
    data: Path | None,
    rejects: Path | None,
    as_json: bool,
) -> int:
    """Customers of another system (CSV, a row per person). Who is somebody here already is found afterwards, and can be undone."""
    from portico.integrations.shops import orders_import, people, people_import

    columns = dict(one.partition("=")[::2] for one in mapped)
    if unknown := sorted(columns.keys() - people.COLUMNS.keys()):
        raise click.ClickException(f"no such column: {', '.join(unknown)}; there are: {', '.join(people.COLUMNS)}")
    if not orders_import.SOURCE.fullmatch(source):
        raise click.ClickException("--source is made of small letters, digits and hyphens")
    return await _run(
        lambda database, screen: people_import.run(
            database,
            file,
            source=source,
            region=country.upper() if country else None,
            columns=columns,
            dry_run=dry_run,
            rejects_path=rejects,
            progress=screen,
        ),
        database_url=database_url,
        data=data,
        as_json=as_json,
    )


class Screen:
    """A bar for each step of an import, on standard error so that --json stays clean."""

    def __init__(self, bars: Progress) -> None:
        self._bars, self._tasks = bars, dict[str, TaskID]()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step, total=total)
        self._bars.update(self._tasks[step], completed=done, total=total)


async def _run(work: Work, *, database_url: str | None, data: Path | None, as_json: bool) -> int:
    """0 if every row is accounted for. A broken file is said in a sentence, exit code 1, and nothing is written."""
    from portico.app import runtime

    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    try:
        async with runtime.opened(settings_from(database_url=database_url, data=data)) as (database, _):
            with bars:
                report = await work(database, Screen(bars))
    except Refused as refused:
        return _refuse(refused, as_json=as_json)
    if as_json:
        click.echo(msgspec.json.encode(_document(report)).decode())
    else:
        _show(report, Console())
    return 0 if report.adds_up else 1


def _refuse(refused: Refused, *, as_json: bool) -> int:
    sentence = i18n.text(i18n.FALLBACK, f"problem.{refused.code}", **refused.data())
    if as_json:
        click.echo(
            msgspec.json.encode({"error": {"code": refused.code, "detail": sentence, **_plain(refused)}}).decode()
        )
    click.echo(f"Error: {sentence}", err=True)
    if isinstance(refused, BrokenFile):
        click.echo("Nothing was written.", err=True)
    return 1


def _plain(refused: Refused) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else str(value) for name, value in refused.data().items()}


def _document(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(report)
    return {**document, "adds_up": report.adds_up, "changed_nothing": report.changed_nothing}


def _show(report: Report, console: Console) -> None:
    table = Table(title=f"{report.file}: {report.seconds:.1f} s", title_justify="left")
    for name in ("", "new", "changed", "already there"):
        table.add_column(name, justify="right" if name else "left")
    for thing, tally in report.things.items():
        table.add_row(thing, f"{tally.new:,}", f"{tally.changed:,}", f"{tally.unchanged:,}")
    console.print(table)
    console.print(f"{report.read:,} rows read = {report.imported:,} imported + {report.rejected:,} rejected")
    for reason, count in report.reasons.items():
        console.print(f"  {count:,} {reason}: {i18n.text(i18n.FALLBACK, f'imports.rejected.{reason}')}")
    if report.rejects_file:
        console.print(f"Rejected rows are in {report.rejects_file}", markup=False)
    for note in report.notes:
        console.print(f"Note: {note}", markup=False)
    if report.changed_nothing:
        console.print("Everything was there already: nothing was changed.")

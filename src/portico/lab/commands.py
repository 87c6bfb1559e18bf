"""`portico bench ...`"""

from pathlib import Path

import click
import msgspec

from portico.app.cli import DATA, DATABASE_URL, JSON, running, settings_from
from portico.lab.bench import report

SECONDS = click.option(
    "--seconds", type=click.FloatRange(1, 600), default=5.0, show_default=True, help="Length of each case."
)
SEED = click.option(
    "--seed", type=int, default=1, show_default=True, help="What is drawn at random is drawn from this."
)


@click.group()
def bench() -> None:
    """Measure, each figure beside a limit of the same run."""


@bench.command()
@DATABASE_URL
@DATA
@SECONDS
@SEED
@JSON
@running
async def place(database_url: str | None, data: Path | None, seconds: float, seed: int, as_json: bool) -> None:
    """Orders per second through HTTP, beside pgbench with the same statements."""
    from portico.lab.bench import place as benchmark

    settings = settings_from(database_url=database_url, data=data)
    found = await benchmark.bench(
        settings_url=settings.database_url,
        data=settings.data,
        seconds=seconds,
        seed=seed,
        say=lambda line: click.echo(line, err=True),
    )
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        report.show(found.bench, found.rows)


@bench.command()
@DATABASE_URL
@DATA
@SECONDS
@SEED
@click.option(
    "--rows", type=click.IntRange(1000, 100_000_000), default=10_000_000, show_default=True, help="Stock rows."
)
@click.option(
    "--feed-rows",
    type=click.IntRange(50, 1_000_000),
    default=1_000_000,
    show_default=True,
    help="Rows of the stock file.",
)
@JSON
@running
async def inventory(
    database_url: str | None, data: Path | None, seconds: float, seed: int, rows: int, feed_rows: int, as_json: bool
) -> None:
    """Reserving and availability among millions of stock rows, and a stock file of a million."""
    from portico.lab.bench import inventory as benchmark

    settings = settings_from(database_url=database_url, data=data)
    found = await benchmark.bench(
        settings_url=settings.database_url,
        data=settings.data,
        seconds=seconds,
        seed=seed,
        rows=rows,
        feed_rows=feed_rows,
        say=lambda line: click.echo(line, err=True),
    )
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        report.show(found.bench, found.rows)

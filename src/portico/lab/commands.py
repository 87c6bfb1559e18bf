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
@click.option(
    "--orders",
    type=click.IntRange(0, 100_000_000),
    default=0,
    help="Measure only what an order costs among 10,000 and among so many; ten million take 25 GB and a quarter of an hour.",
)
@JSON
@running
async def place(
    database_url: str | None, data: Path | None, seconds: float, seed: int, orders: int, as_json: bool
) -> None:
    """Orders per second through HTTP, beside pgbench with the same statements."""
    from portico.lab.bench import place as benchmark

    settings = settings_from(database_url=database_url, data=data)
    found = await benchmark.bench(
        settings_url=settings.database_url,
        data=settings.data,
        seconds=seconds,
        seed=seed,
        orders=orders,
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
@JSON
@running
async def shop(database_url: str | None, data: Path | None, seconds: float, seed: int, as_json: bool) -> None:
    """List, ask for stock, buy and pay, and a rush, through the public API, beside the best open platform's figures."""
    from portico.lab.bench import buying as benchmark

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
    """Reserving and availability among millions of stock rows, a stock file of a million, promising and sourcing."""
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
        report.show(found.bench, found.rows, found.plans)


@bench.command()
@DATABASE_URL
@DATA
@SEED
@JSON
@running
async def ledger(database_url: str | None, data: Path | None, seed: int, as_json: bool) -> None:
    """Transfers per second, in batches of several sizes, beside PostgreSQL's own COPY of the same rows."""
    from portico.lab.bench import ledger as benchmark

    settings = settings_from(database_url=database_url, data=data)
    found = await benchmark.bench(
        settings_url=settings.database_url,
        data=settings.data,
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
@SEED
@click.option("--lines", type=click.IntRange(1, 200), default=100, show_default=True, help="Lines of a basket.")
@click.option(
    "--promotions", type=click.IntRange(1, 5000), default=1000, show_default=True, help="Promotions that run."
)
@JSON
@running
async def promotions(
    database_url: str | None, data: Path | None, seed: int, lines: int, promotions: int, as_json: bool
) -> None:
    """What choosing promotions costs a large basket, and a million coupons of which each is used once."""
    from portico.lab.bench import promotions as benchmark

    settings = settings_from(database_url=database_url, data=data)
    found = await benchmark.bench(
        settings_url=settings.database_url, data=settings.data, seed=seed, lines=lines, promotions=promotions,
        say=lambda line: click.echo(line, err=True),
    )  # fmt: skip
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        report.show(found.bench, found.rows)


@bench.command()
@DATABASE_URL
@DATA
@SEED
@click.option(
    "--events",
    type=click.IntRange(1_000, 1_000_000_000),
    default=10_000_000,
    show_default=True,
    help="Facts in the log; ten million take some 10 GB and ten minutes.",
)
@JSON
@running
async def timeline(database_url: str | None, data: Path | None, seed: int, events: int, as_json: bool) -> None:
    """A page of a person's timeline among millions of facts."""
    from portico.lab.bench import timeline as benchmark

    settings = settings_from(database_url=database_url, data=data)
    found = await benchmark.bench(
        settings_url=settings.database_url, data=settings.data, seed=seed, events=events,
        say=lambda line: click.echo(line, err=True),
    )  # fmt: skip
    click.echo(msgspec.json.encode(found).decode()) if as_json else report.show(found.bench, found.rows)


@bench.command()
@DATABASE_URL
@DATA
@SECONDS
@JSON
@running
async def loyalty(database_url: str | None, data: Path | None, seconds: float, as_json: bool) -> None:
    """Orders that earn points per second, and sixteen callers who spend from one account, beside the same rows written by hand."""
    from portico.lab.bench import loyalty as benchmark

    settings = settings_from(database_url=database_url, data=data)
    found = await benchmark.bench(
        settings_url=settings.database_url,
        data=settings.data,
        seconds=seconds,
        say=lambda line: click.echo(line, err=True),
    )
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        report.show(found.bench, found.rows)


@bench.command()
@DATABASE_URL
@DATA
@click.option(
    "--file", type=click.Path(path_type=Path), help="A table of people (CSV of any delimiter and encoding, or Parquet)."
)
@click.option("--truth", help="Its column that says which records are of one person.")
@click.option(
    "--records",
    type=click.IntRange(0, 20_000_000),
    default=1_000_000,
    show_default=True,
    help="Generated records to find people in; 0 leaves that out.",
)
@click.option(
    "--people",
    type=click.IntRange(0, 20_000_000),
    default=1_000_000,
    show_default=True,
    help="People in PostgreSQL among whom touches are resolved; 0 leaves that out.",
)
@SEED
@JSON
@running
async def identity(
    database_url: str | None,
    data: Path | None,
    file: Path | None,
    truth: str | None,
    records: int,
    people: int,
    seed: int,
    as_json: bool,
) -> None:
    """Records of one person: found in the truth sets of --data DIR, among a million generated, and live on PostgreSQL.

    With --file and --truth only in that file, whatever its columns are called.
    """
    import asyncio

    from portico.lab.bench.identity import live, measuring, showing

    def say(line: str) -> None:
        click.echo(line, err=True)

    if (file is None) != (truth is None):
        raise click.UsageError("--file and --truth go together")
    try:
        if file is not None and truth is not None:
            found = measuring.found([await asyncio.to_thread(measuring.of_file, [file], truth=truth)])
        else:
            sets, notes = (
                measuring.of_sets(data, say=say) if data else ([], ["no truth sets: --data DIR says where they are"])
            )
            generated = measuring.of_generated(records, seed=seed, say=say) if records else None
            lived, version = None, ""
            if people:
                settings = settings_from(database_url=database_url)
                lived, version = await live.bench(
                    settings_url=settings.database_url, data=settings.data, people=people, seed=seed, say=say
                )
            found = measuring.found(sets, generated=generated, live=lived, notes=notes, database=version)
    except measuring.Unreadable as wrong:
        raise click.ClickException(str(wrong)) from None
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        showing.show(found)


@bench.command()
@DATABASE_URL
@DATA
@click.option(
    "--people",
    type=click.IntRange(1_000, 20_000_000),
    default=1_000_000,
    show_default=True,
    help="People to count among.",
)
@JSON
@running
async def segments(database_url: str | None, data: Path | None, people: int, as_json: bool) -> None:
    """How long a live count takes for conditions of several forms, beside the same SQL typed by hand; and what a price asks."""
    from portico.lab.bench import segments as benchmark

    settings = settings_from(database_url=database_url, data=data)
    found = await benchmark.bench(
        settings_url=settings.database_url,
        data=settings.data,
        people=people,
        say=lambda line: click.echo(line, err=True),
    )
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        report.show(found.bench, found.rows)


@click.group()
def lab() -> None:
    """Try Portico's promises in worlds where things go wrong."""


@lab.command()
@SEED
@click.option("--stores", type=click.IntRange(1, 500), default=8, show_default=True, help="Stores.")
@click.option("--tills", type=click.IntRange(1, 20), default=2, show_default=True, help="Tills of each.")
@click.option("--days", type=click.IntRange(1, 365), default=20, show_default=True, help="Simulated days.")
@click.option("--target", type=click.FloatRange(0.5, 0.99), default=0.95, show_default=True, help="How sure to be.")
@click.option("--control/--no-control", default=True, help="Also without leases, which oversells.")
@JSON
def network(seed: int, stores: int, tills: int, days: int, target: float, control: bool, as_json: bool) -> None:
    """Stores whose lines are cut, messages lost and repeated, clocks wrong, shelves leaky: oversells, promises kept, calibration.

    The same seed gives the same world to every policy. Exits 1 if leases oversold.
    """
    from rich.console import Console
    from rich.table import Table

    from portico.lab.network.report import simulate
    from portico.lab.network.world import Plan

    found = simulate(Plan(seed=seed, stores=stores, tills=tills, days=days, target=target), control=control)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        console = Console()
        table = Table("policy", "sold", "oversold", "promised", "kept", "canceled", "turned away", "Brier")
        for one in found.lines:
            table.add_row(
                one.policy, f"{one.sold:,}", str(one.oversold), f"{one.promised:,}", f"{one.accuracy:.2%}",
                str(one.canceled), f"{one.turned_away:,}", f"{one.brier:.4f}",
            )  # fmt: skip
        console.print(
            f"seed {found.seed}: {found.stores} stores, {found.days} days, {found.outages} outages, "
            f"{found.lost_messages} messages lost, {found.repeated_messages} repeated"
        )
        console.print(table)
        bins = Table("said", "came true", "forecasts", title="calibration, of every promise that could be made")
        for part in found.calibration:
            bins.add_row(f"{part.said:.2%}", f"{part.came:.2%}", f"{part.forecasts:,}")
        console.print(bins)
    if any(one.oversold for one in found.lines if not one.policy.startswith("control")):
        raise SystemExit(1)


@lab.command()
@DATABASE_URL
@DATA
@SEED
@click.option("--runs", type=click.IntRange(1, 1000), default=20, show_default=True, help="Crowds, a seed each.")
@click.option("--hands", type=click.IntRange(1, 64), default=8, show_default=True, help="Hands at once.")
@click.option("--deeds", type=click.IntRange(1, 500), default=40, show_default=True, help="Deeds of each.")
@JSON
@running
async def stock(
    database_url: str | None, data: Path | None, seed: int, runs: int, hands: int, deeds: int, as_json: bool
) -> int:
    """Buyers, tills, transfers, counts and returns at once on a real database: does the ledger add up, could it have happened?

    Exits 1 if not.
    """
    from portico.lab.stock import trial

    settings = settings_from(database_url=database_url, data=data)
    found = await trial.trial(
        settings_url=settings.database_url, data=settings.data, seed=seed, runs=runs, hands=hands, deeds=deeds,
        say=lambda line: click.echo(line, err=True),
    )  # fmt: skip
    click.echo(msgspec.json.encode(found).decode() if as_json else f"{found}")
    return 0 if found.unexplained == found.differences == found.negative == 0 else 1


@lab.command("states")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("docs/states"))
def draw_states(folder: Path) -> None:
    """Draw the tables of states as pictures in docs/states."""
    from portico.lab import states

    for path in states.write(folder):
        click.echo(path)

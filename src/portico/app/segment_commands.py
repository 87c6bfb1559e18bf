"""`portico segments ...`: what conditions ask of people, reckoned anew from what every room holds."""

from pathlib import Path

import click

from portico.app.cli import DATA, DATABASE_URL, JSON, progress, running, settings_from


@click.group()
def segments() -> None:
    """Who has something in common."""


@segments.command()
@DATABASE_URL
@DATA
@JSON
@running
async def rebuild(database_url: str | None, data: Path | None, as_json: bool) -> None:
    """Reckon everybody anew, a few hundred people at a time; others go on meanwhile. What comes of it is what facts have made before."""
    import json

    from portico.app import runtime, segmenting

    with progress("reckoning") as step:
        async with runtime.opened(settings_from(database_url=database_url, data=data)) as (database, _):
            records = await segmenting.rebuild(database, progress=lambda done: step(done, None))
    click.echo(json.dumps({"records": records}) if as_json else f"{records:,} records reckoned anew")


@click.command("segments")
@DATABASE_URL
@DATA
@JSON
@running
async def verify(database_url: str | None, data: Path | None, as_json: bool) -> int:
    """Reckon everybody anew and compare with what is kept; exit 1 and show the rows that differ. Nothing is changed."""
    import msgspec

    from portico.app import runtime, segmenting

    with progress("comparing") as step:
        async with runtime.opened(settings_from(database_url=database_url, data=data)) as (database, _):
            found = await segmenting.differences(database, progress=lambda done: step(done, None))
    if as_json:
        click.echo(msgspec.json.encode({"differences": found}).decode())
    else:
        for one in found:
            click.echo(f"{one.table}: {'kept' if one.kept else 'missing'} {one.row}", err=True)
        click.echo(f"{len(found)} differences" if found else "everybody is reckoned as everything stands")
    return 1 if found else 0

"""`portico identity ...`: learning from all records what likeness is worth, and finding who is whom among them."""

from pathlib import Path

import click
import msgspec

from portico.app.cli import DATA, DATABASE_URL, JSON, progress, running, settings_from


@click.group()
def identity() -> None:
    """Which records are of one person."""


@identity.command()
@DATABASE_URL
@DATA
@click.option("--seed", type=int, default=1, show_default=True, help="Pairs to learn from are drawn from this.")
@JSON
@running
async def train(database_url: str | None, data: Path | None, seed: int, as_json: bool) -> None:
    """Learn from all records what likeness is worth. From few records nothing is learnt, and what came with Portico counts on."""
    from portico.app import runtime
    from portico.identity import api

    with progress("learning") as step:
        async with runtime.opened(settings_from(database_url=database_url, data=data)) as (database, _):
            found = await api.learn(database, seed=seed, progress=lambda _, done, total: step(done, total))
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    if found.version is None:
        click.echo(f"{found.records:,} records with {found.pairs:,} pairs: too few to learn from; nothing was changed")
        return
    click.echo(f"version {found.version}, learnt from {found.records:,} records with {found.pairs:,} pairs")
    for name, worth in found.worth.items():
        click.echo(f"  {name}: {worth[-1]:+.1f} bits where it is the same, {worth[0]:+.1f} where it is another")


@identity.command()
@DATABASE_URL
@DATA
@click.option("--dry-run", is_flag=True, help="Say what would be joined and shown, and write nothing.")
@JSON
@running
async def match(database_url: str | None, data: Path | None, dry_run: bool, as_json: bool) -> None:
    """Compare all records: join those that are surely one person, and put in the queue those that may be."""
    from portico.app import runtime
    from portico.identity import api
    from portico.platform.events import Hand
    from portico.platform.ids import encode_hook

    by = Hand(actor="system:identity", actor_name="Portico")
    with progress("matching") as step:
        async with runtime.opened(settings_from(database_url=database_url, data=data)) as (database, _):
            found = await api.match(database, by=by, dry_run=dry_run, progress=lambda _, done, total: step(done, total))
    if as_json:
        click.echo(msgspec.json.encode(found, enc_hook=encode_hook).decode())
        return
    click.echo(f"{found.records:,} records, {found.compared:,} pairs compared, {found.pairs:,} of them alike")
    verb = "would be" if found.dry_run else "were"
    click.echo(f"{found.merged:,} pairs {verb} joined, {found.to_review:,} {verb} put in the queue")
    for one in found.samples:
        told = ", ".join(f"{each.kind} {each.bits:+.1f}" for each in one.evidence[:4])
        click.echo(f"  {one.record_a} {one.record_b}: {one.bits:+.1f} bits ({told})")

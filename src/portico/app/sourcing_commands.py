"""`portico sourcing ...`: why orders are sent from where they are, and what other rules would have made of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from rich.console import Console
from rich.table import Table

from portico.app.cli import DATA, DATABASE_URL, JSON, running, settings_from
from portico.business.types import LocationId

SHOWN = 12  # places of a decision that are shown; all are in --json


@click.group()
def sourcing() -> None:
    """From where orders are sent, and why."""


@sourcing.command()
@click.argument("order")
@DATABASE_URL
@DATA
@JSON
@running
async def explain(order: str, database_url: str | None, data: Path | None, as_json: bool) -> None:
    """Why ORDER, an id or a label, is sent from where it is, and what each other place scored."""
    from portico.app import runtime
    from portico.business import api as business
    from portico.fulfillment import api
    from portico.orders import api as orders
    from portico.platform.ids import any_id, encode_hook

    settings = settings_from(database_url=database_url, data=data)
    async with runtime.opened(settings) as (database, _), database.snapshot() as tx:
        holder = any_id(order)
        if holder is None or holder.prefix == "ord":
            holder = (await orders.find(tx, name=order)).head.id
        found = await api.explain(tx, holder=holder)
        directory = await business.directory(tx)
    if as_json:
        click.echo(msgspec.json.encode(found, enc_hook=encode_hook).decode())
        return
    console = Console()

    def name(location_id: LocationId) -> str:
        location = directory.locations.get(location_id)
        return location.name if location else str(location_id)

    for one in found:
        decision, solution = one.decision, one.decision.outcome.solution
        stands = "superseded" if decision.superseded_by else "stands"
        how = f"{solution.method}, scores {solution.score:,.0f}, gap {solution.gap:.2%}" if solution else "no way found"
        console.print(
            f"\n{decision.decided_at:%Y-%m-%d %H:%M} UTC, rules version {decision.rules_version}, {stands}: {how}"
        )
        if decision.rejected_by:
            console.print(
                f"because {name(decision.rejected_by)} could not send it: {decision.reason or 'no reason given'}"
            )
        table = Table("place", "lines", "score", *(one.scored[0].terms if one.scored else ()), "chosen")
        for place in one.scored[:SHOWN]:
            table.add_row(
                name(place.location_id), f"{place.lines_possible} of {len(decision.inputs.lines)}", f"{place.total:,.1f}",
                *(f"{value:,.1f}" for value in place.terms.values()), "yes" if place.used else "",
            )  # fmt: skip
        console.print(table)
        if len(one.scored) > SHOWN:
            console.print(f"and {len(one.scored) - SHOWN} more")
        for left in decision.inputs.left_out[:SHOWN]:
            console.print(f"left out: {name(left.location_id)} ({left.why})")


@sourcing.command()
@click.option(
    "--rules", "rules_file", type=click.File("rb"), required=True,
    help="The other rules, as JSON.",
)  # fmt: skip
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="From this day on (UTC).")
@click.option("--market", help="Only a market's decisions.")
@DATABASE_URL
@DATA
@JSON
@running
async def replay(
    rules_file: BinaryIO,
    since: datetime,
    market: str | None,
    database_url: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """What other rules would have made of past orders: cost, parcels, days."""
    from portico.app import runtime
    from portico.business import api as business
    from portico.fulfillment import api
    from portico.fulfillment.types import Rules
    from portico.platform.ids import decode_hook

    try:
        rules = msgspec.json.decode(rules_file.read(), type=Rules, dec_hook=decode_hook)
    except (msgspec.MsgspecError, ValueError) as wrong:
        raise click.ClickException(f"{rules_file.name}: {wrong}") from None
    api.check_rules(rules)
    settings = settings_from(database_url=database_url, data=data)
    total = api.NONE
    async with runtime.opened(settings) as (database, _), database.snapshot() as tx:
        directory = await business.directory(tx)
        market_id = directory.market(market).id if market else None
        async for found in api.since(tx, moment=since.replace(tzinfo=UTC), market_id=market_id):
            total = api.add(total, api.replay(found, rules=rules))
    if as_json:
        click.echo(msgspec.json.encode(total).decode())
        return
    table = Table("", "as it was", "with these rules")
    for field in total.before.__struct_fields__:
        table.add_row(field, f"{getattr(total.before, field):,}", f"{getattr(total.after, field):,}")
    Console().print(table)
    click.echo(f"{total.changed} of {total.before.decisions} decisions would be others")

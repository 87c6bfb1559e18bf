"""A database as it is after millions of orders, made in minutes: one real order, copied with ids, codes and times of its own.

Copied is the first row that placing the order left in each table it wrote to and that keeps it for ever: the order, a line and
its parts, payment, transfer, movement, one of its facts. Not those that are swept after two days (answers), nor receipts.
Indexes that no foreign key needs are dropped meanwhile and made anew.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from portico.lab.bench import recording

CHUNK = 500_000
# Which of a table's rows belong to an order.
TABLES = {
    'orders."order"': "id = $1",
    "orders.line": "order_id = $1",
    "orders.tax_line": "order_id = $1",
    "orders.expectation": "order_id = $1",
    "orders.fulfillment_event": "order_id = $1",
    "payments.payment": "reference = $1",
    "ledger.transfer": "reference = 'ord_' || replace($1::uuid::text, '-', '')",
    "inventory.movement": "reference = 'ord_' || replace($1::uuid::text, '-', '')",
    "platform.fact": "subject = 'ord_' || replace($1::uuid::text, '-', '') and type = 'orders.placed.v1'",
}
# What is the same for all rows of an order's table but new for each order, by column.
NEW = {
    # Spread over all labels there are, as drawn ones are: an odd factor makes each number another one.
    "label": "upper(lpad(to_hex((n * 2654435761) % 4294967296), 8, '0'))",
    "link_token": "md5(n::text)",
    "external_ref": "null",
    "id:platform.fact": "default",
}
TIMES = frozenset({"placed_at", "recorded_at", "occurred_at", "earliest", "latest"})
# Two years of them, evenly.
MOMENT = "now() - interval '730 days' * (1 - n / {}::float8)"


async def fill(url: str, *, order_id: UUID, before: int, orders: int, say: Callable[[str], None]) -> None:
    """Copy an order until there are `orders`, of which `before` were made by an earlier call."""
    began = time.perf_counter()
    connection = await asyncpg.connect(url)
    try:
        rows = {
            table: dict((await connection.fetch(f"select * from {table} where {own} order by 1 limit 1", order_id))[0])
            for table, own in TABLES.items()
        }
        made = [
            value for one in rows.values() for name, value in one.items() if name == "id" and isinstance(value, UUID)
        ]
        drawn = recording.Drawn(ids=[one.bytes for one in made], texts=[], chosen={})
        again = await _without_indexes(connection, list(TABLES))
        await connection.execute("set session_replication_role = replica")  # foreign keys hold by construction
        for table, row in rows.items():
            statement = _copy(table, row, drawn, orders)
            for start in range(before, orders, CHUNK):
                await connection.execute(statement.format(start + 1, min(start + CHUNK, orders)))
        await connection.execute("set session_replication_role = origin")
        say(f"{orders:,} orders copied after {time.perf_counter() - began:.0f} s")
        await connection.execute("set maintenance_work_mem = '1GB'")
        for statement in again:
            await connection.execute(statement)
        # Readers have read it all long ago.
        await connection.execute(
            "update platform.reader set generation = 1, xid = pg_current_xact_id(), id = (select max(id) from platform.fact)"
        )
        for table in TABLES:
            await connection.execute(f"vacuum analyze {table}")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
    say(f"{orders:,} orders made in {time.perf_counter() - began:.0f} s")


def _copy(table: str, row: Mapping[str, Any], drawn: recording.Drawn, orders: int) -> str:
    """The statement that copies one row for the orders from `{}` to `{}`."""
    names, values = list[str](), list[str]()
    for name, value in row.items():
        made = NEW.get(f"{name}:{table}") or NEW.get(name)
        if made == "default":
            continue
        names.append(f'"{name}"')
        if made is not None:
            values.append(made)
        elif name in TIMES and value is not None:
            values.append(MOMENT.format(orders))
        elif isinstance(value, UUID | str) and (copied := recording.renamed(value, drawn)):
            values.append(copied.replace(":n::bigint", "n"))
        else:
            values.append(f'template."{name}"')
    key = next(name for name in ("id", "order_id") if name in row)
    one = f"'{row[key]}'" if isinstance(row[key], UUID) else str(row[key])
    return (
        f"insert into {table} ({', '.join(names)}) select {', '.join(values)} from generate_series({{}}::bigint, {{}}) as n, "
        f"(select * from {table} where {key} = {one} limit 1) as template"
    )


async def _without_indexes(connection: asyncpg.Connection, tables: Sequence[str]) -> list[str]:
    """Drop what keeps uniqueness beside the primary keys, and plain indexes; the statements that make them again."""
    again = []
    for table in tables:
        for one in await connection.fetch(
            "select conname, pg_get_constraintdef(oid) as text from pg_constraint where conrelid = $1::text::regclass and contype = 'u'",
            table,
        ):
            await connection.execute(f'alter table {table} drop constraint "{one["conname"]}"')
            again.append(f'alter table {table} add constraint "{one["conname"]}" {one["text"]}')
        for one in await connection.fetch(
            "select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as text from pg_index"
            " where indrelid = $1::text::regclass and not indisprimary",
            table,
        ):
            await connection.execute(f"drop index {one['name']}")
            again.append(one["text"])
    return again

"""What each room declares of people is all there is: every table, every column of text, every statement."""

from portico.app.personal import HOUSE
from portico.app.rooms import ROOMS
from portico.platform import i18n
from portico.platform.db import Database
from portico.platform.personal import FIRST_KEYS, Held, Room, Statements, statements

# What may hold words of or about somebody: to be decided one by one. Ids, numbers, moments and flags say nothing without them.
TEXTS = frozenset({"text", "jsonb", "bytea", "ARRAY", "tsvector"})


async def columns(database: Database) -> dict[str, dict[str, str]]:
    """Every table of ours with its columns and their types."""
    async with database.pool.acquire() as connection:
        rows = await connection.fetch(
            """
            select table_schema || '.' || table_name as name, column_name, data_type
            from information_schema.columns join information_schema.tables using (table_schema, table_name)
            where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema', 'public')
            """
        )
    found: dict[str, dict[str, str]] = {}
    for one in rows:
        found.setdefault(one["name"], {})[one["column_name"]] = one["data_type"]
    return found


def undecided(tables: dict[str, dict[str, str]], rooms: tuple[Room, ...]) -> list[str]:
    """What nobody has decided about, and what is declared and not there."""
    held = {one.held.table.replace('"', ""): one.held for room in rooms for one in room.tables}
    nobodys = {f"{room.name}.{table}" for room in rooms for table in room.nobodys}
    wrong = [f"{table} is about nobody, and holds people" for table in held.keys() & nobodys]
    wrong += [f"{table} is not declared" for table in sorted(tables.keys() - held.keys() - nobodys)]
    wrong += [f"{table} is declared and not there" for table in sorted((held.keys() | nobodys) - tables.keys())]
    for name, one in held.items():
        there = tables.get(name, {})
        wrong += [f"{name}.{column} is declared and not there" for column in sorted(one.declared - there.keys())]
        if not one.deleted:
            texts = {column for column, kind in there.items() if kind in TEXTS}
            wrong += [f"{name}.{column} is not declared" for column in sorted(texts - one.declared)]
    return wrong


async def test_every_table_and_every_column_of_text_is_decided(database: Database) -> None:
    assert {one.name for one in HOUSE.rooms} == set(ROOMS)
    assert undecided(await columns(database), HOUSE.rooms) == []


async def test_a_new_table_and_a_new_column_are_noticed(database: Database) -> None:
    async with database.pool.acquire() as connection:
        await connection.execute("create table customers.birthday (customer_id uuid primary key, wish text not null)")
        await connection.execute('alter table orders."order" add column buyer_nickname text')
    assert undecided(await columns(database), HOUSE.rooms) == [
        "customers.birthday is not declared", "orders.order.buyer_nickname is not declared",
    ]  # fmt: skip


def every() -> list[Statements]:
    return [one for room in HOUSE.rooms for one in room.tables]


async def test_every_statement_is_valid(database: Database) -> None:
    asked = [query for one in every() for query in (one.export, one.forget) if query is not None]
    asked += [query for one in HOUSE.retained.values() for query in (one.count, one.sweep)]
    assert len(asked) > 80
    async with database.pool.acquire() as connection:
        for query in asked:
            await connection.prepare(query.text)


def test_every_table_has_its_name_in_every_language_and_a_key_to_begin_with() -> None:
    for one in every():
        assert one.held.key_type in FIRST_KEYS, one.held.table
        for language in i18n.LANGUAGES:
            assert i18n.text(language, f"held.{one.held.table.replace(chr(34), '')}")


def test_a_table_with_no_change_forgets_nothing() -> None:
    assert statements(Held(table="a.b", whose="true")).forget is None

"""Every SQL statement is prepared against the migrated schema, and its columns compared with its row type."""

import sys
from types import UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

import msgspec

import portico.app.api
import portico.lab.commands  # noqa: F401 - so that every statement is declared
from portico.platform.db import Database, Query
from portico.platform.ids import Id

# What asyncpg makes of a PostgreSQL type, as far as our rows go.
PYTHON = {
    "uuid": UUID, "text": str, "int2": int, "int4": int, "int8": int, "bool": bool, "float8": float, "bytea": bytes,
    "timestamptz": "datetime", "time": "time", "date": "date", "jsonb": "json", "numeric": "Decimal",
}  # fmt: skip


async def test_every_statement_is_valid_and_gives_its_row(database: Database) -> None:
    declared = statements()
    assert len(declared) > 100
    wrong = []
    async with database.pool.acquire() as connection:
        for query in declared:
            statement = await connection.prepare(query.text)
            columns = statement.get_attributes()
            wrong += [f"{complaint} in {query.text[:200]}" for complaint in complaints(query, columns)]
    assert not wrong, "\n".join(wrong)


def statements() -> list[Query[Any]]:
    """Every statement that a module of Portico declares; those of other tests are their own affair."""
    modules = [module for name, module in sys.modules.items() if name.startswith("portico.")]
    found = {id(one): one for module in modules for one in vars(module).values() if isinstance(one, Query)}
    return list(found.values())


def complaints(query: Query[Any], columns: Any) -> list[str]:
    if query.row is None:
        return []
    if isinstance(query.row, type) and issubclass(query.row, msgspec.Struct):
        fields = msgspec.structs.fields(query.row)
        required = [one for one in fields if one.required]
        if not len(required) <= len(columns) <= len(fields):
            return [f"{len(columns)} columns for {len(fields)} fields of {query.row.__name__}"]
        return [
            f"column {column.name} ({column.type.name}) does not fit field {field.name}: {field.type}"
            for column, field in zip(columns, fields, strict=False)
            if not fits(column, field.type)
        ]
    if len(columns) != 1:
        return [f"{len(columns)} columns for one {query.row}"]
    return [] if fits(columns[0], query.row) else [f"{columns[0].type.name} does not fit {query.row}"]


def fits(column: Any, kind: Any) -> bool:
    if get_origin(kind) in (Union, UnionType):
        return any(fits(column, one) for one in get_args(kind) if one is not type(None))
    if column.type.kind == "array":
        return get_origin(kind) in (list, tuple)
    expected = PYTHON.get(column.type.name)
    if expected == "json":
        return (
            get_origin(kind) in (dict, list, tuple)
            or (isinstance(kind, type) and issubclass(kind, msgspec.Struct))
            or kind is str
        )
    if expected is UUID:
        return isinstance(kind, type) and issubclass(kind, UUID | Id)
    if isinstance(expected, str):
        return getattr(kind, "__name__", "") == expected
    return isinstance(kind, type) and expected is not None and issubclass(kind, expected)


def test_the_check_itself_sees_a_wrong_type() -> None:
    class Column(msgspec.Struct):
        name: str
        type: Any

    class Type(msgspec.Struct):
        name: str
        kind: str = "scalar"

    assert not fits(Column("n", Type("int8")), str)
    assert not fits(Column("n", Type("uuid")), str)
    assert fits(Column("n", Type("int8")), int | None)

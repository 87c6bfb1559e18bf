"""From what the application asks of the database to a script that pgbench can run.

The statements of one order are recorded as they go over the wire, with their values. Values that must be new for every
order (ids, codes, keys) become expressions over a number that pgbench draws; all others stay as they were.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from portico.inventory.types import MovementId, ReservationId
from portico.ledger.types import TransferId
from portico.orders.types import ExpectationId, FulfillmentEventId, OrderId
from portico.payments.types import PaymentId
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.events import EventId
from portico.platform.ids import Id
from portico.pricing.types import LineItemId


class Recorder(Database):
    """A database that notes each statement with its values."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        super().__init__(pool)
        self.statements: list[tuple[str, Sequence[Any]]] = []

    @asynccontextmanager
    async def transaction(self, *, now: datetime | None = None) -> AsyncIterator[Tx]:
        async with self.pool.acquire() as connection:
            with connection.query_logger(self._note):
                async with connection.transaction():
                    tx = Tx(connection, now=now or clock.now())
                    yield tx
                    await tx.flush()

    def _note(self, logged: Any) -> None:
        self.statements.append((logged.query, logged.args))


# Kinds of things that an order brings into the world.
NEW_KINDS = (
    OrderId, LineItemId, ExpectationId, FulfillmentEventId, MovementId, ReservationId, PaymentId, TransferId, EventId,
)  # fmt: skip

_PLACE = re.compile(r"\$(\d+)")


class Drawn:
    """What is another one in every order.

    `ids` and `texts` are new each time: made from the number `:n` that pgbench draws. `chosen` are ids of things that
    are there already, with the expression that chooses another one each time.
    """

    def __init__(self, *, ids: Sequence[bytes], texts: Sequence[str], chosen: Mapping[bytes, str]) -> None:
        self.numbers = {raw: i for i, raw in enumerate(ids)}
        self.texts = {text: i for i, text in enumerate(texts)}
        self.chosen = dict(chosen)


def script(
    statements: Sequence[tuple[str, Sequence[Any]]], types: Sequence[Sequence[str]], *, drawn: Drawn, head: str
) -> str:
    """A pgbench script of recorded statements; `types` are those of each statement's parameters."""
    lines = ["\\set n random(1, 281474976710655)", head]
    for (text, values), kinds in zip(statements, types, strict=True):
        if not values:
            lines.append(text.rstrip("; \n") + ";")
            continue

        def place(found: re.Match[str], values: Sequence[Any] = values, kinds: Sequence[str] = kinds) -> str:
            index = int(found[1]) - 1
            return _literal(values[index], kinds[index], drawn)

        lines.append(" ".join(_PLACE.sub(place, text).split()) + ";")
    return "\n".join(lines) + "\n"


def _literal(value: Any, kind: str, drawn: Drawn) -> str:
    if kind.endswith("[]"):
        return "array[" + ", ".join(_scalar(one, drawn) for one in value) + f"]::{kind}"
    return f"{_scalar(value, drawn)}::{kind}"


def _scalar(value: Any, drawn: Drawn) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Id | UUID):
        raw = value.bytes
        if raw in drawn.chosen:
            return drawn.chosen[raw]
        return f"({_uuid(drawn.numbers[raw])})::uuid" if raw in drawn.numbers else _quoted(str(UUID(bytes=raw)))
    if isinstance(value, bytes):
        return f"decode('{value.hex()}', 'hex')"
    if isinstance(value, datetime):
        return f"to_timestamp({value.timestamp()})"
    if isinstance(value, dict | list):
        return _quoted(json.dumps(value))
    return _text(str(value), drawn)


def renamed(value: UUID | str, drawn: Drawn) -> str | None:
    """The expression for an id, or a text that ends in one, of which each order has its own; None for what stays the same."""
    if isinstance(value, UUID):
        return f"({_uuid(drawn.numbers[value.bytes])})::uuid" if value.bytes in drawn.numbers else None
    made = _text(value, drawn)
    return None if made == _quoted(value) else made


def _uuid(number: int) -> str:
    return f"'00000000-0000-7000-8{number:03x}-' || lpad(to_hex(:n::bigint), 12, '0')"


def _text(value: str, drawn: Drawn) -> str:
    """A text; one that must be new, or that ends in a new id, is made from the number drawn."""
    if value in drawn.texts:
        return f"('{drawn.texts[value]}-' || to_hex(:n::bigint))"
    for raw, expression in drawn.chosen.items():
        before, found, after = value.partition(raw.hex())
        if found and len(value) < 80:
            return f"({_quoted(before)} || replace({expression}::text, '-', '') || {_quoted(after)})"
    prefix, _, digits = value.rpartition("_")
    try:
        number = drawn.numbers.get(bytes.fromhex(digits))
    except ValueError:
        number = None
    return _quoted(value) if number is None else f"('{prefix}_' || replace({_uuid(number)}, '-', ''))"


def _quoted(value: str) -> str:
    """A literal that neither PostgreSQL nor pgbench (which looks for `:name`) reads anything into."""
    parts = ["'" + part.replace("'", "''") + "'" for part in value.split(":")]
    return parts[0] if len(parts) == 1 else "(" + " || chr(58) || ".join(parts) + ")"

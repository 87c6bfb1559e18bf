"""Where what we know of a person stands: every table and column, declared by the room that owns it.

A room's `personal.py` says of each of its tables whose rows they are, what of them she is given when she asks for all we hold, and
what becomes of each column when she is forgotten. Of tables about goods, places and work it says that they are about nobody. A
test compares all of it with the migrated schema: a new table, or a new column of text, fails it until somebody has decided.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.platform.db import Query, Tx
from portico.platform.events import Hand
from portico.platform.ids import Id

ROWS_AT_ONCE = 500


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """A person as rows know her: the parameters of every statement here.

    `customers`: her records. `contacts`: her addresses as they are stored, and their `hashes`; `proven`: those she has shown to be
    hers. `things`: what is hers in other rooms, by its name (`ord_...`); `ids`: the same as uuids. `actors`: her hand in facts.
    """

    customers: tuple[Id, ...]
    contacts: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()
    hashes: tuple[bytes, ...] = ()
    things: tuple[str, ...] = ()
    ids: tuple[bytes, ...] = ()
    actors: tuple[str, ...] = ()

    def parameters(self) -> dict[str, object]:
        return {
            "customers": list(self.customers), "contacts": list(self.contacts), "proven": list(self.proven),
            "hashes": list(self.hashes), "things": list(self.things), "ids": [UUID(bytes=one) for one in self.ids],
            "actors": list(self.actors),
        }  # fmt: skip


class Kept(StrEnum):
    """Why something stays when she is forgotten."""

    ID = "id"  # it names a row, and nobody any more
    BOOKS = "books"  # sums, taxes, numbers: the books have to add up
    LAW = "law"  # it must be shown to an authority until its term ends; restricted until then
    PROOF = "proof"  # it shows that we did what she asked for
    HANDS = "hands"  # who of us did it; her own name is taken out


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A table with rows about a person.

    `whose` is their condition, with the parameters of `Whose`; `key` orders them, of type `key_type`. `becomes`: what each column is
    made of when she is forgotten, as an SQL expression; `deleted`: the rows go instead. `keeps`: columns that stay, and why;
    `plain`: text columns that say nothing of anybody (states, currencies, kinds). `hidden`: what she is not given, because it is a
    secret or of use to machines only.
    """

    table: str
    whose: str
    key: str = "id"
    key_type: str = "uuid"
    deleted: bool = False
    becomes: Mapping[str, str] = {}
    keeps: Mapping[str, Kept] = {}
    plain: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    @property
    def declared(self) -> frozenset[str]:
        return frozenset({*self.becomes, *self.keeps, *self.plain, *self.hidden})


class Row(msgspec.Struct, frozen=True):
    key: str
    data: str  # JSON


class Statements(msgspec.Struct, frozen=True):
    """What is asked of the database about one table. `forget` is None where nothing of it changes."""

    held: Held
    export: Query[Row]
    forget: Query[None] | None


FIRST_KEYS = {"uuid": "00000000-0000-0000-0000-000000000000", "bigint": "-1", "text": ""}


def statements(held: Held) -> Statements:
    """Write them out. Rows are given page by page, in the order of their key."""
    hidden = "".join(f" - '{one}'" for one in sorted(held.hidden))
    export = Query(
        Row,
        f"""
        select (({held.key})::{held.key_type})::text, (to_jsonb(held){hidden})::text
        from {held.table} as held
        where ({held.whose}) and ({held.key})::{held.key_type} > :after::text::{held.key_type}
        order by ({held.key})::{held.key_type}
        limit :rows_max
        """,
    )
    forget: Query[None] | None = None
    if held.deleted:
        forget = Query(None, f"delete from {held.table} as held where {held.whose}")
    elif held.becomes:
        changes = ", ".join(f"{column} = {made}" for column, made in held.becomes.items())
        forget = Query(None, f"update {held.table} as held set {changes} where {held.whose}")
    return Statements(held, export, forget)


Things = Callable[[Tx, Whose], Awaitable[Sequence[str]]]


class Hindrance(msgspec.Struct, frozen=True):
    """Why somebody cannot be forgotten yet: `code` says what, `label` which one, as in an order's label. What is hers alone she
    may give up, so that it hinders no more."""

    code: str
    label: str
    may_be_given_up: bool = False


Hindrances = Callable[[Tx, Whose], Awaitable[Sequence[Hindrance]]]
GiveUp = Callable[[Tx, Whose, Hand], Awaitable[None]]


class Retained(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is kept for a time and then goes: how many rows there are from before a moment, and a bounded batch of it.
    Both take `:before`, `:sweep` also `:rows_max` and tells how many it ended."""

    code: str
    days: int  # as it comes
    count: Query[int]
    sweep: Query[int]
    days_min: int = 1


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """All that a room has to say of people: what is theirs, the tables in the order in which they are gone through, the tables that
    are about nobody (with the reason), what hinders forgetting somebody, how what she gives up goes, and what ends with time."""

    name: str
    tables: tuple[Statements, ...] = ()
    nobodys: Mapping[str, str] = {}
    things: Things | None = None
    hindrances: Hindrances | None = None
    give_up: GiveUp | None = None
    retained: tuple[Retained, ...] = ()


class House(msgspec.Struct, frozen=True):
    """Every room, lower floors first."""

    rooms: tuple[Room, ...]

    @property
    def retained(self) -> dict[str, Retained]:
        return {one.code: one for room in self.rooms for one in room.retained}


HER_NAME_OUT = "case when actor = any(:actors::text[]) then '' else actor_name end"  # staff did it: their name stays
NEW_TOKEN = "replace(gen_random_uuid()::text, '-', '')"  # links that were given out before open nothing any more

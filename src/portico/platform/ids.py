"""Typed identifiers: UUIDv7 inside, `<prefix>_<32 hex digits>` outside.

Each room declares its own (`class OrderId(Id, prefix="ord")`), so that mypy refuses an order's id where a cart's is
wanted, and a person reading a log line sees what an id is an id of. asyncpg takes them as `uuid` parameters because
they carry `.bytes`; `portico.platform.db` makes them again from rows by the row type's annotations.
"""

from typing import Any, ClassVar, Self
from uuid import UUID

from uuid_utils import uuid7


class Id:
    """A 128-bit identifier of one kind of thing. Ordered by time of making, as UUIDv7 is."""

    __slots__ = ("bytes",)
    prefix: ClassVar[str] = "id"
    kinds: ClassVar[dict[str, type["Id"]]] = {}

    def __init__(self, raw: bytes) -> None:
        self.bytes = raw

    def __init_subclass__(cls, *, prefix: str) -> None:
        if Id.kinds.setdefault(prefix, cls) is not cls:
            raise TypeError(f"two kinds of id share the prefix {prefix!r}")
        cls.prefix = prefix

    @classmethod
    def new(cls) -> Self:
        return cls(uuid7().bytes)

    @classmethod
    def of(cls, value: UUID) -> Self:
        return cls(value.bytes)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `<prefix>_<32 hex>`; a plain UUID is taken too. Raises ValueError for anything else."""
        prefix, _, digits = text.rpartition("_")
        if prefix not in ("", cls.prefix):
            raise ValueError(f"{text!r} is not the id of a {cls.prefix!r}")
        try:
            return cls(UUID(digits).bytes)
        except ValueError:
            raise ValueError(f"{text!r} is not the id of a {cls.prefix!r}") from None

    @property
    def uuid(self) -> UUID:
        return UUID(bytes=self.bytes)

    def __str__(self) -> str:
        return f"{self.prefix}_{self.bytes.hex()}"

    def __repr__(self) -> str:
        return str(self)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.bytes == self.bytes

    def __hash__(self) -> int:
        return hash(self.bytes)

    def __lt__(self, other: Self) -> bool:
        return self.bytes < other.bytes


def any_id(text: str) -> Id | None:
    """The typed id that `text` names, or None where no kind of thing has that prefix."""
    kind = Id.kinds.get(text.rpartition("_")[0])
    try:
        return kind.parse(text) if kind else None
    except ValueError:
        return None


def decode_hook(kind: type, value: Any) -> Any:
    """msgspec's hook for types it does not know: ids arrive as text."""
    if isinstance(kind, type) and issubclass(kind, Id):
        if not isinstance(value, str):
            raise ValueError(f"the id of a {kind.prefix!r} is a text")
        if kind is Id:  # any kind of thing: its prefix says which
            found = any_id(value)
            if found is None:
                raise ValueError(f"{value!r} is no id")
            return found
        return kind.parse(value)
    raise NotImplementedError(f"{kind} cannot be read from JSON")


def encode_hook(value: Any) -> Any:
    """msgspec's hook for types it does not know: ids leave as text."""
    if isinstance(value, Id):
        return str(value)
    raise NotImplementedError(f"{type(value)} cannot be written as JSON")

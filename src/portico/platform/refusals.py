"""Expected failures: a stable code, the data to mend it, a sentence in the reader's language.

A refusal is an exception so that a cold command can raise it, and a value so that a hot command can answer one item
of a batch with it. Over HTTP it is an RFC 9457 problem. The sentences live in the language catalogs under
`problem.<code>`; every refusal class must have one in each language, which a test checks.
"""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar


@dataclass(eq=False)
class Refused(Exception):
    """Base of every expected failure. Subclasses are dataclasses; their fields are the data to mend it."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    retry_after_seconds: ClassVar[int | None] = None
    final: ClassVar[bool] = True  # whether asking again, with the same key, would be told the same
    every: ClassVar[list[type["Refused"]]] = []

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        Refused.every.append(cls)

    def data(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def retry_after(self) -> int | None:
        """After how many seconds it may be tried again; None where it is not told."""
        return self.retry_after_seconds

    def __str__(self) -> str:
        return f"{self.code} {self.data()}"


@dataclass(eq=False)
class NotFound(Refused):
    """No such thing, or none that the asker may know of. The two are told apart to nobody."""

    code, status = "not_found", 404
    what: str
    id: str


@dataclass(eq=False)
class SignInNeeded(Refused):
    code, status = "auth.sign_in_needed", 401


@dataclass(eq=False)
class Forbidden(Refused):
    code, status = "auth.forbidden", 403
    permission: str


@dataclass(eq=False)
class Invalid(Refused):
    """The request itself is wrong. `errors` says field by field what."""

    code, status = "invalid", 422
    errors: list[dict[str, str]] = field(default_factory=list)


@dataclass(eq=False)
class Conflict(Refused):
    """What the caller saw has changed since; read again and decide again."""

    code, status = "conflict", 409
    what: str
    id: str
    version: int


@dataclass(eq=False)
class Overloaded(Refused):
    """More is waiting than can be served in time. Nothing was written; the same request may be sent again."""

    code, status, retry_after_seconds = "overloaded", 503, 1


@dataclass(eq=False)
class TooMany(Refused):
    code, status, retry_after_seconds = "rate_limited", 429, 10
    what: str

"""Principals and the refusals of signing in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from portico.platform.ids import Id
from portico.platform.refusals import Forbidden, Refused, SignInNeeded


class SessionId(Id, prefix="ses"):
    __slots__ = ()


class TokenId(Id, prefix="tok"):
    __slots__ = ()


class LoginCodeId(Id, prefix="otc"):
    __slots__ = ()


class Kind(StrEnum):
    ANONYMOUS = "anonymous"  # nobody we could know again
    GUEST = "guest"  # a browser we know again, a person we do not know
    CUSTOMER = "customer"
    STAFF = "staff"
    CLIENT = "client"  # a program with an API token
    SYSTEM = "system"


class Grant(msgspec.Struct, frozen=True):
    """A permission, at one location or (None) everywhere."""

    permission: str
    location_id: UUID | None = None


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. `grants` come from roles (staff) or scopes (clients); customers and guests own what is theirs."""

    kind: Kind
    id: UUID | None = None
    name: str = ""
    grants: tuple[Grant, ...] = ()
    session_id: SessionId | None = None
    location_id: UUID | None = None
    till_id: UUID | None = None
    language: str | None = None

    @property
    def key(self) -> str:
        """Stable text naming this principal: the actor of facts, the scope of idempotency keys."""
        return f"{self.kind}:{self.id.hex if self.id else '-'}"

    def may(self, permission: str, *, at: UUID | None = None) -> bool:
        """True if granted everywhere, or at the very location `at`. Without `at`: if granted anywhere."""
        if self.kind is Kind.SYSTEM:
            return True
        return any(
            grant.permission == permission and (grant.location_id is None or at is None or grant.location_id == at)
            for grant in self.grants
        )

    def places(self, permission: str) -> frozenset[UUID] | None:
        """The locations at which it is granted; None: everywhere."""
        if self.kind is Kind.SYSTEM:
            return None
        granted = {grant.location_id for grant in self.grants if grant.permission == permission}
        return None if None in granted else frozenset(one for one in granted if one is not None)

    def require(self, permission: str, *, at: UUID | None = None) -> None:
        """Refuses with SignInNeeded or Forbidden."""
        if not self.may(permission, at=at):
            if self.kind is Kind.ANONYMOUS:
                raise SignInNeeded()
            raise Forbidden(permission=permission)


ANONYMOUS = Principal(kind=Kind.ANONYMOUS)


@dataclass(eq=False)
class WrongCredentials(Refused):
    """Name or secret is wrong; which of them is told to nobody."""

    code, status = "auth.wrong_credentials", 401


@dataclass(eq=False)
class LockedOut(Refused):
    """Too many wrong attempts; `until` says when the next one is looked at."""

    code, status = "auth.locked_out", 429
    until: datetime


@dataclass(eq=False)
class WrongCode(Refused):
    """The one-time code is wrong, used or too old."""

    code, status = "auth.wrong_code", 401
    attempts_left: int


@dataclass(eq=False)
class TooManyTries(Refused):
    """Too many codes that are nothing's, by this person or from this address. `until` says when the next is looked at, in so many
    `minutes`."""

    code, status = "auth.too_many_tries", 429
    final: ClassVar[bool] = False
    until: datetime
    seconds: int
    minutes: int

    def retry_after(self) -> int:
        return self.seconds


@dataclass(eq=False)
class TooManyCodes(Refused):
    code, status, retry_after_seconds = "auth.too_many_codes", 429, 60


class Opened(msgspec.Struct, frozen=True):
    """A new session; `token` is shown once and stored only as its hash."""

    session_id: SessionId
    token: str
    expires_at: datetime

"""Signing in and being recognised. Secrets are kept only as hashes: argon2id where a person chose them (they can be
guessed), SHA-256 where we made them at random (they cannot)."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from portico.platform.auth import store
from portico.platform.auth.types import (
    Grant,
    Kind,
    LockedOut,
    LoginCodeId,
    Opened,
    Principal,
    SessionId,
    TokenId,
    TooManyCodes,
    WrongCode,
    WrongCredentials,
)
from portico.platform.db import Tx

SESSION_LASTS = {Kind.GUEST: timedelta(days=90), Kind.CUSTOMER: timedelta(days=90), Kind.STAFF: timedelta(hours=14)}
FAILURES_FREE = 5  # wrong attempts before a credential rests; each further one doubles the rest
REST_FIRST, REST_MAX = timedelta(seconds=30), timedelta(hours=1)
SWEPT_AFTER = timedelta(days=1)
CODE_LASTS, CODE_ATTEMPTS_MAX, CODES_PER_QUARTER_HOUR = timedelta(minutes=10), 5, 5

_hasher = PasswordHasher()  # argon2id with the library's current parameters (RFC 9106, low-memory profile)


@cache
def _nobody() -> str:
    """What a secret is verified against when there is no such person: equal time."""
    return _hasher.hash(secrets.token_urlsafe(16))


def hash_secret(secret: str) -> str:
    """argon2id; takes tens of milliseconds on purpose."""
    return _hasher.hash(secret)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def set_credentials(tx: Tx, *, secrets_of: Sequence[tuple[UUID, str, str]]) -> None:
    """Store `(staff, kind, secret)` as hashes; kind is `password` or `pin`."""
    hashes = await asyncio.to_thread(lambda: [hash_secret(secret) for _, _, secret in secrets_of])
    await put_hashes(
        tx, hashes_of=[(one, kind, hashed) for (one, kind, _), hashed in zip(secrets_of, hashes, strict=True)]
    )


async def put_hashes(tx: Tx, *, hashes_of: Sequence[tuple[UUID, str, str]]) -> None:
    """Store `(staff, kind, hash)`; for many people with hashes made before."""
    await tx.run(
        store.PUT_CREDENTIALS,
        subject_ids=[one[0] for one in hashes_of],
        kinds=[one[1] for one in hashes_of],
        hashes=[one[2] for one in hashes_of],
        now=tx.now,
    )


async def check_secret(
    tx: Tx, *, subject_id: UUID | None, kind: str, secret: str
) -> WrongCredentials | LockedOut | None:
    """None if the secret is right. A refusal is an answer, not raised: the count of failures must be committed.

    Locks the credential's row, so that parallel guesses are counted one by one.
    """
    found: store.Credential | None = None
    if subject_id:
        found = await tx.maybe(store.LOCK_CREDENTIAL, subject_id=subject_id, kind=kind)
    if found and found.locked_until and found.locked_until > tx.now:
        return LockedOut(until=found.locked_until)
    right = await asyncio.to_thread(_verify, found.hash if found else _nobody(), secret)
    if found is None:
        return WrongCredentials()
    failures = 0 if right else min(found.failures + 1, 1000)
    if failures != found.failures:
        await tx.run(
            store.MARK_CREDENTIAL,
            subject_id=subject_id,
            kind=kind,
            failures=failures,
            locked_until=rest(failures, now=tx.now),
        )
    return None if right else WrongCredentials()


def rest(failures: int, *, now: datetime, free: int = FAILURES_FREE) -> datetime | None:
    """Until when a credential rests after that many wrong attempts in a row, of which so many are free."""
    if failures < free:
        return None
    doubled: int = 2 ** min(failures - free, 20)
    return now + min(REST_FIRST * doubled, REST_MAX)


def _verify(hashed: str, secret: str) -> bool:
    try:
        return _hasher.verify(hashed, secret)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def open_session(
    tx: Tx,
    *,
    kind: Kind,
    subject_id: UUID,
    name: str,
    language: str | None = None,
    location_id: UUID | None = None,
    till_id: UUID | None = None,
) -> Opened:
    """Begin a session. Its token is random, 256 bits, and returned only here."""
    token, session_id = secrets.token_urlsafe(32), SessionId.new()
    expires_at = tx.now + SESSION_LASTS[kind]
    await tx.run(
        store.OPEN_SESSION,
        id=session_id,
        token_hash=_digest(token),
        subject_kind=kind,
        subject_id=subject_id,
        subject_name=name,
        location_id=location_id,
        till_id=till_id,
        language=language,
        now=tx.now,
        expires_at=expires_at,
    )
    return Opened(session_id, token, expires_at)


async def recognise_session(tx: Tx, *, token: str) -> Principal | None:
    """Who holds this session token; None if nobody does, or no longer."""
    found = await tx.maybe(store.FIND_SESSION, token_hash=_digest(token), now=tx.now)
    if found is None:
        return None
    grants: Sequence[Grant] = ()
    if found.subject_kind == Kind.STAFF:
        grants = await tx.all(store.GRANTS, subject_kind=found.subject_kind, subject_id=found.subject_id)
        if found.till_id:
            grants = _at_till(grants, found.location_id)
    return Principal(
        kind=Kind(found.subject_kind),
        id=found.subject_id,
        name=found.subject_name,
        grants=tuple(grants),
        session_id=found.id,
        location_id=found.location_id,
        till_id=found.till_id,
        language=found.language,
    )


def _at_till(grants: Sequence[Grant], location_id: UUID | None) -> list[Grant]:
    """What holds where the till stands, and only there: a PIN is short, and is typed in front of others."""
    return [Grant(one.permission, location_id) for one in grants if one.location_id in (None, location_id)]


async def recognise_token(tx: Tx, *, token: str) -> Principal | None:
    """Which client holds this API token; its scopes are its permissions."""
    found = await tx.maybe(store.FIND_TOKEN, token_hash=_digest(token), now=tx.now)
    if found is None:
        return None
    grants = tuple(Grant(scope, found.location_id) for scope in found.scopes)
    return Principal(kind=Kind.CLIENT, id=found.id, name=found.name, grants=grants, location_id=found.location_id)


async def add_token(
    tx: Tx, *, name: str, scopes: Sequence[str], location_id: UUID | None = None, expires_at: datetime | None = None
) -> tuple[TokenId, str]:
    """A new API token for a client; the text is returned only here."""
    token, token_id = f"portico_{secrets.token_urlsafe(32)}", TokenId.new()
    await tx.run(
        store.ADD_TOKEN,
        id=token_id,
        name=name,
        token_hash=_digest(token),
        scopes=list(scopes),
        location_id=location_id,
        now=tx.now,
        expires_at=expires_at,
    )
    return token_id, token


async def revoke_token(tx: Tx, *, token_id: TokenId) -> bool:
    return await tx.run(store.REVOKE_TOKEN, id=token_id, now=tx.now) == 1


async def end_session(tx: Tx, *, session_id: SessionId) -> None:
    await tx.run(store.END_SESSION, id=session_id, now=tx.now)


async def signed_in_at(tx: Tx, *, session_id: SessionId) -> datetime | None:
    """When who holds this session last proved who she is."""
    return await tx.maybe(store.SIGNED_IN_AT, id=session_id)


async def sweep(tx: Tx, *, rows_max: int = 5_000) -> bool:
    """Forget sessions and codes that ended a day ago; whether there may be more of them."""
    return await tx.one(store.SWEEP, before=tx.now - SWEPT_AFTER, rows_max=rows_max) >= rows_max


async def put_roles(tx: Tx, *, roles: Mapping[str, Sequence[str]]) -> None:
    """Define roles by the permissions they carry."""
    await tx.run(store.PUT_ROLES, codes=list(roles), permissions=[" ".join(each) for each in roles.values()])


async def grant_roles(tx: Tx, *, given: Sequence[tuple[UUID, str, UUID | None]]) -> None:
    """Give staff roles: `(staff, role, location or None for everywhere)`."""
    await tx.run(
        store.GRANT_ROLES,
        subject_kind=Kind.STAFF,
        subject_ids=[one[0] for one in given],
        roles=[one[1] for one in given],
        location_ids=[one[2] for one in given],
    )


async def staff_who_may(tx: Tx, *, permission: str, location_id: UUID) -> list[UUID]:
    """Staff who have a permission at a place, there or everywhere."""
    return await tx.all(store.STAFF_AT, permission=permission, location_id=location_id)


async def roles_of(tx: Tx, *, kind: Kind, id: UUID) -> list[str]:
    """The roles that somebody has, wherever."""
    return await tx.all(store.ROLES_OF, subject_kind=kind, subject_id=id)


async def send_code(tx: Tx, *, address: str) -> tuple[str, datetime]:
    """Make a one-time code of six digits for an address; it replaces no earlier one until used. Refuses TooManyCodes.

    Addresses are compared as they stand: whoever asks spells one address one way. Locks the address.
    """
    await tx.run(store.LOCK_ADDRESS, address=address, now=tx.now)
    if (
        await tx.one(store.RECENT_CODES, address=address, since=tx.now - timedelta(minutes=15))
        >= CODES_PER_QUARTER_HOUR
    ):
        raise TooManyCodes()
    code, expires_at = f"{secrets.randbelow(1_000_000):06}", tx.now + CODE_LASTS
    code_id = LoginCodeId.new()
    await tx.run(
        store.ADD_CODE,
        id=code_id,
        address=address,
        code_hash=_code_hash(code_id, code),
        now=tx.now,
        expires_at=expires_at,
    )
    return code, expires_at


async def check_code(tx: Tx, *, address: str, code: str) -> WrongCode | None:
    """None if it is the newest code sent to the address. A wrong guess is counted (commit it); five end the code,
    and no older one takes its place."""
    found = await tx.maybe(store.LOCK_CODE, address=address, now=tx.now)
    if found is None or found.attempts >= CODE_ATTEMPTS_MAX:
        return WrongCode(attempts_left=0)
    if not hmac.compare_digest(found.code_hash, _code_hash(found.id, code.strip())):
        await tx.run(store.COUNT_ATTEMPT, id=found.id)
        return WrongCode(attempts_left=CODE_ATTEMPTS_MAX - found.attempts - 1)
    await tx.run(store.USE_CODE, address=address, now=tx.now)
    return None


def _code_hash(code_id: LoginCodeId, code: str) -> bytes:
    """Salted by the code's own id, so that equal codes do not look equal."""
    return hashlib.sha256(code_id.bytes + code.encode()).digest()

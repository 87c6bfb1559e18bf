"""SQL of who may do what."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.platform.auth.types import Grant, LoginCodeId, SessionId
from portico.platform.db import Query


class Session(msgspec.Struct, frozen=True):
    id: SessionId
    subject_kind: str
    subject_id: UUID
    subject_name: str
    location_id: UUID | None
    till_id: UUID | None
    language: str | None
    expires_at: datetime


class Token(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    scopes: list[str]
    location_id: UUID | None


class Credential(msgspec.Struct, frozen=True):
    subject_id: UUID
    hash: str
    failures: int
    locked_until: datetime | None


class LoginCode(msgspec.Struct, frozen=True):
    id: LoginCodeId
    code_hash: bytes
    attempts: int


class WrongTry(msgspec.Struct, frozen=True):
    key_hash: bytes
    failures: int
    locked_until: datetime | None
    tried_at: datetime


OPEN_SESSION = Query(
    None,
    """
    insert into platform.session (id, token_hash, subject_kind, subject_id, subject_name, location_id, till_id, language,
        created_at, expires_at)
    values (:id, :token_hash, :subject_kind, :subject_id, :subject_name, :location_id, :till_id, :language, :now, :expires_at)
    """,
)
FIND_SESSION = Query(
    Session,
    """
    select id, subject_kind, subject_id, subject_name, location_id, till_id, language, expires_at
    from platform.session
    where token_hash = :token_hash and ended_at is null and expires_at > :now
    """,
)
SIGNED_IN_AT = Query(datetime, "select created_at from platform.session where id = :id")
END_SESSION = Query(None, "update platform.session set ended_at = :now where id = :id and ended_at is null")
END_SESSIONS_OF = Query(
    None,
    """
    update platform.session set ended_at = :now
    where subject_kind = :subject_kind and subject_id = :subject_id and ended_at is null
    """,
)
SET_LANGUAGE = Query(None, "update platform.session set language = :language where id = :id")

FIND_TOKEN = Query(
    Token,
    """
    select id, name, scopes, location_id
    from platform.api_token
    where token_hash = :token_hash and revoked_at is null and (expires_at is null or expires_at > :now)
    """,
)
ADD_TOKEN = Query(
    None,
    """
    insert into platform.api_token (id, name, token_hash, scopes, location_id, created_at, expires_at)
    values (:id, :name, :token_hash, :scopes::text[], :location_id, :now, :expires_at)
    """,
)
REVOKE_TOKEN = Query(None, "update platform.api_token set revoked_at = :now where id = :id and revoked_at is null")

GRANTS = Query(
    Grant,
    """
    select distinct permission, role_grant.location_id
    from platform.role_grant
        join platform.role on role.code = role_grant.role
        cross join unnest(role.permissions) as permission
    where subject_kind = :subject_kind and subject_id = :subject_id
    order by 1, 2
    """,
)
ROLES_OF = Query(
    str,
    """
    select distinct role from platform.role_grant
    where subject_kind = :subject_kind and subject_id = :subject_id
    order by 1
    """,
)
PUT_ROLES = Query(
    None,
    """
    insert into platform.role (code, permissions)
    select code, string_to_array(permissions, ' ')
    from unnest(:codes::text[], :permissions::text[]) as role (code, permissions)
    on conflict (code) do update set permissions = excluded.permissions
    """,
)
GRANT_ROLES = Query(
    None,
    """
    insert into platform.role_grant (subject_kind, subject_id, role, location_id)
    select :subject_kind, subject_id, role, location_id
    from unnest(:subject_ids::uuid[], :roles::text[], :location_ids::uuid[]) as given (subject_id, role, location_id)
    on conflict do nothing
    """,
)
STAFF_AT = Query(
    UUID,
    """
    select distinct subject_id
    from platform.role_grant join platform.role on role.code = role_grant.role
    where subject_kind = 'staff' and :permission = any(role.permissions)
        and (location_id is null or location_id = :location_id)
    """,
)

LOCK_CREDENTIAL = Query(
    Credential,
    """
    select subject_id, hash, failures, locked_until
    from platform.credential
    where subject_kind = 'staff' and subject_id = :subject_id and kind = :kind
    for update
    """,
)
PUT_CREDENTIALS = Query(
    None,
    """
    insert into platform.credential (subject_kind, subject_id, kind, hash, changed_at)
    select 'staff', subject_id, kind, hash, :now
    from unnest(:subject_ids::uuid[], :kinds::text[], :hashes::text[]) as given (subject_id, kind, hash)
    on conflict (subject_kind, subject_id, kind)
        do update set hash = excluded.hash, failures = 0, locked_until = null, changed_at = excluded.changed_at
    """,
)
MARK_CREDENTIAL = Query(
    None,
    """
    update platform.credential set failures = :failures, locked_until = :locked_until
    where subject_kind = 'staff' and subject_id = :subject_id and kind = :kind
    """,
)

LOCK_ADDRESS = Query(
    None,
    """
    insert into platform.login_address (address, asked_at) values (:address, :now)
    on conflict (address) do update set asked_at = excluded.asked_at
    """,
)
RECENT_CODES = Query(int, "select count(*) from platform.login_code where address = :address and created_at > :since")
ADD_CODE = Query(
    None,
    """
    insert into platform.login_code (id, address, code_hash, created_at, expires_at)
    values (:id, :address, :code_hash, :now, :expires_at)
    """,
)
LOCK_CODE = Query(
    LoginCode,
    """
    select id, code_hash, attempts
    from platform.login_code
    where address = :address and used_at is null and expires_at > :now
    order by created_at desc
    limit 1
    for update
    """,
)
USE_CODE = Query(None, "update platform.login_code set used_at = :now where address = :address and used_at is null")
# What ended a day ago is of no use to anybody; a code counts against its address for a quarter of an hour only.
SWEEP = Query(
    int,
    """
    with sessions as (
        delete from platform.session
        where id in (select id from platform.session where expires_at <= :before limit :rows_max)
        returning 1
    ), codes as (
        delete from platform.login_code
        where id in (select id from platform.login_code where expires_at <= :before limit :rows_max)
        returning 1
    ), addresses as (
        delete from platform.login_address
        where address in (select address from platform.login_address where asked_at <= :before limit :rows_max)
        returning 1
    ), tries as (
        delete from platform.wrong_try
        where key_hash in (select key_hash from platform.wrong_try where tried_at <= :before limit :rows_max)
        returning 1
    )
    select greatest((select count(*) from sessions), (select count(*) from codes), (select count(*) from addresses),
        (select count(*) from tries))
    """,
)
COUNT_ATTEMPT = Query(None, "update platform.login_code set attempts = attempts + 1 where id = :id")

OPEN_TRIES = Query(
    None,
    """
    insert into platform.wrong_try (key_hash, tried_at)
    select key_hash, :now
    from unnest(:key_hashes::bytea[]) as try (key_hash)
    order by key_hash
    on conflict (key_hash) do nothing
    """,
)
LOCK_TRIES = Query(
    WrongTry,
    """
    select key_hash, failures, locked_until, tried_at
    from platform.wrong_try
    where key_hash = any(:key_hashes::bytea[])
    order by key_hash
    for update
    """,
)
COUNT_TRIES = Query(
    None,
    """
    update platform.wrong_try
    set failures = counted.failures, locked_until = counted.locked_until, tried_at = :now
    from unnest(:key_hashes::bytea[], :failures::int[], :locked_untils::timestamptz[])
        as counted (key_hash, failures, locked_until)
    where wrong_try.key_hash = counted.key_hash
    """,
)

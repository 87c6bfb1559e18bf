"""All SQL of identity."""

from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.identity.types import (
    Evidence,
    Merge,
    Policy,
    PolicyTried,
    Provenance,
    ReviewId,
    ReviewReason,
    Survivorship,
)
from portico.platform.db import Query

# Whether two people become one depends on everything that hangs on both: one writer of edges at a time. Readers go on.
LOCK_EDGES = Query(None, "lock table identity.merge in share row exclusive mode")


class MemberRow(msgspec.Struct, frozen=True):
    record_id: CustomerId
    person_id: CustomerId


MEMBERS = Query(
    MemberRow,
    """
    select record_id, person_id
    from identity.member
    where person_id in (select person_id from identity.member where record_id = any(:ids::uuid[]))
    order by person_id, record_id
    """,
)
DROP_MEMBERS = Query(None, "delete from identity.member where record_id = any(:ids::uuid[])")
PUT_MEMBERS = Query(
    None,
    """
    insert into identity.member (record_id, person_id)
    select * from unnest(:records::uuid[], :people::uuid[])
    """,
)
EVERY_MEMBER = Query(MemberRow, "select record_id, person_id from identity.member order by record_id")


class Edge(msgspec.Struct, frozen=True):
    record_a: CustomerId
    record_b: CustomerId
    proven: bool


EDGES = Query(
    Edge,
    """
    select record_a, record_b, proven
    from identity.merge
    where undone_at is null and (record_a = any(:ids::uuid[]) or record_b = any(:ids::uuid[]))
    """,
)
EVERY_EDGE = Query(Edge, "select record_a, record_b, proven from identity.merge where undone_at is null")

_MERGE = """
    select id, record_a, record_b, basis, bits, evidence, proven, actor_name, merged_at, undone_at, undone_actor_name, undone_reason
    from identity.merge
"""
MERGES = Query(
    Merge,
    f"""
    {_MERGE}
    where record_a = any(:ids::uuid[]) or record_b = any(:ids::uuid[])
    order by merged_at desc, id desc
    """,
)
FIND_MERGE = Query(Merge, f"{_MERGE} where id = :id")
ADD_MERGES = Query(
    None,
    """
    insert into identity.merge (id, record_a, record_b, basis, bits, evidence, proven, actor, actor_name, merged_at)
    select id, record_a, record_b, basis, bits, evidence::jsonb, proven, :actor, :actor_name, :now
    from unnest(:ids::uuid[], :records_a::uuid[], :records_b::uuid[], :bases::text[], :bits::float8[], :evidence::text[], :proven::boolean[])
        as given (id, record_a, record_b, basis, bits, evidence, proven)
    """,
)
PROVE = Query(
    None,
    """
    update identity.merge
    set proven = true
    from unnest(:records_a::uuid[], :records_b::uuid[]) as given (record_a, record_b)
    where merge.record_a = given.record_a and merge.record_b = given.record_b and undone_at is null
    """,
)
UNDO = Query(
    None,
    """
    update identity.merge
    set undone_at = :now, undone_actor = :actor, undone_actor_name = :actor_name, undone_reason = :reason
    where id = :id and undone_at is null
    """,
)


class PairRow(msgspec.Struct, frozen=True):
    record_a: CustomerId
    record_b: CustomerId


VERDICTS = Query(
    PairRow,
    """
    select record_a, record_b
    from identity.verdict
    where (record_a, record_b) in (select * from unnest(:records_a::uuid[], :records_b::uuid[]))
    """,
)
PUT_VERDICTS = Query(
    None,
    """
    insert into identity.verdict (record_a, record_b, actor, actor_name, reason, decided_at)
    select record_a, record_b, :actor, :actor_name, :reason, :now
    from unnest(:records_a::uuid[], :records_b::uuid[]) as given (record_a, record_b)
    on conflict (record_a, record_b) do update
        set actor = excluded.actor, actor_name = excluded.actor_name, reason = excluded.reason, decided_at = excluded.decided_at
    """,
)
DROP_VERDICTS = Query(
    None,
    """
    delete from identity.verdict
    where (record_a, record_b) in (select * from unnest(:records_a::uuid[], :records_b::uuid[]))
    """,
)


class ReviewRow(msgspec.Struct, frozen=True):
    id: ReviewId
    record_a: CustomerId
    record_b: CustomerId
    bits: float
    evidence: tuple[Evidence, ...]
    reason: ReviewReason
    found_at: datetime
    decision: str | None


_REVIEW = "select id, record_a, record_b, bits, evidence, reason, found_at, decision from identity.review"
# What is put off stands behind the rest until its time has come.
REVIEWS = Query(
    ReviewRow,
    f"""
    {_REVIEW}
    where decision is null and (later_until is null or later_until <= :now)
        and (:bits::float8 is null or (bits, id) < (:bits::float8, :id::uuid))
    order by bits desc, id desc
    limit :rows_max
    """,
)
COUNT_REVIEWS = Query(
    int, "select count(*) from identity.review where decision is null and (later_until is null or later_until <= :now)"
)
TRY_POLICY = Query(
    PolicyTried,
    """
    select count(*) filter (where bits >= :merge_bits)::int as joined,
        count(*) filter (where bits < :merge_bits and bits >= :review_bits)::int as waiting,
        count(*) filter (where bits < :review_bits)::int as dropped
    from identity.review
    where decision is null and reason = 'scored'
    """,
)
LOCK_REVIEW = Query(ReviewRow, f"{_REVIEW} where id = :id for update")
ADD_REVIEWS = Query(
    ReviewId,
    """
    insert into identity.review (id, record_a, record_b, bits, evidence, reason, found_at)
    select id, record_a, record_b, bits, evidence::jsonb, reason, :now
    from unnest(:ids::uuid[], :records_a::uuid[], :records_b::uuid[], :bits::float8[], :evidence::text[], :reasons::text[])
        as given (id, record_a, record_b, bits, evidence, reason)
    on conflict (record_a, record_b) where decision is null do nothing
    returning id
    """,
)
DECIDE = Query(
    None,
    """
    update identity.review
    set decision = :decision, actor = :actor, actor_name = :actor_name, decided_at = :now
    where decision is null and (record_a, record_b) in (select * from unnest(:records_a::uuid[], :records_b::uuid[]))
    """,
)
PUT_OFF = Query(None, "update identity.review set later_until = :until where id = :id and decision is null")

ATTRIBUTES = Query(
    Provenance,
    """
    select kind, value, record_id, source, confidence, seen_at, verified_at
    from identity.attribute
    where record_id = any(:ids::uuid[])
    order by record_id, kind, seen_at desc, value
    """,
)
DROP_ATTRIBUTES = Query(
    None,
    """
    delete from identity.attribute
    where (record_id, source) in (select * from unnest(:records::uuid[], :sources::text[]))
    """,
)
PUT_ATTRIBUTES = Query(
    None,
    """
    insert into identity.attribute (record_id, kind, value, source, confidence, seen_at, verified_at)
    select record_id, kind, value, source, confidence, coalesce(seen_at, :now), verified_at
    from unnest(:records::uuid[], :kinds::text[], :values::text[], :sources::text[], :confidence::int[], :seen::timestamptz[],
        :verified::timestamptz[]) as given (record_id, kind, value, source, confidence, seen_at, verified_at)
    on conflict (record_id, source, kind, value) do update
        set confidence = excluded.confidence, seen_at = greatest(attribute.seen_at, excluded.seen_at),
            verified_at = coalesce(excluded.verified_at, attribute.verified_at)
    """,
)


class Profile(msgspec.Struct, frozen=True):
    """A record in the forms it is compared in. The fields are `COMPARED`, in that order."""

    record_id: CustomerId
    given_name: str | None = None
    family_name: str | None = None
    street: str | None = None
    house_number: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    phone: str | None = None
    email: str | None = None
    birth_date: str | None = None
    tax_id: str | None = None


_PROFILE = (
    "record_id, given_name, family_name, street, house_number, city, region, postcode, phone, email, birth_date, tax_id"
)
PROFILES = Query(Profile, f"select {_PROFILE} from identity.profile where record_id = any(:ids::uuid[])")
EVERY_PROFILE = Query(
    Profile,
    f"select {_PROFILE} from identity.profile where record_id > :after::uuid order by record_id limit :rows_max",
)
DROP_PROFILES = Query(
    None,
    """
    with dropped as (delete from identity.profile where record_id = any(:ids::uuid[]))
    delete from identity.key where record_id = any(:ids::uuid[])
    """,
)
PUT_PROFILES = Query(
    None,
    f"""
    insert into identity.profile ({_PROFILE})
    select * from unnest(:record_id::uuid[], :given_name::text[], :family_name::text[], :street::text[], :house_number::text[],
        :city::text[], :region::text[], :postcode::text[], :phone::text[], :email::text[], :birth_date::text[], :tax_id::text[])
    on conflict (record_id) do nothing
    """,
)
PUT_KEYS = Query(
    None, "insert into identity.key (key, record_id) select * from unnest(:keys::bigint[], :records::uuid[])"
)


class Hit(msgspec.Struct, frozen=True):
    """A record that shares keys with the asker `ask`. `surety`: 0 roughly, 1 exactly, 2 by a key that is one person's alone."""

    ask: int
    surety: int
    person_id: CustomerId
    record_id: CustomerId
    given_name: str | None = None
    family_name: str | None = None
    street: str | None = None
    house_number: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    phone: str | None = None
    email: str | None = None
    birth_date: str | None = None
    tax_id: str | None = None


# A key that more than `key_max` records share says nothing, and is not read further.
HITS = Query(
    Hit,
    """
    with asked (ask, key, surety) as (
        select * from unnest(:asks::int[], :keys::bigint[], :sureties::int[])
    ),
    found as (
        select asked.ask, max(asked.surety) as surety, shared.record_id, count(*) as keys
        from asked
        cross join lateral (
            select record_id, count(*) over () as records
            from (select record_id from identity.key where key.key = asked.key limit :key_max + 1) as few
        ) as shared
        where shared.records <= :key_max
        group by asked.ask, shared.record_id
    ),
    best as (
        select *, row_number() over (partition by ask order by surety desc, keys desc, record_id) as place
        from found
    )
    select best.ask, best.surety, coalesce(member.person_id, best.record_id), profile.record_id, profile.given_name,
        profile.family_name, profile.street, profile.house_number, profile.city, profile.region, profile.postcode, profile.phone,
        profile.email, profile.birth_date, profile.tax_id
    from best
    join identity.profile on profile.record_id = best.record_id
    left join identity.member on member.record_id = best.record_id
    where best.place <= :candidates_max
    order by best.ask, best.place
    """,
)


class WeightsRow(msgspec.Struct, frozen=True):
    version: int
    made_at: datetime
    origin: str
    body: str


WEIGHTS = Query(WeightsRow, "select version, made_at, origin, body from identity.weights order by version desc limit 1")


class WeightsMark(msgspec.Struct, frozen=True):
    version: int
    made_at: datetime | None
    records: int
    merge_bits: float
    review_bits: float


# Which weights are the newest, among how many records (as the planner estimates it, which is exact enough), and the thresholds.
WEIGHTS_MARK = Query(
    WeightsMark,
    """
    select coalesce((select max(version) from identity.weights), 0), (select max(made_at) from identity.weights),
        (select greatest(reltuples, 0)::bigint from pg_class where oid = 'identity.profile'::regclass), merge_bits, review_bits
    from identity.policy
    """,
)
ADD_WEIGHTS = Query(
    int,
    "insert into identity.weights (made_at, origin, body) values (:now, :origin, :body::text::jsonb) returning version",
)
POLICY = Query(Policy, "select merge_bits, review_bits from identity.policy")
PUT_POLICY = Query(None, "update identity.policy set merge_bits = :merge_bits, review_bits = :review_bits")
SURVIVORSHIP = Query(Survivorship, "select kind, rules, sources from identity.survivorship order by kind")
PUT_SURVIVORSHIP = Query(
    None,
    """
    insert into identity.survivorship (kind, rules, sources) values (:kind, :rules::text[], :sources::text[])
    on conflict (kind) do update set rules = excluded.rules, sources = excluded.sources
    """,
)

"""SQL of what conditions ask of: what each record did, and what a person is reckoned to be from it."""

from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.platform.db import Query
from portico.segments.types import SegmentId

# What a person is follows from all that hangs on all her records: one reckoning at a time. Readers go on.
LOCK_RECORDS = Query(None, "lock table segments.record in share row exclusive mode")


class RecordRow(msgspec.Struct, frozen=True):
    record_id: CustomerId
    person_id: CustomerId


# These records, and all that are taken to be of one person with them.
TOGETHER = Query(
    RecordRow,
    """
    select record_id, person_id
    from segments.record
    where person_id in (select person_id from segments.record where record_id = any(:ids::uuid[]))
    """,
)
PEOPLE_OF = Query(CustomerId, "select distinct person_id from segments.record where record_id = any(:ids::uuid[])")
RECORDS_AFTER = Query(
    CustomerId, "select record_id from segments.record where record_id > :after order by record_id limit :rows_max"
)
PUT_RECORDS = Query(
    None,
    """
    insert into segments.record (record_id, person_id)
    select * from unnest(:records::uuid[], :people::uuid[])
    on conflict (record_id) do update set person_id = excluded.person_id where record.person_id <> excluded.person_id
    """,
)
FORGET_RECORDS = Query(
    None,
    """
    with records as (delete from segments.record where record_id = any(:ids::uuid[])),
    purchases as (delete from segments.purchase where record_id = any(:ids::uuid[])),
    lines as (delete from segments.bought where record_id = any(:ids::uuid[])),
    members as (delete from segments.member where record_id = any(:ids::uuid[]))
    delete from segments.points where record_id = any(:ids::uuid[])
    """,
)
# What a record did goes with its person.
MOVE = Query(
    None,
    """
    with given as (select * from unnest(:records::uuid[], :people::uuid[]) as given (record_id, person_id)),
    purchases as (
        update segments.purchase as held set person_id = given.person_id
        from given where held.record_id = given.record_id and held.person_id <> given.person_id
    ),
    lines as (
        update segments.bought as held set person_id = given.person_id
        from given where held.record_id = given.record_id and held.person_id <> given.person_id
    ),
    members as (
        update segments.member as held set person_id = given.person_id
        from given where held.record_id = given.record_id and held.person_id <> given.person_id
    )
    update segments.points as held set person_id = given.person_id
    from given where held.record_id = given.record_id and held.person_id <> given.person_id
    """,
)

DROP_PURCHASES = Query(
    CustomerId,
    """
    with lines as (delete from segments.bought where order_id = any(:order_ids::uuid[]))
    delete from segments.purchase where order_id = any(:order_ids::uuid[]) returning record_id
    """,
)
PUT_PURCHASES = Query(
    None,
    """
    insert into segments.purchase (order_id, record_id, person_id, placed_at, channel, channel_kind, location, currency, amount, country,
        city, postcode)
    select order_id, record_id, record_id, placed_at, channel, channel_kind, location, currency, amount, country, city, postcode
    from jsonb_to_recordset(:purchases::text::jsonb) as given (order_id uuid, record_id uuid, placed_at timestamptz, channel text,
        channel_kind text, location text, currency text, amount bigint, country text, city text, postcode text)
    """,
)
PUT_BOUGHT = Query(
    None,
    """
    insert into segments.bought (line_id, order_id, record_id, person_id, item_id, variant_id, placed_at, channel, channel_kind, location,
        currency, units, amount)
    select line_id, order_id, record_id, record_id, item_id, variant_id, placed_at, channel, channel_kind, location, currency, units,
        amount
    from jsonb_to_recordset(:lines::text::jsonb) as given (line_id uuid, order_id uuid, record_id uuid, item_id uuid, variant_id uuid,
        placed_at timestamptz, channel text, channel_kind text, location text, currency text, units bigint, amount bigint)
    """,
)
DROP_STANDINGS = Query(
    None,
    """
    with members as (delete from segments.member where record_id = any(:ids::uuid[]))
    delete from segments.points where record_id = any(:ids::uuid[])
    """,
)
PUT_MEMBERS = Query(
    None,
    """
    insert into segments.member (record_id, person_id, programme, tier, joined_at, birth_month, birth_day)
    select record_id, record_id, programme, tier, joined_at, birth_month, birth_day
    from jsonb_to_recordset(:members::text::jsonb) as given (record_id uuid, programme text, tier text, joined_at timestamptz,
        birth_month smallint, birth_day smallint)
    """,
)
PUT_POINTS = Query(
    None,
    """
    insert into segments.points (record_id, person_id, points)
    select record_id, record_id, points from unnest(:records::uuid[], :points::bigint[]) as given (record_id, points)
    where points <> 0
    """,
)

DROP_PEOPLE = Query(
    None,
    """
    with worths as (delete from segments.worth where person_id = any(:ids::uuid[])),
    mixes as (delete from segments.mix where person_id = any(:ids::uuid[]))
    delete from segments.person where person_id = any(:ids::uuid[])
    """,
)
# Where nobody has told where she lives, it is where her newest order went; and a birthday is what the oldest membership says.
PUT_PEOPLE = Query(
    None,
    """
    insert into segments.person (person_id, since, language, country, city, postcode, birth_month, birth_day, orders, first_order_at,
        last_order_at, points, tiers, granted, refused, reached)
    select given.person_id, given.since, given.language,
        case when given.placed then given.country else coalesce(sent.country, '') end,
        case when given.placed then given.city else coalesce(sent.city, '') end,
        case when given.placed then given.postcode else coalesce(sent.postcode, '') end,
        coalesce(given.birth_month, born.birth_month), case when given.birth_month is null then born.birth_day else given.birth_day end,
        bought.orders, bought.first_at, bought.last_at, coalesce(held.points, 0), coalesce(hers.tiers, '{}'), given.granted,
        given.refused, given.reached
    from jsonb_to_recordset(:people::text::jsonb) as given (person_id uuid, since timestamptz, language text, placed boolean,
        country text, city text, postcode text, birth_month smallint, birth_day smallint, granted text[], refused text[], reached text[])
    cross join lateral (
        select count(*) as orders, min(placed_at) as first_at, max(placed_at) as last_at
        from segments.purchase where purchase.person_id = given.person_id
    ) as bought
    left join lateral (
        select country, city, postcode from segments.purchase
        where purchase.person_id = given.person_id and country <> ''
        order by placed_at desc, order_id desc limit 1
    ) as sent on true
    left join lateral (
        select birth_month, birth_day from segments.member
        where member.person_id = given.person_id and birth_month is not null
        order by joined_at, record_id limit 1
    ) as born on true
    left join lateral (select sum(points) as points from segments.points where points.person_id = given.person_id) as held on true
    left join lateral (
        select array_agg(oldest.programme || ':' || oldest.tier order by oldest.programme) as tiers
        from (
            select distinct on (programme) programme, tier from segments.member
            where member.person_id = given.person_id order by programme, joined_at, record_id
        ) as oldest
    ) as hers on true
    """,
)
PUT_WORTHS = Query(
    None,
    """
    insert into segments.worth (person_id, currency, orders, amount)
    select person_id, currency, count(*), sum(amount)
    from segments.purchase where person_id = any(:ids::uuid[]) group by person_id, currency
    """,
)
PUT_MIXES = Query(
    None,
    """
    insert into segments.mix (person_id, channel_kind, orders)
    select person_id, channel_kind, count(*)
    from segments.purchase where person_id = any(:ids::uuid[]) group by person_id, channel_kind
    """,
)
EVERYBODY = Query(int, "select count(*) from segments.person")


class MemberRow(msgspec.Struct, frozen=True):
    person_id: CustomerId
    segment_id: SegmentId


MEMBERSHIPS = Query(
    MemberRow, "select person_id, segment_id from segments.membership where person_id = any(:ids::uuid[])"
)
ENTER = Query(
    MemberRow,
    """
    insert into segments.membership (segment_id, person_id, entered_at)
    select segment_id, person_id, :now from unnest(:segments::uuid[], :people::uuid[]) as given (segment_id, person_id)
    on conflict do nothing
    returning person_id, segment_id
    """,
)
LEAVE = Query(
    MemberRow,
    """
    delete from segments.membership
    where (segment_id, person_id) in (select * from unnest(:segments::uuid[], :people::uuid[]))
    returning person_id, segment_id
    """,
)
EMPTY = Query(None, "delete from segments.membership where segment_id = :id")


class DueRow(msgspec.Struct, frozen=True):
    id: SegmentId
    compared_at: datetime | None


# What nobody has looked at for longest first; at what has just been made or changed, at once.
DUE = Query(
    DueRow,
    """
    select id, compared_at
    from segments.segment
    where not archived and (compared_at is null or compared_at < :before)
    order by compared_at nulls first, id
    limit 1
    """,
)
COMPARED = Query(None, "update segments.segment set compared_at = :now where id = :id")


class StoredRow(msgspec.Struct, frozen=True):
    name: str
    data: str


# All that is reckoned of some people, to be compared with what it comes to when it is reckoned anew.
STORED = Query(
    StoredRow,
    """
    select 'record', to_jsonb(held)::text from segments.record as held where person_id = any(:people::uuid[])
    union all
    select 'purchase', to_jsonb(held)::text from segments.purchase as held where record_id = any(:records::uuid[])
    union all
    select 'bought', to_jsonb(held)::text from segments.bought as held where record_id = any(:records::uuid[])
    union all
    select 'member', to_jsonb(held)::text from segments.member as held where record_id = any(:records::uuid[])
    union all
    select 'points', to_jsonb(held)::text from segments.points as held where record_id = any(:records::uuid[])
    union all
    select 'person', to_jsonb(held)::text from segments.person as held where person_id = any(:people::uuid[])
    union all
    select 'worth', to_jsonb(held)::text from segments.worth as held where person_id = any(:people::uuid[])
    union all
    select 'mix', to_jsonb(held)::text from segments.mix as held where person_id = any(:people::uuid[])
    """,
)

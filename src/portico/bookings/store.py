"""All SQL of bookings."""

from datetime import datetime

import msgspec

from portico.bookings.types import (
    Booking,
    BookingId,
    Difference,
    Resource,
    ResourceId,
)
from portico.platform.db import Query

# Special days of the past are history.
RESOURCES = Query(
    Resource,
    """
    select id, code, kind, name, time_zone, location_id, unit, bucket_minutes, lead_minutes, horizon_days,
        hold_seconds_max, overbook_percent, waitlist_max, active,
        coalesce((
            select jsonb_agg(jsonb_build_object('weekday', weekday, 'opens_minute', opens_minute,
                'closes_minute', closes_minute, 'capacity', capacity) order by weekday, opens_minute)
            from bookings.opening
            where opening.resource_id = resource.id), '[]'),
        coalesce((
            select jsonb_agg(jsonb_build_object('day', day, 'hours', openings) order by day)
            from bookings.special_day
            where special_day.resource_id = resource.id and special_day.day >= :today::date - 2), '[]')
    from bookings.resource
    where (:ids::uuid[] is null or id = any(:ids))
        and (:location_ids::uuid[] is null or location_id = any(:location_ids))
        and (:kinds::text[] is null or kind = any(:kinds))
        and (active or :resting)
    order by code
    limit :rows_max
    """,
)
PUT_RESOURCES = Query(
    ResourceId,
    """
    insert into bookings.resource as resource (id, code, kind, name, location_id, time_zone, unit, bucket_minutes,
        lead_minutes, horizon_days, hold_seconds_max, overbook_percent, waitlist_max, active)
    select *
    from unnest(:ids::uuid[], :codes::text[], :kinds::text[], :names::text[], :location_ids::uuid[], :time_zones::text[],
        :units::text[], :bucket_minutes::int[], :lead_minutes::int[], :horizon_days::int[], :hold_seconds_max::int[],
        :overbook_percents::int[], :waitlist_maxs::int[], :actives::boolean[])
    on conflict (code) do update
    set kind = excluded.kind, name = excluded.name, location_id = excluded.location_id, time_zone = excluded.time_zone,
        unit = excluded.unit, bucket_minutes = excluded.bucket_minutes, lead_minutes = excluded.lead_minutes,
        horizon_days = excluded.horizon_days, hold_seconds_max = excluded.hold_seconds_max,
        overbook_percent = excluded.overbook_percent, waitlist_max = excluded.waitlist_max, active = excluded.active
    returning id
    """,
)
KNOWN = Query(ResourceId, "select id from bookings.resource where code = any(:codes::text[])")
DROP_OPENINGS = Query(None, "delete from bookings.opening where resource_id = any(:ids::uuid[])")
PUT_OPENINGS = Query(
    None,
    """
    insert into bookings.opening (resource_id, weekday, opens_minute, closes_minute, capacity)
    select resource.id, weekday, opens_minute, closes_minute, capacity
    from unnest(:codes::text[], :weekdays::smallint[], :opens::smallint[], :closes::smallint[], :capacities::int[])
        as given (code, weekday, opens_minute, closes_minute, capacity)
        join bookings.resource using (code)
    """,
)
PUT_SPECIAL_DAYS = Query(
    None,
    """
    insert into bookings.special_day (resource_id, day, openings)
    select resource.id, day, openings::jsonb
    from unnest(:codes::text[], :days::date[], :openings::text[]) as given (code, day, openings)
        join bookings.resource using (code)
    on conflict (resource_id, day) do update set openings = excluded.openings
    """,
)
DROP_SPECIAL_DAYS = Query(
    None,
    """
    delete from bookings.special_day
    using unnest(:codes::text[], :days::date[]) as gone (code, day)
        join bookings.resource using (code)
    where special_day.resource_id = resource.id and special_day.day = gone.day
    """,
)


class Taken(msgspec.Struct, frozen=True):
    resource_id: ResourceId
    starts_at: datetime
    taken: int


# Parts that ran out do not count as taken.
TAKEN = Query(
    Taken,
    """
    select bucket.resource_id, bucket.starts_at, bucket.taken - coalesce((
            select sum(part.quantity)::int
            from bookings.part
            where part.resource_id = bucket.resource_id and part.starts_at = bucket.starts_at
                and part.expires_at <= :now), 0)
    from bookings.bucket
    where bucket.resource_id = any(:resource_ids::uuid[])
        and bucket.starts_at >= :starts_at and bucket.starts_at < :ends_before
        and bucket.taken > 0
    """,
)
MAKE_BUCKETS = Query(
    None,
    """
    insert into bookings.bucket (resource_id, starts_at)
    select distinct resource_id, starts_at
    from unnest(:resource_ids::uuid[], :starts_ats::timestamptz[]) as key (resource_id, starts_at)
    where not exists (
        select from bookings.bucket
        where bucket.resource_id = key.resource_id and bucket.starts_at = key.starts_at
    )
    order by 1, 2
    on conflict do nothing
    """,
)
# Locks follow the sort, so that bookings that share buckets queue instead of deadlocking.
LOCK = Query(
    Taken,
    """
    select bucket.resource_id, bucket.starts_at, bucket.taken
    from unnest(:resource_ids::uuid[], :starts_ats::timestamptz[]) as key (resource_id, starts_at)
        join bookings.bucket
            on bucket.resource_id = key.resource_id and bucket.starts_at = key.starts_at
    order by bucket.resource_id, bucket.starts_at
    for update of bucket
    """,
)
# Only while the buckets are locked.
GIVE_BACK_EXPIRED = Query(
    Taken,
    """
    with ended as (
        delete from bookings.part
        using unnest(:resource_ids::uuid[], :starts_ats::timestamptz[]) as key (resource_id, starts_at)
        where part.resource_id = key.resource_id and part.starts_at = key.starts_at and part.expires_at <= :now
        returning part.resource_id, part.starts_at, part.quantity
    )
    update bookings.bucket
    set taken = bucket.taken - freed.quantity
    from (select resource_id, starts_at, sum(quantity)::int as quantity from ended group by 1, 2) as freed
    where bucket.resource_id = freed.resource_id and bucket.starts_at = freed.starts_at
    returning bucket.resource_id, bucket.starts_at, bucket.taken
    """,
)


class Part(msgspec.Struct, frozen=True):
    booking_id: BookingId
    resource_id: ResourceId
    starts_at: datetime
    quantity: int


PARTS = Query(
    Part,
    """
    select booking_id, resource_id, starts_at, quantity
    from bookings.part
    where booking_id = any(:ids::uuid[])
    order by booking_id, starts_at
    """,
)
# `changes` come summed up per bucket; `taken_max` is what each takes today.
CHANGE_BUCKETS = Query(
    None,
    """
    update bookings.bucket
    set taken = bucket.taken + change.amount,
        taken_max = case
            when change.amount > 0 then change.taken_max
            else greatest(change.taken_max, bucket.taken + change.amount)
        end
    from unnest(:resource_ids::uuid[], :starts_ats::timestamptz[], :amounts::int[], :taken_maxs::int[])
        as change (resource_id, starts_at, amount, taken_max)
    where bucket.resource_id = change.resource_id and bucket.starts_at = change.starts_at
    """,
)
DROP_PARTS = Query(None, "delete from bookings.part where booking_id = any(:ids::uuid[])")
ADD_PARTS = Query(
    None,
    """
    insert into bookings.part (booking_id, resource_id, starts_at, quantity, expires_at)
    select *
    from unnest(:booking_ids::uuid[], :resource_ids::uuid[], :starts_ats::timestamptz[], :quantities::int[],
        :expires_ats::timestamptz[])
    """,
)
PUT_BOOKINGS = Query(
    None,
    """
    insert into bookings.booking as booking (id, resource_id, starts_at, ends_before, quantity, holder, state,
        expires_at, note, actor, booked_at)
    select id, resource_id, starts_at, ends_before, quantity, holder, state, expires_at, note, actor, :now
    from unnest(:ids::uuid[], :resource_ids::uuid[], :starts_ats::timestamptz[], :ends_befores::timestamptz[],
        :quantities::int[], :holders::text[], :states::text[], :expires_ats::timestamptz[], :notes::text[],
        :actors::text[])
        as given (id, resource_id, starts_at, ends_before, quantity, holder, state, expires_at, note, actor)
    on conflict (id) do update
    set resource_id = excluded.resource_id, starts_at = excluded.starts_at, ends_before = excluded.ends_before,
        quantity = excluded.quantity, state = excluded.state, expires_at = excluded.expires_at, note = excluded.note
    """,
)
_BOOKING = "id, resource_id, starts_at, ends_before, quantity, holder, state, expires_at, note, actor, booked_at"
BOOKINGS = Query(Booking, f"select {_BOOKING} from bookings.booking where id = any(:ids::uuid[]) order by id")
LOCK_BOOKINGS = Query(
    Booking, f"select {_BOOKING} from bookings.booking where id = any(:ids::uuid[]) order by id for update"
)
OF_HOLDERS = Query(
    Booking,
    f"""
    select {_BOOKING}
    from bookings.booking
    where holder = any(:holders::text[]) and state <> 'canceled'
    order by starts_at, id
    """,
)
AGENDA = Query(
    Booking,
    f"""
    select {_BOOKING}
    from bookings.booking
    where resource_id = :resource_id and state <> 'canceled'
        and starts_at < :ends_before and ends_before > :starts_at
        and (state <> 'held' or expires_at is null or expires_at > :now)
    order by starts_at, booked_at, id
    limit :rows_max
    """,
)
# Of those who wait, whoever wants any of the buckets that came free.
WAITING = Query(
    Booking,
    f"""
    select {_BOOKING}
    from bookings.booking
    where resource_id = any(:resource_ids::uuid[]) and state = 'waiting' and starts_at > :now
        and exists (
            select from unnest(:resource_ids::uuid[], :starts_ats::timestamptz[]) as freed (resource_id, starts_at)
            where freed.resource_id = booking.resource_id
                and freed.starts_at >= booking.starts_at and freed.starts_at < booking.ends_before
        )
    order by booked_at, id
    limit :rows_max
    """,
)
WAITING_COUNT = Query(
    Taken,
    """
    select resource_id, starts_at, count(*)::int
    from bookings.booking
    where resource_id = any(:resource_ids::uuid[]) and state = 'waiting' and starts_at > :now
    group by 1, 2
    """,
)
# The booking's own state follows its parts: all of them are kept for longer, or for good, or it has ended.
KEEP_PARTS = Query(
    int,
    """
    with kept as (
        update bookings.part set expires_at = :expires_at where booking_id = :id returning quantity
    )
    select coalesce(sum(quantity), 0)::int from kept
    """,
)
SET_STATE = Query(
    None,
    """
    update bookings.booking
    set state = :state, expires_at = :expires_at
    where id = any(:ids::uuid[])
    """,
)
RENAME = Query(None, "update bookings.booking set holder = :holder where id = :id")
EXPIRED_KEYS = Query(
    Taken,
    """
    select distinct resource_id, starts_at, 0
    from bookings.part
    where expires_at <= :now
    order by 1, 2
    limit :keys_max
    """,
)
LARGEST = Query(
    Taken,
    """
    select resource_id, starts_at, taken
    from bookings.bucket
    where resource_id = any(:ids::uuid[]) and starts_at >= :now and taken > 0
    order by 1, 2
    limit :rows_max
    """,
)
DIFFERENCES = Query(
    Difference,
    """
    with added as (
        select resource_id, starts_at, sum(quantity)::int as quantity from bookings.part group by 1, 2
    )
    select resource_id, starts_at, coalesce(bucket.taken, 0), coalesce(added.quantity, 0)
    from bookings.bucket full join added using (resource_id, starts_at)
    where coalesce(bucket.taken, 0) <> coalesce(added.quantity, 0)
    order by 1, 2
    """,
)

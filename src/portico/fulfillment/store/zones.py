"""SQL of zones and waves."""

from portico.fulfillment.store.work import ZoneItem
from portico.fulfillment.types import FulfillmentId, Shelved, Wave, WaveId, Zone
from portico.platform.db import Query

ZONES = Query(
    Zone, "select code, name, position from fulfillment.zone where location_id = :location_id order by position, code"
)
ZONE_ITEMS = Query(
    Shelved, "select subject, zone from fulfillment.zone_item where location_id = :location_id order by subject"
)
ZONES_OF = Query(
    ZoneItem,
    """
    select item.location_id, item.subject, item.zone, zone.position
    from fulfillment.zone_item as item join fulfillment.zone on zone.location_id = item.location_id and zone.code = item.zone
    where item.location_id = any(:location_ids::uuid[]) and item.subject = any(:subjects::text[])
    """,
)
DROP_ZONES = Query(
    None, "delete from fulfillment.zone where location_id = :location_id and not code = any(:codes::text[])"
)
PUT_ZONES = Query(
    None,
    """
    insert into fulfillment.zone (location_id, code, name, position)
    select :location_id, code, name, position from unnest(:codes::text[], :names::text[], :positions::int[])
        as given (code, name, position)
    on conflict (location_id, code) do update set name = excluded.name, position = excluded.position
    """,
)
DROP_ZONE_ITEMS = Query(None, "delete from fulfillment.zone_item where location_id = :location_id")
PUT_ZONE_ITEMS = Query(
    None,
    """
    insert into fulfillment.zone_item (location_id, subject, zone)
    select :location_id, subject, zone from unnest(:subjects::text[], :zones::text[]) as given (subject, zone)
    """,
)
WAVES = Query(
    Wave,
    """
    select wave.id, wave.location_id, zone, wave.state, wave.claimed_by, wave.claimed_name, made_at, wave.done_at,
        (select count(*) from fulfillment.fulfillment where wave_id = wave.id), coalesce(walked.lines, 0),
        coalesce(walked.done, 0)
    from fulfillment.wave
    left join lateral (
        select count(*) as lines, count(*) filter (where line.picked + line.short >= line.asked) as done
        from fulfillment.fulfillment as member join fulfillment.fulfillment_line as line on line.fulfillment_id = member.id
        where member.wave_id = wave.id
    ) as walked on true
    where (wave.id = any(:ids::uuid[])
        or (:location_ids::uuid[] is not null and wave.location_id = any(:location_ids) and wave.state <> 'done'))
    order by made_at, id
    limit 200
    """,
)
ADD_WAVE = Query(
    None,
    """
    insert into fulfillment.wave (id, location_id, zone, state, made_at) values (:id, :location_id, :zone, 'open', :now)
    """,
)
# Whoever comes second finds it taken: one statement decides.
CLAIM_WAVE = Query(
    WaveId,
    """
    update fulfillment.wave
    set state = 'picking', claimed_by = :claimed_by, claimed_name = :claimed_name
    where id = :id and (state = 'open' or (state = 'picking' and claimed_by = :claimed_by))
    returning id
    """,
)
# Whoever had it has it no more; one that is done is nobody's to hand over.
ASSIGN_WAVE = Query(
    WaveId,
    """
    update fulfillment.wave
    set state = 'picking', claimed_by = :claimed_by, claimed_name = :claimed_name
    where id = :id and state <> 'done'
    returning id
    """,
)
END_WAVES = Query(
    WaveId,
    """
    update fulfillment.wave
    set state = 'done', done_at = :now
    where state <> 'done' and id = any(:ids::uuid[]) and not exists (
        select from fulfillment.fulfillment where wave_id = wave.id and state in ('open', 'picking', 'on_hold'))
    returning id
    """,
)
# The most urgent first; with a zone, those of which something lies there.
TO_WAVE = Query(
    FulfillmentId,
    """
    select id
    from fulfillment.fulfillment
    where location_id = :location_id and state = 'open' and wave_id is null and claimed_by = ''
        and (:ways::text[] is null or way = any(:ways)) and (:due_before::timestamptz is null or due_at < :due_before)
        and (:zone = '' or exists (
            select from fulfillment.fulfillment_line as line
            where line.fulfillment_id = fulfillment.id and line.zone = :zone and line.asked > line.picked + line.short))
    order by due_at, id
    limit :rows_max
    """,
)

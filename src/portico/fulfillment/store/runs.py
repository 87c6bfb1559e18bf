"""SQL of delivery runs, and of buyers who come."""

from portico.fulfillment.types import Arrival, FulfillmentId, Run, RunId, Stop
from portico.platform.db import Query

RUNS = Query(
    Run,
    """
    select id, location_id, state, driver, made_at, left_at, done_at
    from fulfillment.run
    where id = any(:ids::uuid[])
        or (:location_ids::uuid[] is not null and location_id = any(:location_ids) and state <> 'done')
    order by made_at, id
    limit 200
    """,
)
STOPS = Query(
    Stop,
    """
    select run_id, fulfillment_id, position, state, note, at
    from fulfillment.stop
    where run_id = any(:run_ids::uuid[])
    order by run_id, position
    """,
)
ADD_RUN = Query(
    None,
    """
    with made as (
        insert into fulfillment.run (id, location_id, state, driver, made_at) values (:id, :location_id, 'planned', :driver, :now)
    )
    insert into fulfillment.stop (run_id, fulfillment_id, position, state)
    select :id, fulfillment_id, position, 'waiting'
    from unnest(:fulfillment_ids::uuid[]) with ordinality as given (fulfillment_id, position)
    """,
)
ORDER_STOPS = Query(
    FulfillmentId,
    """
    update fulfillment.stop
    set position = given.position
    from unnest(:fulfillment_ids::uuid[]) with ordinality as given (fulfillment_id, position)
    where stop.run_id = :run_id and stop.fulfillment_id = given.fulfillment_id
    returning stop.fulfillment_id
    """,
)
LEAVE = Query(
    RunId,
    "update fulfillment.run set state = 'out', left_at = :now where id = :id and state = 'planned' returning id",
)
END_STOP = Query(
    FulfillmentId,
    """
    update fulfillment.stop
    set state = :state, note = :note, at = :now
    where run_id = :run_id and fulfillment_id = :fulfillment_id and state = 'waiting'
    returning fulfillment_id
    """,
)
END_RUN = Query(
    RunId,
    """
    update fulfillment.run
    set state = 'done', done_at = :now
    where id = :id and state = 'out' and not exists (
        select from fulfillment.stop where run_id = :id and state = 'waiting')
    returning id
    """,
)

ARRIVAL_COLUMNS = """id, location_id, holder, order_label, buyer_name, state, bay, vehicle, on_way_at, expected_at, here_at,
        served_at"""
ARRIVALS = Query(
    Arrival,
    f"""
    select {ARRIVAL_COLUMNS}
    from fulfillment.arrival
    where state in ('on_the_way', 'here')
        and (location_id = any(:location_ids::uuid[]) or holder = any(:holders::text[]))
    order by here_at nulls last, expected_at nulls last, id
    limit 500
    """,
)
COME = Query(
    Arrival,
    f"""
    insert into fulfillment.arrival (id, location_id, holder, order_label, buyer_name, state, bay, vehicle, on_way_at,
        expected_at, here_at)
    values (:id, :location_id, :holder, :order_label, :buyer_name, :state, :bay, :vehicle, :on_way_at, :expected_at, :here_at)
    on conflict (holder, location_id) where state in ('on_the_way', 'here') do update
    set state = case when arrival.state = 'here' then 'here' else excluded.state end,
        bay = case when excluded.bay <> '' then excluded.bay else arrival.bay end,
        vehicle = case when excluded.vehicle <> '' then excluded.vehicle else arrival.vehicle end,
        on_way_at = coalesce(arrival.on_way_at, excluded.on_way_at),
        expected_at = coalesce(excluded.expected_at, arrival.expected_at),
        here_at = coalesce(arrival.here_at, excluded.here_at)
    returning {ARRIVAL_COLUMNS}
    """,
)
SERVE = Query(
    Arrival,
    f"""
    update fulfillment.arrival
    set state = :state, served_at = case when :state = 'served' then :now::timestamptz end
    where holder = :holder and location_id = :location_id and state in ('on_the_way', 'here')
    returning {ARRIVAL_COLUMNS}
    """,
)
FIND_ARRIVAL = Query(Arrival, f"select {ARRIVAL_COLUMNS} from fulfillment.arrival where id = :id")

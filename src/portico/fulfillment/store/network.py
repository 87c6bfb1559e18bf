"""SQL of places, carriers and holidays."""

from portico.fulfillment.types import CarrierService, Holiday, Learned, Node
from portico.platform.db import Query

NODES = Query(
    Node,
    """
    select node.location_id, node.pick_minutes_order, pick_minutes_line, orders_per_day, cutoff_minute, ship_weekdays,
        handling_cost, delivery_radius_m, delivery_cost, learned.pick_minutes_order, coalesce(picks, 0)
    from fulfillment.node left join fulfillment.learned on learned.location_id = node.location_id
    order by node.location_id
    """,
)
# Places of which nothing else is said than how long they took.
LEARNED_NODES = Query(
    Learned,
    """
    select location_id, pick_minutes_order, picks, wait_minutes, waits
    from fulfillment.learned
    where location_id not in (select location_id from fulfillment.node)
    """,
)
PUT_NODES = Query(
    None,
    """
    insert into fulfillment.node (location_id, pick_minutes_order, pick_minutes_line, orders_per_day, cutoff_minute,
        ship_weekdays, handling_cost, delivery_radius_m, delivery_cost)
    select location_id, pick_minutes_order, pick_minutes_line, orders_per_day, cutoff_minute,
        string_to_array(ship_weekdays, ',')::smallint[], handling_cost, delivery_radius_m, delivery_cost
    from unnest(:location_ids::uuid[], :pick_minutes_orders::int[], :pick_minutes_lines::int[], :orders_per_days::int[],
        :cutoff_minutes::smallint[], :ship_weekdays::text[], :handling_costs::bigint[], :delivery_radiuses::int[],
        :delivery_costs::bigint[])
        as given (location_id, pick_minutes_order, pick_minutes_line, orders_per_day, cutoff_minute, ship_weekdays,
            handling_cost, delivery_radius_m, delivery_cost)
    on conflict (location_id) do update
    set pick_minutes_order = excluded.pick_minutes_order, pick_minutes_line = excluded.pick_minutes_line,
        orders_per_day = excluded.orders_per_day, cutoff_minute = excluded.cutoff_minute,
        ship_weekdays = excluded.ship_weekdays, handling_cost = excluded.handling_cost,
        delivery_radius_m = excluded.delivery_radius_m, delivery_cost = excluded.delivery_cost
    """,
)
SERVICES = Query(
    CarrierService,
    """
    select code, name, countries, currency, bands, collects, delivers, calendar, cutoff_minute, active
    from fulfillment.carrier_service
    order by code
    """,
)
PUT_SERVICES = Query(
    None,
    """
    insert into fulfillment.carrier_service (code, name, countries, currency, bands, collects, delivers, calendar,
        cutoff_minute, active)
    select code, name, string_to_array(countries, ','), currency, bands::jsonb,
        string_to_array(collects, ',')::smallint[], string_to_array(delivers, ',')::smallint[], calendar, cutoff_minute,
        active
    from unnest(:codes::text[], :names::text[], :countries::text[], :currencies::text[], :bands::text[], :collects::text[],
        :delivers::text[], :calendars::text[], :cutoff_minutes::smallint[], :actives::boolean[])
        as given (code, name, countries, currency, bands, collects, delivers, calendar, cutoff_minute, active)
    on conflict (code) do update
    set name = excluded.name, countries = excluded.countries, currency = excluded.currency, bands = excluded.bands,
        collects = excluded.collects, delivers = excluded.delivers, calendar = excluded.calendar,
        cutoff_minute = excluded.cutoff_minute, active = excluded.active
    """,
)
HOLIDAYS = Query(
    Holiday,
    """
    select calendar, day, name
    from fulfillment.holiday
    where day >= :today::date - 7
    order by calendar, day
    """,
)
PUT_HOLIDAYS = Query(
    None,
    """
    insert into fulfillment.holiday (calendar, day, name)
    select * from unnest(:calendars::text[], :days::date[], :names::text[])
    on conflict (calendar, day) do update set name = excluded.name
    """,
)
DROP_HOLIDAYS = Query(
    None,
    """
    delete from fulfillment.holiday
    using unnest(:calendars::text[], :days::date[]) as gone (calendar, day)
    where holiday.calendar = gone.calendar and holiday.day = gone.day
    """,
)

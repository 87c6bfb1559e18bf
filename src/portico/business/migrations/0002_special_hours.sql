-- A date on which a location is not open as its weekday is: other hours, or (opens null) closed.
create table business.special_hours (
    location_id uuid not null references business.location (id),
    day date not null,
    opens time,
    closes time,
    reason text not null default '',
    primary key (location_id, day),
    check ((opens is null) = (closes is null)),
    check (opens < closes)
);

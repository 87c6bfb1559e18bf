"""What this room holds of people: of those who work here only, whose data are no customer's to see or to have erased."""

from portico.platform.personal import Room

PERSONAL = Room(
    name="business",
    nobodys={
        "brand": "who sells", "market": "where", "channel": "how", "location": "places", "opening_hours": "places",
        "special_hours": "places", "till": "tills", "staff": "people who work here",
    },
)  # fmt: skip

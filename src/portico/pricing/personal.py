"""What this room holds of people: nothing."""

from portico.platform.personal import Room

PERSONAL = Room(name="pricing", nobodys={"price": "prices", "tax_rate": "taxes"})

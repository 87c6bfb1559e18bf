"""What this room holds of people: nothing."""

from portico.platform.personal import Room

PERSONAL = Room(
    name="catalog",
    nobodys=dict.fromkeys(("barcode", "category", "component", "item", "media", "pack", "variant"), "what is sold"),
)

"""What this room holds of people: nothing. Its rows name orders and leases by their ids, and who of us moved goods."""

from portico.platform.personal import Room

PERSONAL = Room(
    name="inventory",
    nobodys=dict.fromkeys(
        (
            "backorder", "count", "count_line", "feed", "feed_stretch", "hold", "inbound", "inbound_line", "lease", "lease_line",
            "lot", "movement", "movement_lot", "policy", "reservation", "shrink", "stock",
        ),
        "goods, and who works with them",
    ),
)  # fmt: skip

"""The roles a retailer starts with. Permissions are `<room>.<verb>`; a role is held everywhere or at one location."""

ROLES: dict[str, tuple[str, ...]] = {
    "cashier": (
        "till.use", "catalog.read", "inventory.read", "inventory.receive", "inventory.count", "inventory.hold", "customers.read",
        "customers.write", "carts.read", "carts.write", "checkout.write", "orders.read", "orders.place",
        "orders.hand_over", "payments.cash", "bookings.read", "bookings.book", "fulfillment.pick", "fulfillment.ship",
        "documents.read", "documents.issue",
    ),
    "agent": (
        "desk.use", "catalog.read", "inventory.read", "inventory.hold", "customers.read", "customers.write", "carts.read", "carts.write",
        "checkout.write", "orders.read", "orders.place", "bookings.read", "bookings.book", "fulfillment.read", "documents.read",
        "documents.issue",
    ),
    "manager": (
        "till.use", "desk.use", "office.use", "catalog.read", "catalog.write", "inventory.read", "inventory.adjust",
        "inventory.receive", "inventory.count", "inventory.hold", "inventory.policies", "customers.read", "customers.write", "carts.read", "carts.write", "checkout.write", "orders.read", "orders.place",
        "orders.hand_over", "payments.cash", "bookings.read", "bookings.book", "bookings.manage", "fulfillment.read", "fulfillment.manage", "fulfillment.pick", "fulfillment.ship", "business.manage",
        "documents.read", "documents.issue",
    ),
    "merchandiser": (
        "office.use", "catalog.read", "catalog.write", "inventory.read", "inventory.adjust", "inventory.receive",
        "inventory.count", "inventory.policies", "orders.read", "documents.read",
    ),
}  # fmt: skip

SCOPES = frozenset(permission for permissions in ROLES.values() for permission in permissions)

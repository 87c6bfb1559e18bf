"""The roles a retailer starts with. Permissions are `<room>.<verb>`; a role is held everywhere or at one location."""

ROLES: dict[str, tuple[str, ...]] = {
    "cashier": (
        "till.use", "catalog.read", "inventory.read", "inventory.receive", "inventory.count", "inventory.hold", "customers.read",
        "customers.write", "carts.read", "carts.write", "checkout.write", "orders.read", "orders.place",
        "orders.hand_over", "orders.note", "payments.cash", "payments.refund", "loyalty.read", "pricing.read", "bookings.read", "bookings.book", "documents.read", "documents.issue", "companies.read",
        "fulfillment.pick", "fulfillment.ship", "returns.read", "returns.take",
    ),
    "agent": (
        "desk.use", "catalog.read", "inventory.read", "inventory.hold", "customers.read", "customers.write", "carts.read", "carts.write",
        "checkout.write", "orders.read", "orders.place", "orders.edit", "orders.cancel", "orders.hold", "orders.note", "payments.read", "payments.refund", "loyalty.read", "pricing.read", "bookings.read", "bookings.book", "fulfillment.read", "documents.read",
        "documents.issue", "returns.read", "returns.take", "privacy.read", "companies.read",
    ),
    "manager": (
        "till.use", "desk.use", "office.use", "catalog.read", "catalog.write", "inventory.read", "inventory.adjust",
        "inventory.receive", "inventory.count", "inventory.hold", "inventory.policies", "customers.read", "customers.write", "carts.read", "carts.write", "checkout.write", "orders.read", "orders.place",
        "orders.hand_over", "orders.edit", "orders.override_price", "orders.cancel", "orders.hold", "orders.note", "payments.cash", "payments.refund", "payments.invoice", "payments.read", "payments.close", "payments.manage", "loyalty.read", "loyalty.issue", "pricing.read", "pricing.manage", "bookings.read", "bookings.book", "bookings.manage", "fulfillment.read", "fulfillment.manage", "fulfillment.pick", "fulfillment.ship", "business.manage", "loyalty.manage",
        "documents.read", "documents.issue", "returns.read", "returns.take", "returns.override", "returns.without_receipt", "returns.manage",
        "privacy.read", "privacy.manage", "privacy.export", "privacy.erase", "privacy.audit", "identity.review", "identity.manage", "segments.read", "segments.manage",
        "companies.read", "companies.manage",
    ),
    "merchandiser": (
        "office.use", "catalog.read", "catalog.write", "inventory.read", "inventory.adjust", "inventory.receive",
        "inventory.count", "inventory.policies", "pricing.read", "pricing.manage", "orders.read", "documents.read", "segments.read",
    ),
}  # fmt: skip

SCOPES = frozenset(permission for permissions in ROLES.values() for permission in permissions)

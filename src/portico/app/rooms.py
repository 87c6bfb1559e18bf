"""The rooms, lower floors first: the order of migrations, and of the house."""

ROOMS = (
    "platform",
    "business",
    "catalog",
    "customers",
    "privacy",
    "identity",
    "bookings",
    "ledger",
    "companies",
    "pricing",
    "loyalty",
    "inventory",
    "fulfillment",
    "payments",
    "carts",
    "orders",
    "checkout",
    "approvals",
    "returns",
    "documents",
)

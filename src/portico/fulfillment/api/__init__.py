"""What others may ask of fulfillment."""

from portico.fulfillment.api.network import (
    Networks,
    holidays,
    network,
    node,
    put_holidays,
    put_nodes,
    put_services,
)
from portico.fulfillment.api.promising import hold, promise
from portico.fulfillment.api.sourcing import (
    NONE,
    add,
    agreed,
    decisions,
    explain,
    latest,
    put_rules,
    replay,
    rules_of,
    since,
    source,
    source_again,
    versions,
)
from portico.fulfillment.rules.sourcing import check_rules

__all__ = [
    "NONE",
    "Networks",
    "add",
    "agreed",
    "check_rules",
    "decisions",
    "explain",
    "hold",
    "holidays",
    "latest",
    "network",
    "node",
    "promise",
    "put_holidays",
    "put_nodes",
    "put_rules",
    "put_services",
    "replay",
    "rules_of",
    "since",
    "source",
    "source_again",
    "versions",
]

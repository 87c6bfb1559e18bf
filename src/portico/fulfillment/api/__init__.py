"""What others may ask of fulfillment."""

from portico.fulfillment.api.areas import areas, locate, put_areas
from portico.fulfillment.api.holding import hold
from portico.fulfillment.api.network import (
    Networks,
    holidays,
    network,
    node,
    put_holidays,
    put_nodes,
    put_services,
)
from portico.fulfillment.api.promising import promise
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
    "areas",
    "check_rules",
    "decisions",
    "explain",
    "hold",
    "holidays",
    "latest",
    "locate",
    "network",
    "node",
    "promise",
    "put_areas",
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

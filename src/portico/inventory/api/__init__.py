"""What others may ask of inventory. Hot commands take many and answer each, in order of arrival."""

from portico.inventory.api.allocating import allocate, hand_over, release, sweep_expired, tidy_expired
from portico.inventory.api.approving import approve, short, write_away
from portico.inventory.api.backorders import backorders, fill, fill_waiting, put_backorders
from portico.inventory.api.bundles import on_shelf, parts_of, told_by
from portico.inventory.api.counting import cancel_count, count, open_count, open_counts, record
from portico.inventory.api.feeding import begin_feed, feed
from portico.inventory.api.holding import extend, hold, holding, let_go, sweep_holdings
from portico.inventory.api.leasing import abandon_lease, lease, leased, leases, open_lease, settle_lease, suggest_lease
from portico.inventory.api.lots import lots, trace
from portico.inventory.api.moving import adjust, move
from portico.inventory.api.promising import drop_policies, free, policies, promisable, put_policies
from portico.inventory.api.reading import (
    claims,
    differences,
    held,
    held_at,
    held_until,
    levels,
    movements,
    standing,
)
from portico.inventory.api.receiving import announce, cancel, coming, expected, inbound, receive, sent

__all__ = [
    "abandon_lease",
    "adjust",
    "allocate",
    "announce",
    "approve",
    "backorders",
    "begin_feed",
    "cancel",
    "cancel_count",
    "claims",
    "coming",
    "count",
    "differences",
    "drop_policies",
    "expected",
    "extend",
    "feed",
    "fill",
    "fill_waiting",
    "free",
    "hand_over",
    "held",
    "held_at",
    "held_until",
    "hold",
    "holding",
    "inbound",
    "lease",
    "leased",
    "leases",
    "let_go",
    "levels",
    "lots",
    "move",
    "movements",
    "on_shelf",
    "open_count",
    "open_counts",
    "open_lease",
    "parts_of",
    "policies",
    "promisable",
    "put_backorders",
    "put_policies",
    "receive",
    "record",
    "release",
    "sent",
    "settle_lease",
    "short",
    "standing",
    "suggest_lease",
    "sweep_expired",
    "sweep_holdings",
    "tidy_expired",
    "told_by",
    "trace",
    "write_away",
]

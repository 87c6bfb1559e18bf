"""What others may ask of inventory. Hot commands take many and answer each, in order of arrival."""

from portico.inventory.api.allocating import allocate, hand_over, release, sweep_expired, tidy_expired
from portico.inventory.api.backorders import backorders, fill, fill_waiting, put_backorders
from portico.inventory.api.counting import approve, cancel_count, count, open_count, open_counts, record
from portico.inventory.api.feeding import begin_feed, feed
from portico.inventory.api.leasing import lease, open_lease, settle_lease, suggest_lease
from portico.inventory.api.lots import lots, trace
from portico.inventory.api.moving import adjust, move
from portico.inventory.api.promising import drop_policies, policies, promisable, put_policies
from portico.inventory.api.reading import differences, levels, movements, standing
from portico.inventory.api.receiving import announce, cancel, expected, inbound, receive

__all__ = [
    "adjust",
    "allocate",
    "announce",
    "approve",
    "backorders",
    "begin_feed",
    "cancel",
    "cancel_count",
    "count",
    "differences",
    "drop_policies",
    "expected",
    "feed",
    "fill",
    "fill_waiting",
    "hand_over",
    "inbound",
    "lease",
    "levels",
    "lots",
    "move",
    "movements",
    "open_count",
    "open_counts",
    "open_lease",
    "policies",
    "promisable",
    "put_backorders",
    "put_policies",
    "receive",
    "record",
    "release",
    "settle_lease",
    "standing",
    "suggest_lease",
    "sweep_expired",
    "tidy_expired",
    "trace",
]

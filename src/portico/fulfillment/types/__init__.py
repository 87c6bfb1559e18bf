"""Fulfillment as values."""

from portico.fulfillment.types.areas import PostalArea, PostalPoint, UnknownPostalCode
from portico.fulfillment.types.network import BadNetwork, Band, CarrierService, Holiday, Network, Node
from portico.fulfillment.types.promise import (
    Because,
    HeldPromise,
    NotOffered,
    Option,
    OptionGone,
    Part,
    Promise,
    PromiseAsk,
    PromiseLine,
    SlotOffer,
    Way,
    WayReason,
)
from portico.fulfillment.types.sourcing import (
    Assignment,
    BadAsk,
    BadRules,
    Candidate,
    Decision,
    DecisionId,
    Destination,
    Explained,
    Inputs,
    LeftOut,
    NoSource,
    Otherwise,
    Outcome,
    Parcel,
    Problem,
    Replay,
    Rules,
    RuleSet,
    RuleSetId,
    Scored,
    Shipment,
    Solution,
    SourceAsk,
    Sourced,
    SourceLine,
    Tally,
    Weights,
    Why,
)

__all__ = [
    "Assignment", "BadAsk", "BadNetwork", "BadRules", "Band", "Because", "Candidate", "CarrierService", "Decision",
    "DecisionId", "Destination", "Explained", "HeldPromise", "Holiday", "Inputs", "LeftOut", "Network", "NoSource", "Node",
    "NotOffered", "Option", "OptionGone", "Otherwise", "Outcome", "Parcel", "Part", "PostalArea", "PostalPoint", "Problem", "Promise",
    "PromiseAsk", "PromiseLine", "Replay", "RuleSet", "RuleSetId", "Rules", "Scored", "Shipment", "SlotOffer", "Solution",
    "SourceAsk", "SourceLine", "Sourced", "Tally", "UnknownPostalCode", "Way", "WayReason", "Weights", "Why",
]  # fmt: skip

"""What others may ask of identity."""

from portico.identity.api.batch import learn, match
from portico.identity.api.indexing import index
from portico.identity.api.knowing import (
    check_attributes,
    person,
    put_attributes,
    put_survivorship,
    record,
    standing,
    survivorships,
)
from portico.identity.api.merging import (
    differences,
    each_own_records,
    every_record,
    keep_apart,
    members,
    merge,
    own_records,
    representatives,
    unmerge,
)
from portico.identity.api.resolving import resolve
from portico.identity.api.reviewing import (
    consider,
    decide,
    policy,
    put_off,
    put_policy,
    reviews,
    settle,
    try_policy,
    waiting,
)

__all__ = [
    "check_attributes",
    "consider",
    "decide",
    "differences",
    "each_own_records",
    "every_record",
    "index",
    "keep_apart",
    "learn",
    "match",
    "members",
    "merge",
    "own_records",
    "person",
    "policy",
    "put_attributes",
    "put_off",
    "put_policy",
    "put_survivorship",
    "record",
    "representatives",
    "resolve",
    "reviews",
    "settle",
    "standing",
    "survivorships",
    "try_policy",
    "unmerge",
    "waiting",
]

"""What others may ask of privacy."""

from portico.privacy.consenting import (
    OPT_IN_LASTS,
    ask_twice,
    choices,
    confirm,
    hashes_of,
    link,
    of_link,
    opt_in,
    purposes,
    put_purpose,
    read_link,
    record,
    said,
    unsubscribe,
    words,
)
from portico.privacy.erasing import (
    approve,
    ask_erasure,
    erasure,
    erasures,
    erasures_of,
    forget,
    forget_scheduled,
    hindering,
    hindrances,
    policy,
    put_policy,
    refuse,
    withdraw,
)
from portico.privacy.exporting import EXPORT_JOB, Make, ask_export, export, exports, make, pieces, sweep_exports
from portico.privacy.gate import JOBS, Permitted, Queued, permit, permit_again, send, write
from portico.privacy.retaining import due, put_rule, rules, run, runs
from portico.privacy.rules import Linked, digest
from portico.privacy.suppressing import NewSuppression, lift, standing_of, suppress, suppressions
from portico.privacy.watching import Asked, Watch, looks, note

ACCESS = "access"  # the purpose of what somebody asks for at this very moment: a code, a confirmation

__all__ = [
    "ACCESS", "EXPORT_JOB", "JOBS", "OPT_IN_LASTS", "Asked", "Linked", "Make", "NewSuppression", "Permitted", "Queued", "Watch", "approve", "ask_erasure",
    "ask_export", "ask_twice", "choices", "confirm", "digest", "due", "erasure", "erasures", "erasures_of", "export", "exports",
    "forget", "forget_scheduled", "hashes_of", "hindering", "hindrances", "lift", "link", "looks", "make", "note", "of_link", "opt_in", "permit",
    "permit_again", "pieces", "policy", "purposes", "put_policy", "put_purpose", "put_rule", "read_link", "record", "refuse", "rules",
    "run", "runs", "said", "send", "standing_of", "suppress", "suppressions", "sweep_exports", "unsubscribe", "withdraw", "words", "write",
]  # fmt: skip

"""What others may ask of privacy."""

from portico.privacy.consenting import (
    ask_twice,
    choices,
    confirm,
    hashes_of,
    link,
    of_link,
    purposes,
    put_purpose,
    read_link,
    record,
    unsubscribe,
    words,
)
from portico.privacy.gate import JOBS, Permitted, Queued, permit, permit_again, send, write
from portico.privacy.rules import Linked, digest
from portico.privacy.suppressing import NewSuppression, lift, standing_of, suppress, suppressions
from portico.privacy.watching import Asked, Watch, looks, note

ACCESS = "access"  # the purpose of what somebody asks for at this very moment: a code, a confirmation

__all__ = [
    "ACCESS", "JOBS", "Asked", "Linked", "NewSuppression", "Permitted", "Queued", "Watch", "ask_twice", "choices", "confirm", "digest",
    "hashes_of", "lift", "link", "looks", "note", "of_link", "permit", "permit_again", "purposes", "put_purpose", "read_link",
    "record", "send", "standing_of", "suppress", "suppressions", "unsubscribe", "words", "write",
]  # fmt: skip

"""What others may ask of segments."""

from portico.segments.api.asking import count, of, of_person, people
from portico.segments.api.comparing import compare_due
from portico.segments.api.defining import archive, claim, put, restore, segment, segments, unknown, versions
from portico.segments.api.reckoning import follow, lock, records_after, stored, together

__all__ = [
    "archive", "claim", "compare_due", "count", "follow", "lock", "of", "of_person", "people", "put", "records_after", "restore",
    "segment", "segments", "stored", "together", "unknown", "versions",
]  # fmt: skip

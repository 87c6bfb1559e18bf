"""Where a page of search results ended: the last item's score and id, as one opaque word."""

import base64
import binascii

from portico.catalog.types import BadCursor, ItemId

WORDS_ASKED_MAX = 12
SCORE_MAX = 2**62

START = (SCORE_MAX, ItemId(bytes(16)))


def write(score: int, last: ItemId) -> str:
    return base64.urlsafe_b64encode(score.to_bytes(8, "big") + last.bytes).decode().rstrip("=")


def read(cursor: str | None) -> tuple[int, ItemId]:
    """Score and id behind which to go on; the start for no cursor. Refuses BadCursor."""
    if not cursor:
        return START
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise BadCursor() from None
    if len(raw) != 24 or raw[0] >= 0x40:
        raise BadCursor()
    return int.from_bytes(raw[:8], "big"), ItemId(raw[8:])

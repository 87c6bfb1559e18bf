"""The catalog's one route of its own: pictures. Items and prices together are served by `offers`."""

from typing import Any

from litestar import Response, get

from portico.catalog import api
from portico.catalog.types import MediaId, MediaKind
from portico.platform.http import Door

# A drawing is shown, never run: no script, nothing loaded from elsewhere, even when it is opened as a page.
_DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_A_MINUTE = "public, max-age=60"


@get("/media/{media_id:str}", include_in_schema=False)
async def show_media(door: Door, media_id: MediaId, v: str = "") -> Response[Any]:
    """A drawing, or the way to a picture that lies elsewhere. Kept for ever only under the hash of what it is."""
    async with door.database.read() as tx:
        found = await api.media(tx, id=media_id)
    keep = {"cache-control": _FOR_EVER if v == found.content_hash else _FOR_A_MINUTE}
    if found.kind is MediaKind.URL:
        return Response(b"", status_code=307, headers={"location": found.content, **keep})
    headers = {"content-security-policy": _DRAWING_POLICY, **keep}
    return Response(found.content.encode(), media_type="image/svg+xml", headers=headers)


routes = [show_media]

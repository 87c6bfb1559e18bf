"""A document by the token of its own link: a page that prints, and the same as a PDF."""

from typing import Any

from litestar import Response, get

from portico.channels.shop import forms
from portico.documents import api
from portico.documents.answering import rendered
from portico.documents.rendering import Form
from portico.platform.http import Door


@get("/documents/{token:str}", include_in_schema=False)
async def document(door: Door, token: str) -> Response[Any]:
    """Whoever holds the link may see it."""
    stem = token.removesuffix(".pdf")
    async with door.database.read() as tx:
        found = await api.by_token(tx, token=forms.clean(stem))
    if stem != token:
        return await rendered(door, found, Form.PDF)
    return await rendered(door, found, Form.HTML, pdf_url=f"/documents/{found.token}.pdf")


routes: list[Any] = [document]

"""Documents as answers over HTTP, in whichever form."""

import asyncio

from litestar import Response

from portico.documents.rendering import COLUMNS, MEDIA, Form, render
from portico.documents.types import Document
from portico.platform.http import Door


async def rendered(
    door: Door,
    found: Document,
    form: Form,
    *,
    copy: bool = False,
    columns: int = COLUMNS,
    drawer: bool = False,
    pdf_url: str = "",
) -> Response[bytes]:
    """A form of a document, as an answer."""
    made = await asyncio.to_thread(
        render, found, form, public_url=door.platform.public_url, copy=copy, columns=columns, drawer=drawer,
        pdf_url=pdf_url,
    )  # fmt: skip
    name = f"{found.number or 'order'}.{form}"
    shown = "attachment" if form is Form.ESCPOS else "inline"
    headers = {"content-disposition": f'{shown}; filename="{name}"', "cache-control": "private, no-cache"}
    return Response(made, media_type=MEDIA[form], headers=headers)

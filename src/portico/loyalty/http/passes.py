"""REST routes of passes: a member's card in the wallet of her phone."""

from typing import Any

import msgspec
from litestar import Response, get

from portico.business.api import Directories
from portico.loyalty.http.whose import signed_in
from portico.loyalty.passes import face
from portico.loyalty.ports import PassFace, PassMakers
from portico.platform.http import Answered, Door


class PassKinds(msgspec.Struct, frozen=True):
    """For which wallets there are passes: `apple`, `google`, or none. No button is shown for the others."""

    kinds: list[str]


class SaveLink(msgspec.Struct, frozen=True):
    """Where the phone is offered her card."""

    url: str


@get("/v1/wallet-passes")
async def list_kinds(door: Door) -> Answered[PassKinds]:
    """For which wallets this retailer gives out passes."""
    return await door.read(lambda _: _kinds(door.shared(PassMakers)))


async def _kinds(makers: PassMakers) -> PassKinds:
    return PassKinds(makers.kinds)


@get("/v1/wallet-passes/apple")
async def apple_pass(door: Door, market: str) -> Response[bytes]:
    """A signed-in member's card as a file for Apple Wallet."""
    made = door.shared(PassMakers).of("apple").make(await _face(door, market))
    headers = {
        "cache-control": "private, no-store", "content-disposition": f'attachment; filename="{made.file_name}"',
    }  # fmt: skip
    return Response(made.content, media_type=made.media_type, headers=headers)


@get("/v1/wallet-passes/google")
async def google_pass(door: Door, market: str) -> Answered[SaveLink]:
    """Where a signed-in member's phone is offered her card for Google Wallet."""
    made = door.shared(PassMakers).of("google").make(await _face(door, market))
    return await door.read(lambda _: _link(made.url))


async def _link(url: str) -> SaveLink:
    return SaveLink(url)


@get("/v1/wallet-passes/logo/{market:str}")
async def show_logo(door: Door, market: str) -> Response[bytes]:
    """The picture on a card, as PNG: Google fetches it."""
    directory = await door.shared(Directories)()
    brand_id = directory.market(market).brand_id
    accent = next((one.accent for one in directory.brands if one.id == brand_id), directory.brand.accent)
    picture = door.shared(PassMakers).logo(accent)
    return Response(picture, media_type="image/png", headers={"cache-control": "public, max-age=86400"})


async def _face(door: Door, market: str) -> PassFace:
    directory = await door.shared(Directories)()
    async with door.database.read() as tx:
        return await face(
            tx, customer_id=signed_in(door), market=directory.market(market), directory=directory, language=door.language,
            public_url=door.platform.public_url,
        )  # fmt: skip


routes: list[Any] = [list_kinds, apple_pass, google_pass, show_logo]

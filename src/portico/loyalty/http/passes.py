"""REST routes of passes: a member's card in the wallet of her phone."""

from typing import Any

import msgspec
from litestar import Response, get

from portico.business.api import Directories
from portico.customers import api as customers
from portico.customers.types import Customer
from portico.loyalty import api
from portico.loyalty.http.whose import signed_in
from portico.loyalty.ports import PassFace, PassMakers
from portico.loyalty.types import Membership, NoProgramme
from portico.platform import i18n
from portico.platform.db import Tx
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


async def _face(door: Door, code: str) -> PassFace:
    """Refuses SignInNeeded, NotFound, NoProgramme."""
    customer_id = signed_in(door)
    directory = await door.shared(Directories)()
    market = directory.market(code)
    brand = next((one for one in directory.brands if one.id == market.brand_id), directory.brand)

    async def found(tx: Tx) -> tuple[Customer, Membership | None]:
        who = await customers.customer(tx, id=customer_id)
        return who, await api.membership(tx, customer_ids=[customer_id], market_id=market.id, language=door.language)

    async with door.database.read() as tx:
        who, membership = await found(tx)
    if membership is None or who.loyalty_number is None:
        raise NoProgramme()
    say, progress = door.language, membership.progress
    worth = membership.points // membership.points_per_minor if membership.points_per_minor else 0
    return PassFace(
        serial=customer_id.bytes.hex(),
        number=who.loyalty_number,
        programme_code=membership.programme,
        organisation=brand.name,
        programme=membership.name,
        accent=brand.accent,
        language=say,
        points=(membership.unit, str(membership.points)),
        tier=(i18n.text(say, "loyalty.pass.tier"), progress.name) if progress and progress.name else None,
        holder=(i18n.text(say, "loyalty.pass.holder"), who.name),
        worth=(i18n.text(say, "loyalty.pass.worth"), i18n.currency(say, worth, market.currency)) if worth else None,
        link=f"{door.platform.public_url}/wallet",
        logo_url=f"{door.platform.public_url}/v1/wallet-passes/logo/{market.code}",
    )


routes: list[Any] = [list_kinds, apple_pass, google_pass, show_logo]

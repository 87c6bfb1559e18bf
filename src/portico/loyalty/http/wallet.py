"""REST routes of the wallet: the code her phone shows, and passes for the phone's own wallet."""

from datetime import datetime
from typing import Any

import msgspec
import segno
from litestar import post

from portico.business.api import Directories
from portico.customers import api as customers
from portico.customers.types import CustomerBrief
from portico.loyalty import api
from portico.loyalty.http.whose import signed_in
from portico.loyalty.types import Wallet, WalletCodeId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door

TOKEN_LENGTH_MAX = 200


class ShownCode(msgspec.Struct, frozen=True):
    """A code for a till to scan, good until `expires_at`, once. The next one ends it."""

    token: str
    qr_svg: str
    expires_at: datetime


class Token(msgspec.Struct, frozen=True):
    token: str


class Claimed(msgspec.Struct, frozen=True):
    """Whose code was scanned, and what she holds. An order of hers is paid with `{"handler": "wallet", "credential": id}`, once and
    until `pays_until`."""

    id: WalletCodeId
    customer: CustomerBrief
    wallet: Wallet
    pays_until: datetime


@post("/v1/wallet-codes", status_code=201)
async def show_code(door: Door) -> Answered[ShownCode]:
    """A new code, for a signed-in customer. The answer is remembered nowhere."""
    customer_id = signed_in(door)

    async def ask(tx: Tx) -> ShownCode:
        made = await api.show_code(tx, customer_id=customer_id, secret=door.platform.secret)
        return ShownCode(made.token, qr_svg(made.token), made.expires_at)

    return await door.write(ask, status=201, remember=False)


def qr_svg(text: str) -> str:
    """A QR code as inline SVG; error correction M survives a scratched screen."""
    return str(segno.make(text, error="m").svg_inline(scale=4, border=2, omitsize=True))


@post("/v1/wallet-codes/claim", status_code=200)
async def claim_code(door: Door, data: Token) -> Answered[Claimed]:
    """Scan a code: who shows it, and what she holds. Needs `loyalty.read`. It is taken once."""
    door.principal.require("loyalty.read", at=door.principal.location_id)
    currencies = sorted({one.currency for one in (await door.shared(Directories)()).markets.values()})

    async def ask(tx: Tx) -> Claimed:
        token = data.token[:TOKEN_LENGTH_MAX]
        found = await api.claim_code(tx, token=token, secret=door.platform.secret, by=door.hand)
        who = await customers.customer(tx, id=found.customer_id)
        held = await api.wallet(tx, customer_ids=[found.customer_id], currencies=currencies)
        return Claimed(found.id, who.brief(), held, found.pays_until)

    return await door.write(ask)


routes: list[Any] = [show_code, claim_code]

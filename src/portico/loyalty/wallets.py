"""Codes that a phone shows for a minute: whoever scans one knows who she is, and may have her stored value pay, once."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from portico.customers.types import CustomerId
from portico.loyalty.store import wallet as store
from portico.loyalty.types import CodeOver, UnknownCode, WalletClaim, WalletCode, WalletCodeId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id

LASTS = timedelta(seconds=60)
PAYS = timedelta(minutes=10)  # for a cashier who has scanned it and still rings up
KEPT = timedelta(days=30)
MARK = "PW."  # tells a scanner that it is no barcode of goods
_SALT = "portico.loyalty.wallet"


async def show_code(tx: Tx, *, customer_id: CustomerId, secret: str) -> WalletCode:
    """A new code; the one before it is good no longer."""
    id, ends = WalletCodeId.new(), tx.now + LASTS
    await tx.run(store.ADD, id=id, customer_id=customer_id, now=tx.now, expires_at=ends)
    return WalletCode(id, MARK + str(URLSafeSerializer(secret, salt=_SALT).dumps(id.bytes.hex())), ends)


async def claim_code(tx: Tx, *, token: str, secret: str, by: Hand) -> WalletClaim:
    """Who shows it. Locks the code: it is taken once. Refuses UnknownCode, CodeOver."""
    found = await tx.maybe(store.LOCK, id=_read(token, secret))
    if found is None:
        raise UnknownCode()
    if found.claimed_at or found.expires_at <= tx.now:
        raise CodeOver()
    until = tx.now + PAYS
    await tx.run(
        store.CLAIM, id=found.id, claimed_by=by.actor, till_id=by.till_id, pays_until=until, now=tx.now
    )  # fmt: skip
    return WalletClaim(found.id, found.customer_id, until)


def _read(token: str, secret: str) -> WalletCodeId:
    try:
        return WalletCodeId.parse(str(URLSafeSerializer(secret, salt=_SALT).loads(token.removeprefix(MARK))))
    except (BadSignature, ValueError):
        raise UnknownCode() from None


async def claims(tx: Tx, *, ids: Sequence[WalletCodeId], by: Hand) -> dict[WalletCodeId, WalletClaim]:
    """Codes with which whoever scanned them may pay still; the others are missing."""
    return {
        one.id: WalletClaim(one.id, one.customer_id, one.pays_until)
        for one in await tx.all(store.BY_ID, ids=list(ids))
        if one.pays_until and tx.now < one.pays_until and one.paid_at is None and one.claimed_by == by.actor
        and one.till_id == _till(by)
    }  # fmt: skip


def _till(by: Hand) -> UUID | None:
    return by.till_id


async def use_claims(tx: Tx, *, paid: Sequence[tuple[WalletCodeId, Id]]) -> None:
    """These have paid, each for one thing. Refuses CodeOver where one has before, or is to pay for two: nothing of this transaction may
    then stay."""
    done = await tx.all(store.PAY, ids=[id for id, _ in paid], references=[one for _, one in paid], now=tx.now)
    if len(done) < len(set(paid)):
        raise CodeOver()


async def sweep_codes(tx: Tx, *, rows_max: int = 5_000) -> bool:
    return await tx.run(store.SWEEP, before=tx.now - KEPT, rows_max=rows_max) >= rows_max

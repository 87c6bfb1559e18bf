"""What companies owe on their invoices, as the ledger has it: whatever makes an invoice less owed makes its company owe less."""

from portico.companies import api as companies
from portico.ledger import api as ledger
from portico.ledger.types import Account, Difference, Transfer
from portico.payments import owing_store as store
from portico.payments.types import Payment
from portico.platform.db import Tx
from portico.platform.events import Hand

PAGE = 1_000


def no_longer_owed(payment: Payment, amount: int, *, reason: str, by: Hand, tx: Tx) -> list[Transfer]:
    """So much of an invoice is not owed any more; nothing where it was no company's."""
    if not amount or not companies.is_owed(payment.to_account) or not payment.to_account or not payment.from_account:
        return []
    return [
        Transfer(
            source=Account(payment.to_account, companies.OWES, payment.currency, minimum=0),
            target=Account(payment.from_account, "lent", payment.currency),
            amount=amount, reason=reason, reference=str(payment.subject), actor=by.actor, occurred_at=tx.now,
        )
    ]  # fmt: skip


async def differences(tx: Tx) -> list[Difference]:
    """Companies that owe, by the ledger, something else than is open on their invoices."""
    open_: dict[str, int] = {one.account: one.owed for one in await tx.all(store.OPEN)}
    stored: dict[str, int] = {}
    after: str | None = None
    while page := await ledger.of_kind(tx, kind=companies.OWES, after=after, rows_max=PAGE):
        stored |= {one.code: one.balance for one in page}
        after = page[-1].code
    return [
        Difference(code, stored.get(code, 0), open_.get(code, 0))
        for code in sorted(stored.keys() | open_.keys())
        if stored.get(code, 0) != open_.get(code, 0)
    ]

"""What companies owe: accounts of the ledger, and nothing else."""

from collections.abc import Sequence

from portico.companies.types import Company, CompanyId, Owed
from portico.ledger import api as ledger
from portico.ledger.types import Account
from portico.platform.db import Tx

KIND = "company_owes"


def owes(company_id: CompanyId, currency: str) -> Account:
    """What a company owes on its invoices. It grows with what it buys on account, and never falls below nothing."""
    return Account(f"company:{company_id.uuid.hex}:owes:{currency}", KIND, currency, minimum=0)


def lent(currency: str) -> Account:
    """The other side: what all companies together have bought and not paid."""
    return Account(f"companies:lent:{currency}", "lent", currency)


def is_owed(account: str | None) -> bool:
    """Whether an account is one of these."""
    return account is not None and account.startswith("company:")


async def owed(
    tx: Tx, *, companies: Sequence[Company], currencies: frozenset[str]
) -> dict[CompanyId, tuple[Owed, ...]]:
    """What each owes in every of these currencies in which it may owe anything or does."""
    codes = {owes(one.id, each).code: (one, each) for one in companies for each in sorted(currencies)}
    known = await ledger.balances(tx, codes=list(codes)) if codes else {}
    found: dict[CompanyId, tuple[Owed, ...]] = {one.id: () for one in companies}
    for code, (one, currency) in codes.items():
        if known.get(code, 0) or any(each.currency == currency for each in one.credits):
            found[one.id] += (Owed(one.id, currency, known.get(code, 0), one.credit(currency)),)
    return found


async def owed_in(tx: Tx, *, company: Company, currency: str) -> Owed:
    code = owes(company.id, currency).code
    return Owed(company.id, currency, (await ledger.balances(tx, codes=[code])).get(code, 0), company.credit(currency))

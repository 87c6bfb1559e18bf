"""Moving value between accounts."""

from collections import Counter
from collections.abc import Sequence

from portico.ledger import store
from portico.ledger.types import Account, Balance, BelowMinimum, Difference, Transfer, TransferId, Transferred
from portico.platform.db import Tx


async def transfer(tx: Tx, *, transfers: Sequence[Transfer]) -> list[Transferred | BelowMinimum]:
    """Carry out transfers in order of arrival, one answer each. Accounts are opened as they are first named.

    Locks `ledger.account` rows in order of their codes. Raises ValueError where currencies do not match: a bug.
    """
    if not transfers:
        return []
    accounts = {one.code: one for each in transfers for one in (each.source, each.target)}
    codes = sorted(accounts)
    known = {one.code: one for one in await tx.all(store.LOCK, codes=codes)}
    if not known:
        await _open(tx, [accounts[code] for code in codes])
        known = {one.code: one for one in await tx.all(store.LOCK, codes=codes)}
    balances = {code: known[code].balance for code in codes}
    answers: list[Transferred | BelowMinimum] = []
    done: list[tuple[TransferId, Transfer]] = []
    changes: Counter[str] = Counter()
    for each in transfers:
        _same_currency(known, each)
        minimum, left = known[each.source.code].minimum, balances[each.source.code] - each.amount
        if minimum is not None and left < minimum:
            answers.append(BelowMinimum(each.source.code, balances[each.source.code], each.amount))
            continue
        balances[each.source.code] = left
        balances[each.target.code] += each.amount
        changes[each.source.code] -= each.amount
        changes[each.target.code] += each.amount
        done.append((TransferId.new(), each))
        answers.append(Transferred(done[-1][0]))
    if done:
        await _write(tx, done, changes)
    return answers


def _same_currency(known: dict[str, Balance], each: Transfer) -> None:
    named = (each.source, each.target)
    currencies = {known[one.code].currency for one in named} | {one.currency for one in named}
    if len(currencies) != 1:
        raise ValueError(f"a transfer between {each.source.code} and {each.target.code} mixes {sorted(currencies)}")


async def _open(tx: Tx, accounts: Sequence[Account]) -> None:
    await tx.run(
        store.OPEN,
        codes=[one.code for one in accounts],
        kinds=[one.kind for one in accounts],
        currencies=[one.currency for one in accounts],
        minimums=[one.minimum for one in accounts],
    )


async def _write(tx: Tx, done: Sequence[tuple[TransferId, Transfer]], changes: Counter[str]) -> None:
    codes = sorted(changes)
    await tx.run(
        store.TRANSFER,
        codes=codes,
        changes=[changes[code] for code in codes],
        ids=[one for one, _ in done],
        from_accounts=[each.source.code for _, each in done],
        to_accounts=[each.target.code for _, each in done],
        amounts=[each.amount for _, each in done],
        currencies=[each.source.currency for _, each in done],
        reasons=[each.reason for _, each in done],
        references=[each.reference for _, each in done],
        actors=[each.actor for _, each in done],
        occurred_ats=[each.occurred_at for _, each in done],
        now=tx.now,
    )


async def balances(tx: Tx, *, codes: Sequence[str]) -> dict[str, int]:
    """Balances of accounts; those never used are missing."""
    return {one.code: one.balance for one in await tx.all(store.BALANCES, codes=list(codes))}


async def differences(tx: Tx) -> list[Difference]:
    return await tx.all(store.DIFFERENCES)

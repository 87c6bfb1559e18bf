"""Moving value between accounts."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from portico.ledger import store
from portico.ledger.types import (
    Account,
    Balance,
    BelowMinimum,
    Difference,
    Entry,
    Flow,
    Transfer,
    TransferId,
    Transferred,
    Turnover,
)
from portico.platform.db import Tx

COPIED_FROM = 500  # transfers at once; below it one statement is cheaper than two


async def transfer(tx: Tx, *, transfers: Sequence[Transfer]) -> list[Transferred | BelowMinimum]:
    """Carry out transfers in order of arrival, one answer each. Accounts are opened as they are first named.

    Locks `ledger.account` rows in order of their codes. Raises ValueError where units do not match: a bug.
    """
    if not transfers:
        return []
    known = await lock(tx, accounts=[one for each in transfers for one in (each.source, each.target)])
    codes = list(known)
    balances = {code: known[code].balance for code in codes}
    answers: list[Transferred | BelowMinimum] = []
    done: list[tuple[TransferId, Transfer]] = []
    changes: Counter[str] = Counter()
    for each in transfers:
        _same_unit(known, each)
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


async def lock(tx: Tx, *, accounts: Sequence[Account]) -> dict[str, Balance]:
    """Lock accounts in order of their codes, opening those that are named for the first time; each as it then stands."""
    named = {one.code: one for one in accounts}
    codes = sorted(named)
    known = {one.code: one for one in await tx.all(store.LOCK, codes=codes)}
    if not known:
        await _open(tx, [named[code] for code in codes])
        known = {one.code: one for one in await tx.all(store.LOCK, codes=codes)}
    return known


async def transfer_all(tx: Tx, *, transfers: Sequence[Transfer]) -> None:
    """Carry out all of them or none. Raises BelowMinimum; whoever goes on after that undoes this transaction or savepoint."""
    for answer in await transfer(tx, transfers=transfers):
        if isinstance(answer, BelowMinimum):
            raise answer


def _same_unit(known: dict[str, Balance], each: Transfer) -> None:
    source, target = known[each.source.code].unit, known[each.target.code].unit
    if not source == target == each.source.unit == each.target.unit:
        units = sorted({source, target, each.source.unit, each.target.unit})
        raise ValueError(f"a transfer between {each.source.code} and {each.target.code} mixes {units}")


async def _open(tx: Tx, accounts: Sequence[Account]) -> None:
    await tx.run(
        store.OPEN,
        codes=[one.code for one in accounts],
        kinds=[one.kind for one in accounts],
        units=[one.unit for one in accounts],
        minimums=[one.minimum for one in accounts],
    )


async def _write(tx: Tx, done: Sequence[tuple[TransferId, Transfer]], changes: Counter[str]) -> None:
    codes = sorted(changes)
    if len(done) >= COPIED_FROM:
        await tx.run(store.MOVE, codes=codes, changes=[changes[code] for code in codes])
        await tx.copy(
            "ledger.transfer",
            columns=store.COLUMNS,
            records=(
                (
                    id, each.source.code, each.target.code, each.amount, each.source.unit, each.reason, each.reference,
                    each.actor, each.occurred_at, tx.now,
                )
                for id, each in done
            ),
        )  # fmt: skip
        return
    await tx.run(
        store.TRANSFER,
        codes=codes,
        changes=[changes[code] for code in codes],
        ids=[one for one, _ in done],
        from_accounts=[each.source.code for _, each in done],
        to_accounts=[each.target.code for _, each in done],
        amounts=[each.amount for _, each in done],
        units=[each.source.unit for _, each in done],
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


async def turnover(tx: Tx, *, codes: Sequence[str], after: UUID) -> list[Turnover]:
    """What passed through accounts by transfers that were made after the UUIDv7 `after`, by reason.

    A transfer is named once its accounts are locked. Whoever holds them and draws an id therefore parts what was before
    from what comes after, whenever either is said to have occurred.
    """
    return await tx.all(store.TURNOVER, codes=list(codes), after=after)


async def of_kind(tx: Tx, *, kind: str, after: str | None = None, rows_max: int = 1000) -> list[Balance]:
    """Accounts of one kind in order of their codes, from behind `after`: one page."""
    return await tx.all(store.OF_KIND, kind=kind, after=after, rows_max=rows_max)


async def entries(
    tx: Tx, *, codes: Sequence[str], before: TransferId | None = None, rows_max: int = 100
) -> list[Entry]:
    """What was moved into these accounts or out of them, the newest first, from behind `before`: one page."""
    return await tx.all(store.ENTRIES, codes=list(codes), before=before, rows_max=rows_max)


async def flows(tx: Tx, *, kind: str) -> list[Flow]:
    """All that ever passed through each account of a kind, by reason. It reads all of their transfers: for reports."""
    return await tx.all(store.FLOWS, kind=kind)

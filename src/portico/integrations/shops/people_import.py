"""`portico import people`: customers of another system, each known by her number there. Who is already somebody here is found later,
by what she has in common with others (`identity`): an import joins nobody by itself, and loses nobody either."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from portico.customers import api as customers
from portico.customers.types import ContactKind, ContactTaken, NewCustomer, Put, PutAnswer
from portico.identity import api as identity
from portico.integrations.shops import grounds, people
from portico.integrations.shops.broken import BrokenFile, MissingColumns, NotATable, WrongEncoding
from portico.integrations.shops.orders import Bad
from portico.integrations.shops.people import ReadPerson
from portico.integrations.shops.reading import Table
from portico.integrations.shops.report import Progress, Rejects, Report, Tally, silent
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused

EXPECTED = "CSV with a row per person: given_name, family_name, phone, email, ..."
PEOPLE_AT_ONCE = 1_000
ASKED_FOR = ("name", "given_name", "family_name", "phone", "email")


class _Undo(Exception):
    """A dry run has done it all, and takes it back."""


async def run(
    database: Database,
    path: Path,
    *,
    source: str = "file",
    region: str | None = None,
    columns: Mapping[str, str] | None = None,
    dry_run: bool = False,
    rejects_path: Path | None = None,
    progress: Progress = silent,
) -> Report:
    """Take over the people of a file. A row that is broken is rejected, with its number, column and reason; the others are taken.

    A telephone or e-mail address that is another customer's already stays hers to be reached by; that this file tells it of somebody
    else is kept as what it is, something told. Refuses MissingColumns and a BrokenFile that is no table at all.
    """
    begun = time.monotonic()
    table = Table(path, expected=EXPECTED)
    chosen = people.columns_of(table.columns, given=columns or {})
    if missing := [one for one in chosen.values() if one not in table.columns]:
        raise MissingColumns(file=path.name, row=1, columns=", ".join(missing))
    if not any(one in chosen for one in ASKED_FOR):
        raise MissingColumns(file=path.name, row=1, columns=" | ".join(ASKED_FOR))
    async with database.read() as tx:
        by = await grounds.hand(tx, name=f"Import of {path.name}")
    report = Report(source=f"people:{source}", file=path.name)
    report.notes.append("read as: " + ", ".join(f"{theirs} = {ours}" for ours, theirs in chosen.items()))
    with Rejects(rejects_path, columns=["column", *table.columns]) as rejects:
        batch: list[ReadPerson] = []
        for person in _people(table, chosen, source, region, report, rejects):
            batch.append(person)
            if len(batch) >= PEOPLE_AT_ONCE:
                await _put(database, batch, source, report, rejects, by, dry_run)
                batch.clear()
                progress("people", report.read, None)
        await _put(database, batch, source, report, rejects, by, dry_run)
        progress("people", report.read, report.read)
    report.rejected, report.reasons = rejects.count, dict(rejects.reasons)
    report.rejects_file = str(rejects_path) if rejects_path else None
    report.seconds = time.monotonic() - begun
    return report


def _people(
    table: Table, columns: Mapping[str, str], source: str, region: str | None, report: Report, rejects: Rejects
) -> Iterator[ReadPerson]:
    today = clock.now().date()
    seen: set[int] = set()  # of hashes: a million references would be a hundred megabytes
    for number, text in table.records():
        report.read += 1
        cells = [text.rstrip("\r\n")]
        try:
            row = table.row(number, text)
            cells = [row.cells[one] for one in table.columns]
            person = people.read_person(row, columns, source=source, region=region, today=today)
            if hash(person.new.external_ref) in seen:
                raise Bad(number, columns["reference"], "twice")
            seen.add(hash(person.new.external_ref))
            yield person
        except Bad as bad:
            rejects.add(row=bad.row, reason=bad.reason, cells=[bad.column, *cells])
        except WrongEncoding:
            raise
        except BrokenFile as broken:
            reason = "not_text" if isinstance(broken, NotATable) else broken.code.rpartition(".")[2]
            rejects.add(row=number, reason=reason, cells=[broken.column, *cells])


async def _put(
    database: Database, batch: list[ReadPerson], source: str, report: Report, rejects: Rejects, by: Hand, dry_run: bool
) -> None:
    """Some people in a transaction of their own: what was cut off goes on where it was."""
    if not batch:
        return
    try:
        async with database.transaction() as tx:
            answers = await _answers(tx, [one.new for one in batch], by)
            told = [
                (answer.id, f"import:{source}", one.told)
                for one, answer in zip(batch, answers, strict=True)
                if isinstance(answer, PutAnswer) and answer.put is not Put.UNCHANGED
            ]
            if told:
                await identity.record(tx, told=told, by=by)
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    tally = report.tally("people")
    for one, answer in zip(batch, answers, strict=True):
        if isinstance(answer, PutAnswer):
            report.imported += 1
            _count(tally, answer)
        else:
            rejects.add(row=one.row, reason=answer.code.rpartition(".")[2], cells=["", *one.cells])


async def _answers(tx: Tx, new: list[NewCustomer], by: Hand) -> list[PutAnswer | Refused]:
    """Each is put with the ways to reach her that are free. Who has one that is somebody's is put without it."""
    answers: dict[int, PutAnswer | Refused] = {}
    asks = dict(enumerate(new))
    for _ in range(3):  # her telephone may be taken, and her address
        found = await customers.put_customers(tx, customers=list(asks.values()), by=by)
        answers |= dict(zip(asks, found, strict=True))
        asks = {i: again for i, one in asks.items() if (again := _without(one, answers[i])) is not None}
        if not asks:
            break
    return [answers[i] for i in range(len(new))]


def _without(one: NewCustomer, answer: PutAnswer | Refused) -> NewCustomer | None:
    """The same person without the way to reach her that is another's; None where that is not what was wrong."""
    taken = answer.value if isinstance(answer, ContactTaken) else getattr(answer, "reference", None)
    for kind, value in ((ContactKind.PHONE, one.phone), (ContactKind.EMAIL, one.email)):
        if taken is not None and value == taken:
            without = {"phone": None} if kind is ContactKind.PHONE else {"email": None}
            return NewCustomer(**{name: getattr(one, name) for name in one.__struct_fields__} | without)
    return None


def _count(tally: Tally, answer: PutAnswer) -> None:
    tally.new += answer.put is Put.NEW
    tally.changed += answer.put is Put.CHANGED
    tally.unchanged += answer.put is Put.UNCHANGED

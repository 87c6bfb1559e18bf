"""All we hold of somebody, as a file: JSON for machines, a page for people. However much it is, only a few rows are in memory at a
time: it is written to a file as it is read, and kept in pieces."""

import tempfile
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from html import escape
from typing import IO, Any

import msgspec
import structlog

from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.platform import i18n
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.personal import FIRST_KEYS, ROWS_AT_ONCE, House, Row, Statements, Whose
from portico.platform.refusals import NotFound
from portico.privacy import gate, knowing
from portico.privacy.events import Exported
from portico.privacy.store import requests as store
from portico.privacy.types import PAGE_MAX, Export, ExportId, ExportState, Letter, NotReady, Recipient

log = structlog.get_logger()

EXPORT_JOB = "personal_export"
KEPT_FOR = timedelta(days=7)
PIECE_BYTES = 1_000_000
IN_MEMORY_BYTES = 4_000_000
SWEPT_AT_ONCE = 100
SYSTEM = Hand(actor="system:worker", actor_name="Portico")

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "h2{margin-top:2rem;border-bottom:1px solid #ccc}dl{display:grid;grid-template-columns:14rem 1fr;gap:.1rem 1rem;"
    "border-bottom:1px solid #eee;padding:.5rem 0;margin:0}dt{color:#666}dd{margin:0;overflow-wrap:anywhere}"
)


class Make(msgspec.Struct, frozen=True):
    export_id: ExportId


async def ask_export(tx: Tx, *, customer_id: CustomerId, language: str, by: Hand) -> Export:
    """Have all we hold of her put together; asked for again while that is under way, it is the same one. Refuses NotFound."""
    await customers.customer(tx, id=customer_id)
    made = await tx.maybe(
        store.ASK_EXPORT, id=ExportId.new(), customer=customer_id, language=language, actor=by.actor,
        actor_name=by.actor_name, now=tx.now,
    )  # fmt: skip
    if made is not None:
        tx.enqueue(EXPORT_JOB, Make(made))
        tx.emit([_fact(tx, made, customer_id, ExportState.ASKED, by)])
    found = await exports(tx, customer_ids=[customer_id])
    return next(one for one in found if one.state is ExportState.ASKED)


def _fact(tx: Tx, export_id: ExportId, customer_id: CustomerId, state: ExportState, by: Hand) -> Exported:
    return Exported(
        subject=customer_id, customer_id=customer_id, by=by, occurred_at=tx.now, export_id=str(export_id), state=state
    )


async def exports(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[Export]:
    """Those that were asked for, the newest first."""
    return await tx.all(store.EXPORTS_OF, customers=list(customer_ids), rows_max=PAGE_MAX)


async def export(tx: Tx, *, id: ExportId) -> Export:
    """Refuses NotFound."""
    found = await tx.maybe(store.EXPORT, id=id)
    if found is None:
        raise NotFound(what="export", id=str(id))
    return found


async def pieces(database: Database, *, found: Export) -> AsyncIterator[bytes]:
    """The file, piece by piece. Refuses NotReady before the first."""
    if found.state is not ExportState.MADE:
        raise NotReady(state=found.state)
    number = 0
    while True:
        async with database.read() as tx:
            piece = await tx.maybe(store.PIECE, id=found.id, number=number)
        if piece is None:
            return
        yield piece
        number += 1


async def make(database: Database, *, house: House, export_id: ExportId, url: str) -> None:
    """Make what was asked for. Done before, or gone, nothing is made; where it fails, it is tried again by its job."""
    async with database.read() as tx:
        asked = await tx.maybe(store.EXPORT, id=export_id)
    if asked is None or asked.state is not ExportState.ASKED:
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
        async with database.snapshot() as tx:
            found = await knowing.whose(tx, house=house, customer_id=asked.customer_id)
            rows = await _write(tx, file, house, found, asked)
        file.seek(0)
        async with database.transaction() as tx:
            now = await tx.one(store.LOCK_EXPORT, id=export_id)
            if now.state is not ExportState.ASKED:
                return
            await _keep(tx, file, asked, rows)
            await _tell(tx, asked, url)


async def _keep(tx: Tx, file: IO[bytes], asked: Export, rows: int) -> None:
    number, size = 0, 0
    await tx.run(store.DROP_PIECES, id=asked.id)
    while piece := file.read(PIECE_BYTES):
        await tx.run(store.ADD_PIECE, id=asked.id, number=number, data=piece)
        number, size = number + 1, size + len(piece)
    await tx.run(
        store.END_EXPORT, id=asked.id, state=ExportState.MADE, made_at=tx.now, expires_at=tx.now + KEPT_FOR, bytes=size,
        rows=rows,
    )  # fmt: skip
    tx.emit([_fact(tx, asked.id, asked.customer_id, ExportState.MADE, SYSTEM)])


async def _tell(tx: Tx, asked: Export, url: str) -> None:
    """She is written to where she may fetch it; the file itself goes nowhere."""
    brief = (await customers.briefs(tx, ids=[asked.customer_id])).get(asked.customer_id)
    if brief and brief.email:
        letter = Letter(
            kind="privacy.export", language=asked.language, subject=i18n.text(asked.language, "mail.export.subject"),
            text=i18n.text(asked.language, "mail.export.text", link=f"{url}/account/data"),
        )  # fmt: skip
        to = Recipient(address=brief.email, customer_ids=(asked.customer_id,))
        await gate.write(tx, to=to, purpose="service", letter=letter)


async def _write(tx: Tx, file: IO[bytes], house: House, found: Whose, asked: Export) -> int:
    """The archive: a file of JSON for each table, and one page that a person reads. How many rows there are."""
    total, told = 0, list[dict[str, Any]]()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as page,
    ):
        title = i18n.text(asked.language, "export.title")
        page.write(
            f"<!doctype html><html lang={asked.language}><meta charset=utf-8><title>{escape(title)}</title>".encode()
        )
        page.write(f"<style>{_STYLE}</style><h1>{escape(title)}</h1>".encode())
        page.write(
            f"<p>{escape(i18n.text(asked.language, 'export.made', date=tx.now.date().isoformat()))}</p>".encode()
        )
        for room in house.rooms:
            for one in room.tables:
                rows = await _write_table(tx, archive, page, one, found, asked.language)
                total += rows
                if rows:
                    told.append({"file": f"{_name(one)}.json", "rows": rows})
        page.seek(0)
        with archive.open("index.html", "w", force_zip64=True) as out:
            while piece := page.read(PIECE_BYTES):
                out.write(piece)
        head = {"made_at": tx.now, "customers": [str(one) for one in found.customers], "rows": total, "files": told}
        archive.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(head), indent=2))
    return total


def _name(one: Statements) -> str:
    return one.held.table.replace('"', "").replace(".", "/")


async def _write_table(
    tx: Tx, archive: zipfile.ZipFile, page: IO[bytes], one: Statements, found: Whose, language: str
) -> int:
    """Rows of one table, as many at a time as are asked for; a table with none leaves no trace."""
    rows = await _next(tx, one, found, FIRST_KEYS[one.held.key_type])
    if not rows:
        return 0
    count, title = 0, i18n.text(language, f"held.{one.held.table.replace(chr(34), '')}")
    page.write(f"<h2>{escape(title)}</h2>".encode())
    with archive.open(f"{_name(one)}.json", "w", force_zip64=True) as out:
        out.write(b"[\n")
        while rows:
            for row in rows:
                out.write((b",\n" if count else b"") + row.data.encode())
                page.write(_told(row))
                count += 1
            rows = await _next(tx, one, found, rows[-1].key) if len(rows) == ROWS_AT_ONCE else []
        out.write(b"\n]\n")
    return count


async def _next(tx: Tx, one: Statements, found: Whose, after: str) -> list[Row]:
    return await tx.all(one.export, **found.parameters(), after=after, rows_max=ROWS_AT_ONCE)


def _told(row: Row) -> bytes:
    """A row for a person: what is in it, name by name; what is empty is left out."""
    data = msgspec.json.decode(row.data, type=dict[str, Any])
    lines = (
        f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(value if isinstance(value, str) else msgspec.json.encode(value).decode())}</dd>"
        for name, value in data.items()
        if value not in (None, "", [], {})
    )
    return f"<dl>{''.join(lines)}</dl>".encode()


async def sweep_exports(tx: Tx) -> bool:
    """Files whose days are over go; whether there may be more."""
    return await tx.one(store.SWEEP_EXPORTS, now=tx.now, rows_max=SWEPT_AT_ONCE) >= SWEPT_AT_ONCE

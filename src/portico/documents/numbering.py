"""Giving documents their numbers and their places in the journal: the end of each chain is held while one is added."""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import msgspec

from portico.documents import rules, store
from portico.documents.events import DocumentIssued
from portico.documents.store import Chain
from portico.documents.types import Document, DocumentId, Draft
from portico.platform.db import Tx

Key = tuple[str, str]


async def hold(tx: Tx, *, chains: Iterable[Key]) -> dict[Key, Chain]:
    """The ends of these chains, held to the end of the transaction; those that are new are opened."""
    keys = sorted(set(chains))
    names = {"entities": [entity for entity, _ in keys], "serieses": [series for _, series in keys]}
    found = await tx.all(store.LOCK_CHAINS, **names)
    if len(found) < len(keys):
        hashes = [rules.first_hash(entity, series) for entity, series in keys]
        await tx.run(store.OPEN_CHAINS, **names, years=[tx.now.year] * len(keys), hashes=hashes, now=tx.now)
        found = await tx.all(store.LOCK_CHAINS, **names)
    return {(one.entity, one.series): one for one in found}


async def issue(tx: Tx, *, drafts: Sequence[Draft]) -> list[Document]:
    """Write each draft at the end of its chain, one answer per draft, in order. A cause that has its document already is
    answered with that. Locks the chains in order of their keys; drafts of one chain get numbers in a row."""
    if not drafts:
        return []
    ends = await hold(tx, chains=((one.entity, one.series) for one in drafts))
    known = {one.cause: one for one in await tx.all(store.BY_CAUSE, causes=[one.cause for one in drafts])}
    fresh = list({one.cause: one for one in drafts if one.cause not in known}.values())
    counted = Counter[tuple[object, object]]()
    uncounted = [one.order_id for one in fresh if one.order_id and not one.gapless]
    for row in await tx.all(store.COUNTED, order_ids=uncounted) if uncounted else ():
        counted[row.order_id, row.type] = row.count
    made: list[Document] = []
    for draft in fresh:
        counted[draft.order_id, draft.type] += 1
        nth = counted[draft.order_id, draft.type]
        key = draft.entity, draft.series
        document, ends[key] = _next(tx, draft, ends[key], nth)
        made.append(document)
    if made:
        await _write(tx, made, [ends[key] for key in sorted({(one.entity, one.series) for one in made})])
        tx.emit(_fact(tx, draft, one) for draft, one in zip(fresh, made, strict=True))
        known |= {one.cause: one for one in made}
    return [known[one.cause] for one in drafts]


def _next(tx: Tx, draft: Draft, end: Chain, nth: int) -> tuple[Document, Chain]:
    """The document that follows `end`, and the end that it makes."""
    issued_at = max(tx.now, end.issued_at)
    year = max(end.year, issued_at.astimezone(ZoneInfo(draft.snapshot.time_zone)).year)
    last = end.number if year == end.year else 0
    sequence = last + 1 if draft.gapless else None
    body = rules.canonical(draft.snapshot)
    unsealed = Document(
        id=DocumentId.new(),
        entity=draft.entity,
        series=draft.series,
        position=end.position + 1,
        number=rules.number(
            draft.type, series=draft.series, year=year, sequence=sequence, label=draft.snapshot.order_label, nth=nth
        ),
        year=year,
        sequence=sequence,
        type=draft.type,
        order_id=draft.order_id,
        refers_to=draft.refers_to,
        cause=draft.cause,
        location_id=draft.location_id,
        language=draft.language,
        currency=draft.currency,
        total=draft.total,
        issued_at=issued_at,
        previous_hash=end.hash,
        hash=b"",
        token=secrets.token_urlsafe(24),
        body=body,
    )
    sealed = rules.digest(unsealed, body)
    document = msgspec.structs.replace(unsealed, hash=sealed)
    moved = msgspec.structs.replace(
        end, year=year, number=sequence or last, position=document.position, hash=sealed, issued_at=issued_at
    )
    return document, moved


async def _write(tx: Tx, made: Sequence[Document], ends: Sequence[Chain]) -> None:
    await tx.run(
        store.ADD,
        ids=[one.id for one in made],
        entities=[one.entity for one in made],
        serieses=[one.series for one in made],
        positions=[one.position for one in made],
        numbers=[one.number for one in made],
        years=[one.year for one in made],
        sequences=[one.sequence for one in made],
        types=[one.type for one in made],
        order_ids=[one.order_id for one in made],
        refers_tos=[one.refers_to for one in made],
        causes=[one.cause for one in made],
        location_ids=[one.location_id for one in made],
        languages=[one.language for one in made],
        currencies=[one.currency for one in made],
        totals=[one.total for one in made],
        issued_ats=[one.issued_at for one in made],
        bodies=[one.body for one in made],
        previous_hashes=[one.previous_hash for one in made],
        hashes=[one.hash for one in made],
        tokens=[one.token for one in made],
    )
    await tx.run(
        store.MOVE_CHAINS,
        entities=[one.entity for one in ends],
        serieses=[one.series for one in ends],
        years=[one.year for one in ends],
        numbers=[one.number for one in ends],
        positions=[one.position for one in ends],
        hashes=[one.hash for one in ends],
        issued_ats=[one.issued_at for one in ends],
    )


def _fact(tx: Tx, draft: Draft, one: Document) -> DocumentIssued:
    return DocumentIssued(
        subject=one.id, customer_id=draft.customer_id, by=draft.by, occurred_at=tx.now, order_id=one.order_id,
        type=one.type, number=one.number, entity=one.entity, series=one.series, position=one.position,
        hash=one.hash.hex(),
    )  # fmt: skip

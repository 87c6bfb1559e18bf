"""`portico import stores`: a chain's stores out of its list, with hours, clocks and what each can do."""

import time
from pathlib import Path

from portico.business import api as business
from portico.business.types import Location, LocationId, LocationKind, Market
from portico.integrations.shops import grounds, stores
from portico.integrations.shops.report import Progress, Rejects, Report, silent
from portico.integrations.shops.stores import Store
from portico.platform import i18n
from portico.platform.db import Database

COUNTRY, CURRENCY = "US", "USD"
COLUMNS = ("id", "name")


async def run(
    database: Database,
    path: Path,
    *,
    market: str | None = None,
    rejects_path: Path | None = None,
    progress: Progress = silent,
    language: str = i18n.FALLBACK,
) -> Report:
    """Import the list: all of it in one transaction, or nothing. Stores that are there already are left as they are.

    They join the market named, else the first of the United States, else a new one. Refuses BrokenFile, NoMarket.
    """
    began = time.monotonic()
    found = stores.read(path)
    progress("check", len(found), len(found))
    report = Report(source=stores.SOURCE, file=path.name, read=len(found), rejects_file=str(rejects_path or "") or None)
    async with database.transaction() as tx:
        sells = await grounds.market(tx, code=market, currency=CURRENCY, country=COUNTRY)
        locations = [_location(one, sells) for one in found]
        known = {one.code: one.external_ref for one in (await business.directory(tx)).locations.values()}
        free = [one for one in locations if one.code not in known]
        added = set(await business.put_locations(tx, locations=free))
    progress("stores", len(found), len(found))
    tally = report.tally("stores")
    with Rejects(rejects_path, columns=COLUMNS, language=language) as rejects:
        for store, location in zip(found, locations, strict=True):
            if location.code in added:
                tally.new += 1
            elif known.get(location.code) == location.external_ref:
                tally.unchanged += 1
            else:
                rejects.add(row=store.row, reason="already_there", cells=(store.key, store.name))
    report.rejected, report.reasons = rejects.count, dict(rejects.reasons)
    report.imported = report.read - report.rejected
    report.notes.append(i18n.text(language, "imports.note.zones"))
    report.seconds = round(time.monotonic() - began, 1)
    return report


def _location(store: Store, market: Market) -> Location:
    return Location(
        id=LocationId.new(),
        code=f"{COUNTRY}-{store.key}",
        kind=LocationKind.STORE,
        name=store.name,
        market_id=market.id,
        address=store.address,
        latitude=store.latitude,
        longitude=store.longitude,
        time_zone=store.time_zone,
        hours=store.hours,
        capabilities=store.capabilities,
        external_ref=f"{stores.SOURCE}:{store.key}",
    )

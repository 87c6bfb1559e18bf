"""What a programme is to segments: who is in which, in what tier, with how many points."""

from collections.abc import Sequence

from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.loyalty import members, programmes
from portico.loyalty.types import points_account
from portico.platform.db import Tx
from portico.segments.types import InProgramme, ProgrammeStanding


async def standings(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[ProgrammeStanding]:
    """Record by record; one of nobody's in no programme and without points too, so that what was known before is known no longer."""
    ids = sorted(set(customer_ids))
    codes = {one.id: one.code for one in await programmes.programmes(tx)}
    hers: dict[CustomerId, list[InProgramme]] = {id: [] for id in ids}
    for one in await members.members(tx, customer_ids=ids):
        hers[one.customer_id].append(
            InProgramme(
                programme=codes[one.programme_id], tier=one.tier, joined_at=one.joined_at, birth_month=one.birth_month,
                birth_day=one.birth_day,
            )
        )  # fmt: skip
    accounts = {id: points_account(id).code for id in ids}
    balances = await ledger.balances(tx, codes=list(accounts.values()))
    return [ProgrammeStanding(id, tuple(hers[id]), balances.get(accounts[id], 0)) for id in ids]

"""What a programme is to one person: where she stands, what is missing, what she may take."""

from collections.abc import Sequence

from portico.business.types import MarketId
from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.loyalty import members
from portico.loyalty.programmes import running
from portico.loyalty.rules.earning import said
from portico.loyalty.rules.rewards import reaches
from portico.loyalty.store import points as store
from portico.loyalty.store import programmes as programme_store
from portico.loyalty.types import Member, Membership, OfferedReward, Running, TierBy, owed_account
from portico.loyalty.worth import pays_in, points_worth
from portico.platform.db import Tx

COMING_MAX = 1000


async def market_of(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> MarketId | None:
    """The market whose programme a person has been in for the longest; None where she is in none that runs."""
    return await tx.maybe(programme_store.MARKET_OF, customer_ids=list(customer_ids))


async def membership(
    tx: Tx, *, customer_ids: Sequence[CustomerId], market_id: MarketId, language: str
) -> Membership | None:
    """Over all records that are one person's; None where no programme runs."""
    run = (await running(tx, market_ids=[market_id])).get(market_id)
    if run is None:
        return None
    people = list(dict.fromkeys(customer_ids))
    mine = await members.member(tx, programme_id=run.id, customer_ids=people)
    lots = [
        one
        for one in await tx.all(store.OPEN_LOTS, customer_ids=people)
        if one.good(at=tx.now) and pays_in(one, run.id)
    ]
    points = sum(one.remaining for one in lots)
    first = min((one.expires_at for one in lots if one.expires_at), default=None)
    coming = await tx.all(store.COMING, customer_ids=people, rows_max=COMING_MAX)
    owed = await ledger.balances(tx, codes=[owed_account(one).code for one in people])
    worths = await points_worth(tx, market_ids=[market_id])
    progress = await members.progress(tx, run=run, of=mine, customer_ids=people, language=language) if mine else None
    return Membership(
        run.code, said(run.terms.names, language), said(run.terms.units, language), points,
        sum(one.pending for one in coming if one.programme_id == run.id), -sum(owed.values()),
        run.terms.burn.points_per_minor or worths.get(market_id), run.terms.tier_by is TierBy.SPEND, first,
        sum(one.remaining for one in lots if first and one.expires_at == first), mine,
        progress if run.terms.tiers else None, _offered(run, mine, points, language),
    )  # fmt: skip


def _offered(run: Running, mine: Member | None, points: int, language: str) -> tuple[OfferedReward, ...]:
    tier = mine.tier if mine else ""
    return tuple(
        OfferedReward(
            one.code, said(one.names, language), one.kind, one.points, one.amount, one.currency, one.tier,
            points >= one.points and reaches(run.terms, tier, one.tier),
        )
        for one in run.terms.rewards
    )  # fmt: skip

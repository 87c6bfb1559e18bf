"""What somebody gives up: points and store credit of which she wants no more, since she is to be forgotten."""

from collections.abc import Sequence

from portico.business import api as business
from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.ledger.types import Transfer
from portico.loyalty import points
from portico.loyalty.rules.lots import Drawn
from portico.loyalty.types import POINTS, credit_account, lapsed_account, points_account
from portico.platform.db import Tx
from portico.platform.events import Hand

REASON = "given_up"


async def give_up(tx: Tx, *, customer_ids: Sequence[CustomerId], by: Hand) -> None:
    """All points and all store credit of these lapse, whatever they were given for. Locks points accounts, then those of credit."""
    await points.lock(tx, customer_ids=customer_ids)
    lots = await points.open_lots(tx, customer_ids=customer_ids)
    await points.take_from(tx, drawn=[Drawn(one, one.remaining) for hers in lots.values() for one in hers])
    targets = {points_account(one): lapsed_account(REASON, POINTS, kind="points") for one in customer_ids}
    for currency in sorted({one.currency for one in (await business.directory(tx)).markets.values()}):
        lapsed = lapsed_account(REASON, currency, kind="store_credit")
        targets |= {credit_account(one, currency): lapsed for one in customer_ids}
    held = await ledger.balances(tx, codes=[one.code for one in targets])
    standing = await ledger.lock(tx, accounts=[one for one in targets if held.get(one.code)])
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=source, target=target, amount=standing[source.code].balance, reason=REASON, reference="",
                actor=by.actor, occurred_at=tx.now,
            )
            for source, target in targets.items()
            if source.code in standing and standing[source.code].balance
        ],
    )  # fmt: skip

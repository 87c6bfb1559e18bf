"""What this room holds of people."""

from portico.business import api as business
from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.loyalty.types import credit_account, points_account
from portico.platform.db import Tx
from portico.platform.personal import HER_NAME_OUT, Held, Hindrance, Kept, Room, Whose, statements


async def things(tx: Tx, whose: Whose) -> list[str]:
    """The accounts in which her points and store credit stand."""
    currencies = sorted({one.currency for one in (await business.directory(tx)).markets.values()})
    found = []
    for one in whose.customers:
        customer_id = CustomerId(one.bytes)
        found.append(points_account(customer_id).code)
        found += [credit_account(customer_id, currency).code for currency in currencies]
    return found


async def hindrances(tx: Tx, whose: Whose) -> list[Hindrance]:
    """Value that she holds is hers: it is to be spent or given up before nobody knows whose it was."""
    codes = await things(tx, whose)
    held = await ledger.balances(tx, codes=codes)
    return [Hindrance("value_left", code.partition(":")[0]) for code in codes if held.get(code)]


PERSONAL = Room(
    name="loyalty",
    things=things,
    hindrances=hindrances,
    tables=(
        statements(
            Held(
                table="loyalty.gift_card", whose="customer_id = any(:customers::uuid[])",
                becomes={"actor_name": HER_NAME_OUT}, keeps={"actor": Kept.ID, "last4": Kept.BOOKS},
                plain=frozenset({"currency", "state"}), hidden=frozenset({"code_hash"}),
            )
        ),
    ),
    nobodys={"points_worth": "what a point is worth"},
)  # fmt: skip

"""What this room holds of people."""

from portico.business import api as business
from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.loyalty import lapsing
from portico.loyalty.types import credit_account, points_account
from portico.platform.db import Tx
from portico.platform.events import Hand
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
    return [Hindrance("value_left", code.partition(":")[0], may_be_given_up=True) for code in codes if held.get(code)]


async def give_up(tx: Tx, whose: Whose, by: Hand) -> None:
    await lapsing.give_up(tx, customer_ids=[CustomerId(one.bytes) for one in whose.customers], by=by)


_HERS = "customer_id = any(:customers::uuid[])"

PERSONAL = Room(
    name="loyalty",
    things=things,
    hindrances=hindrances,
    give_up=give_up,
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="loyalty.gift_card", whose=_HERS,
                becomes={"actor_name": HER_NAME_OUT}, keeps={"actor": Kept.ID, "last4": Kept.BOOKS},
                plain=frozenset({"currency", "state", "kind"}), hidden=frozenset({"code_hash"}),
            ),
            Held(table="loyalty.card_sale", whose="order_id = any(:ids::uuid[])", key="concat(line_id, ' ', unit)", key_type="text"),
            Held(table="loyalty.wallet_code", whose=_HERS, deleted=True, plain=frozenset({"claimed_by"})),
            Held(
                table="loyalty.reward_taken", whose=_HERS,
                keeps={"coupon_code": Kept.BOOKS}, plain=frozenset({"reward", "promotion"}),
            ),
            Held(
                table="loyalty.draw", whose=f"lot_id in (select id from loyalty.lot where {_HERS})",
                key="concat(reference, lot_id)", key_type="text",
            ),
            Held(table="loyalty.lot", whose=_HERS, becomes={"cause": "''"}, keeps={"reference": Kept.BOOKS}),
            Held(table="loyalty.earning", whose=_HERS, keeps={"reference": Kept.BOOKS}, plain=frozenset({"rule"})),
            Held(
                table="loyalty.purchase", whose=_HERS, key="order_id",
                keeps={"label": Kept.BOOKS}, plain=frozenset({"tier", "channel", "currency"}),
            ),
            Held(
                table="loyalty.member", whose=_HERS, key="concat(programme_id, customer_id)", key_type="text",
                becomes={"birth_month": "null", "birth_day": "null", "referral_code": "gen_random_uuid()::text", "referred_by": "null"},
                plain=frozenset({"tier"}),
            ),
        )
    ),
    nobodys={
        "points_worth": "what a point is worth", "card_batch": "printed cards, and who made them", "card_policy": "how long cards are good",
        "card_product": "which goods are cards", "programme": "programmes, and who changed them", "terms": "programmes, and who changed them",
        "running": "which programme runs where",
    },
)  # fmt: skip

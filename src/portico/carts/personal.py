"""What this room holds of people: their baskets, which nobody need keep."""

from portico.carts.types import CartId
from portico.platform.db import Query, Tx
from portico.platform.personal import Held, Retained, Room, Whose, statements

MINE = Query(CartId, "select id from carts.cart where customer_id = any(:customers::uuid[])")
_ABANDONED = "customer_id is null and updated_at < :before"
_OF_ENDED = "where cart_id in (select id from ended)"


async def things(tx: Tx, whose: Whose) -> list[str]:
    return [str(one) for one in await tx.all(MINE, customers=list(whose.customers))]


PERSONAL = Room(
    name="carts",
    things=things,
    tables=tuple(
        statements(one)
        for one in (
            Held(table="carts.baton", whose="cart_id = any(:ids::uuid[])", deleted=True, hidden=frozenset({"code"})),
            Held(table="carts.change", whose="cart_id = any(:ids::uuid[])", deleted=True),
            Held(table="carts.line", whose="cart_id = any(:ids::uuid[])", deleted=True),
            Held(table="carts.cart", whose="customer_id = any(:customers::uuid[])", deleted=True),
        )
    ),
    retained=(
        Retained(
            code="guest_carts", days=90,
            count=Query(int, f"select count(*) from carts.cart where {_ABANDONED}"),
            # Parts and whole go in one statement; foreign keys are looked at when it ends.
            sweep=Query(
                int,
                f"""
                with ended as (
                    select id from carts.cart where {_ABANDONED} order by updated_at limit :rows_max for update skip locked
                ), batons as (
                    delete from carts.baton {_OF_ENDED}
                ), changes as (
                    delete from carts.change {_OF_ENDED}
                ), lines as (
                    delete from carts.line {_OF_ENDED}
                ), carts as (
                    delete from carts.cart where id in (select id from ended) returning 1
                )
                select count(*) from carts
                """,
            ),
        ),
    ),
)  # fmt: skip

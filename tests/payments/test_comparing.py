"""Our books beside a provider's: what differs, why, and on which day."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Served
from tests.orders.test_orders_http import api_client
from tests.payments.stripe_server import StripeServer
from tests.payments.test_payments_http import checkout, complete, eventually, settings, shopper, stripe
from tests.world import SKUS, World

from portico.orders.types import OrderId
from portico.payments import comparing
from portico.payments.comparing import Why
from portico.payments.comparing_store import Booked, Named
from portico.payments.types import OperationId, OperationKind, OperationState, PaymentId, Transaction
from portico.platform.db import Database

__all__ = ["stripe"]  # a fixture
MADRID = ZoneInfo("Europe/Madrid")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MUG = SKUS["MUG-1"]


def ours(ref: str, amount: int = 500, *, at: datetime = NOON, refund: bool = False, done: bool = True) -> Booked:
    kind = OperationKind.REFUND if refund else OperationKind.CAPTURE
    state = OperationState.SUCCEEDED if done else OperationState.UNKNOWN
    return Booked(OperationId.new(), PaymentId.new(), UUID(int=7), "ord", kind, "EUR", amount, state, ref, at)


def theirs(ref: str, amount: int = 500, *, at: datetime = NOON, payment: str = "") -> Transaction:
    return Transaction(ref, amount, "EUR", at, payment)


def whys(mine: list[Booked], other: list[Transaction], *, known: str = "") -> dict[date, list[Why]]:
    named = {known: Named(known, PaymentId.new(), UUID(int=9), "ord")} if known else {}
    days = comparing.by_day(
        comparing.pairs(mine, other), named=named, first=date(2026, 11, 19), days=3, zone=MADRID
    )  # fmt: skip
    return {one.day: [each.why for each in one.differences] for one in days if one.differences}


TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("mine", "other", "why"),
    [
        ([ours("a")], [], Why.NOT_THERE),
        ([], [theirs("a", payment="a")], Why.STRANGER),
        ([], [theirs("r", -500, payment="known")], Why.NOT_HERE),
        ([ours("a", done=False)], [theirs("a")], Why.UNDECIDED),
        ([ours("a", 400)], [theirs("a")], Why.AMOUNT),
        ([ours("a"), ours("a", refund=True)], [theirs("a")], Why.NOT_THERE),
    ],
)
def test_each_difference_has_its_reason(mine: list[Booked], other: list[Transaction], why: Why) -> None:
    assert whys(mine, other, known="known") == {TODAY: [why]}


def test_what_both_have_is_no_difference_and_what_is_still_open_is_none_yet() -> None:
    assert whys([ours("a"), ours("r", refund=True), ours("b", done=False)], [theirs("r", -500), theirs("a")]) == {}


def test_what_the_provider_has_on_another_day_stands_on_both() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # half past midnight, the day after, in Madrid
    assert whys([ours("a", at=late)], [theirs("a")]) == {
        TODAY: [Why.OTHER_DAY], TODAY + timedelta(days=1): [Why.OTHER_DAY]
    }  # fmt: skip


moments = st.datetimes(datetime(2026, 11, 19, 2), datetime(2026, 11, 21, 20), timezones=st.just(UTC))
movements = st.tuples(st.sampled_from("abcd"), st.integers(1, 3), moments, st.booleans(), st.booleans())


@given(st.lists(movements, max_size=8), st.lists(movements, max_size=8))
def test_a_day_agrees_exactly_where_nothing_differs(
    mine: list[tuple[str, int, datetime, bool, bool]], other: list[tuple[str, int, datetime, bool, bool]]
) -> None:
    booked = [
        ours(ref, amount, at=at, refund=refund, done=done) for ref, amount, at, refund, done in mine
    ]  # fmt: skip
    moved = [theirs(ref, -amount if refund else amount, at=at) for ref, amount, at, refund, _ in other]
    days = comparing.by_day(
        comparing.pairs(booked, moved), named={}, first=date(2026, 11, 18), days=5, zone=MADRID
    )  # fmt: skip
    for day in days:
        assert bool(day.differences) or all(one.agree for one in day.books)
    assert sum(sum(one.their_captured.amount + one.their_refunded.amount for one in day.books) for day in days) == sum(
        abs(one.amount) for one in moved
    )
    assert sum(sum(one.our_captured.amount + one.our_refunded.amount for one in day.books) for day in days) == sum(
        one.amount for one in booked if one.state is OperationState.SUCCEEDED
    )


async def test_a_refund_made_in_the_providers_own_pages_is_found_with_its_order(
    served: Served, world: World, stripe: StripeServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(**settings(stripe)) as url, shopper(url) as shop, api_client(url, world) as staff:
        placed = await complete(shop, await checkout(shop, world), await stripe.card(), "k1")
        order = placed.json()
        await staff.post(f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.store)})

        async def paid() -> int:
            return (await staff.get(f"/v1/orders/{order['id']}")).json()["paid"]

        await eventually(paid, 2 * MUG)
        assert (await staff.get("/v1/payments/providers")).json() == {"items": ["stripe"]}
        path = "/v1/payments/reconciliation/stripe/days"
        yesterday = (datetime.now(MADRID) - timedelta(days=1)).date()
        asked = {"first": str(yesterday), "days": "3", "zone": "Europe/Madrid"}
        agreed = await staff.get(path, params=asked)
        assert [one["agree"] for one in agreed.json()["items"]] == [True, True, True], agreed.text
        assert sum(one["agreeing"] for one in agreed.json()["items"]) == 1

        (intent,) = await stripe.all("payment_intents")
        async with stripe.client() as client:
            await client.post("/v1/refunds", data={"payment_intent": intent["id"], "amount": "100"})
            back = await stripe.all("refunds")
        found = (await staff.get(path, params=asked)).json()["items"]
        (difference,) = [each for day in found for each in day["differences"]]
        assert (difference["why"], difference["refund"], difference["ours"], difference["theirs"]) == (
            "not_here", True, None, 100,
        )  # fmt: skip
        assert (difference["reference"], difference["ref"]) == (str(OrderId.parse(order["id"])), back[0]["id"])
        async with database.pool.acquire() as connection:  # looked at, and nothing was written
            assert await connection.fetchval("select count(*) from payments.operation where kind = 'refund'") == 0

        for wrong in ({"days": "0"}, {"days": "40"}, {"zone": "Nowhere/At all"}, {"first": "1990-01-01"}):
            refused = await staff.get(path, params={**asked, **wrong})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, next(iter(wrong)))
        monkeypatch.setattr(
            comparing, "ROWS_MAX", 0
        )  # what would be cut short is refused, or the rest would seem to differ
        many = await staff.get(path, params=asked)
        assert (many.status_code, many.json()["code"]) == (409, "payments.too_many_movements"), many.text
        stripe.wire.loses = lambda request: True
        silent = await staff.get(path, params=asked)
        assert (silent.status_code, silent.json()["code"]) == (409, "payments.no_books")
        nobody = await staff.get("/v1/payments/reconciliation/nobody/days", params=asked)
        assert nobody.status_code == 404

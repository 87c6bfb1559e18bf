"""Policies as the office edits them: tried before they are kept, and of two people who change them the second is told."""

import asyncio

from tests.orders.test_orders import ask, line, placed
from tests.orders.test_orders_http import api_client
from tests.payments.test_tenders import customer, gift_card
from tests.returns.test_returns import LAMP, back, sold, take
from tests.world import World

from portico.orders.types import Term
from portico.payments.types import Tender
from portico.platform.db import Database

PATH = "/v1/return-policies"


async def kept(database: Database) -> tuple[int, int]:
    """How many policies there are, and which version of them."""
    rows = await database.pool.fetchval("select count(*) from returns.policy")
    return rows, await database.pool.fetchval("select coalesce(max(version), 0) from returns.policy_version")


async def test_an_order_shows_what_policies_would_do_before_they_are_kept(
    url: str, database: Database, world: World
) -> None:
    order = await sold(database, world, ("LAMP-1", 2))
    async with api_client(url, world) as office:
        shown = (await office.get(PATH, params={"market": "es"})).json()
        assert (shown["version"], shown["items"], shown["categories"]) == (0, [], ["reduced", "standard"])
        body = {"market": "es", "items": [{"days": 0, "restocking_ppm": 100_000}], "order": order.head.label}
        tried = (await office.post(f"{PATH}/check", json=body)).json()
        (one,) = tried["lines"]
        assert (one["now"]["blocks"], one["now"]["fee"], one["would"]["blocks"], one["would"]["fee"], one["changed"]) == (
            [], 0, ["window_over"], 2 * LAMP // 10, True,
        )  # fmt: skip
        ours = (await office.post(f"{PATH}/check", json={**body, "reason": "damaged"})).json()["lines"][0]
        assert (ours["would"]["fee"], ours["changed"]) == (0, False)
        for wrong, field in (({"restocking_ppm": 2_000_000}, "restocking_ppm"), ({"days": -1}, "days")):
            refused = await office.post(f"{PATH}/check", json={**body, "items": [{"category": "x"}, wrong]})
            assert (refused.status_code, refused.json()["field"], refused.json()["row"]) == (422, field, 1)
        assert (await office.post(f"{PATH}/check", json={**body, "order": "ZZZZ-ZZZZ"})).status_code == 404
        assert await kept(database) == (0, 0)


async def test_one_that_is_put_aside_decides_nothing(url: str, database: Database, world: World) -> None:
    order = await sold(database, world, ("LAMP-1", 2))
    async with api_client(url, world) as office:
        for active, fee in ((True, LAMP // 2), (False, 0)):
            row = {"restocking_ppm": 500_000, "active": active}
            assert (await office.put(PATH, json={"market": "es", "items": [row]})).status_code == 200
            done = await take(database, world, order, back(order))
            assert done.head.fee == fee
        (row,) = (await office.get(PATH, params={"market": "es"})).json()["items"]
        assert (row["active"], row["restocking_ppm"]) == (False, 500_000)


async def test_of_two_who_change_return_policies_the_second_is_told(url: str, database: Database, world: World) -> None:
    async with api_client(url, world) as office:
        both = [office.put(PATH, json={"market": "es", "items": [{"days": days}], "version": 0}) for days in (14, 60)]
        answers = await asyncio.gather(*both)
        assert sorted(one.status_code for one in answers) == [200, 409]
        (lost,) = [one for one in answers if one.status_code == 409]
        assert (lost.json()["code"], lost.json()["version"]) == ("returns.policies_changed", 1)
        (won,) = [one.json() for one in answers if one.status_code == 200]
        shown = (await office.get(PATH, params={"market": "es"})).json()
        assert (shown["version"], shown["items"]) == (1, won["items"])
        ahead = await office.put(PATH, json={"market": "es", "items": [], "version": 7})
        assert (ahead.status_code, await kept(database)) == (409, (1, 1))
        following = await office.put(PATH, json={"market": "es", "items": [{"days": 20}], "version": 1})
        assert (following.json()["version"], following.json()["items"][0]["days"]) == (2, 20)
        assert following.json()["changed_at"]


async def test_of_two_who_change_a_refund_policy_the_second_is_told(url: str, database: Database, world: World) -> None:
    async with api_client(url, world) as office:
        path = "/v1/refund-policies/es"
        (shown,) = (await office.get("/v1/refund-policies")).json()["items"]
        assert shown == {"market": "es", "mode": "in_proportion", "handlers": [], "version": 0}
        answers = await asyncio.gather(
            *(
                office.put(path, json={"mode": "in_order", "handlers": [one], "version": 0})
                for one in ("cash", "gift_card")
            )
        )
        assert sorted(one.status_code for one in answers) == [200, 409]
        (won,) = [one.json() for one in answers if one.status_code == 200]
        (lost,) = [one.json() for one in answers if one.status_code == 409]
        assert (lost["code"], lost["version"]) == ("payments.policy_changed", 1)
        assert (await office.get(path)).json()["handlers"] == won["handlers"]
        ahead = await office.put(path, json={"mode": "in_proportion", "version": 5})
        assert (ahead.status_code, (await office.get(path)).json()["version"]) == (409, 1)
        twice = await office.put(path, json={"mode": "in_order", "handlers": ["cash", "cash"], "version": 1})
        assert (twice.status_code, twice.json()["errors"][0]["field"]) == (422, "handlers")
        assert (await office.get(path)).json()["version"] == 1


async def test_an_order_shows_where_its_money_would_go_back_to(url: str, database: Database, world: World) -> None:
    who = await customer(database, world)
    tenders = (
        Tender(handler="gift_card", credential=await gift_card(database, world, 1000)),
        Tender(handler="cash", tendered=20_000),
    )
    order = await placed(
        database, ask(world, line(world, "LAMP-1", 1), term=Term.NOW, tenders=tenders, customer_id=who)
    )
    async with api_client(url, world) as office:
        path = "/v1/refund-policies/es/check"
        body = {"mode": "in_order", "handlers": ["cash", "gift_card"], "order": order.head.label, "amount": 1000}
        tried = (await office.post(path, json=body)).json()
        shares = {one["handler"]: one for one in tried["shares"]}
        assert (shares["cash"]["would"], shares["gift_card"]["would"], tried["amount"]) == (1000, 0, 1000)
        assert shares["cash"]["now"] + shares["gift_card"]["now"] == 1000
        assert 0 < shares["gift_card"]["now"] < 1000
        whole = (await office.post(path, json={**body, "amount": None})).json()
        assert whole["amount"] == LAMP
        for wrong in (LAMP + 1, 0, -5):
            refused = await office.post(path, json={**body, "amount": wrong})
            assert (refused.status_code, refused.json()["code"]) == (409, "payments.more_than_paid")
        assert (await office.post(path, json={**body, "order": "ZZZZ-ZZZZ"})).status_code == 404
    assert await database.pool.fetchval("select count(*) from payments.operation where kind = 'refund'") == 0
    assert await database.pool.fetchval("select count(*) from payments.refund_policy") == 0

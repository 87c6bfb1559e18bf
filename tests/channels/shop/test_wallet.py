"""Her wallet in the shop: what she holds, a reward taken, a card added, the code for a till; without a script."""

import httpx
import pytest

from portico.loyalty import api
from portico.loyalty.rules import codes
from portico.loyalty.types import EarnRule, Earns, NewCard
from portico.platform.db import Database
from tests.conftest import Served
from tests.loyalty.members import bought, earn, live, rows, somebody
from tests.loyalty.test_wallet import session_of
from tests.world import World


@pytest.mark.parametrize("language", ["en", "es", "it", "ru"])
async def test_a_member_sees_all_she_holds_in_her_language(
    served: Served, database: Database, world: World, language: str
) -> None:
    await live(database, world)
    who = await somebody(database, world)
    await earn(database, await bought(database, world, who, ("LAMP-1", 2)))
    async with database.transaction() as tx:
        await api.issue(tx, cards=[NewCard(amount=700, currency="EUR", customer_id=who)], by=world.by)
    cookies = await session_of(database, who) | {"portico_language": language}
    async with served() as url, httpx.AsyncClient(base_url=url, cookies=cookies, timeout=20) as shop:
        page = await shop.get("/wallet")
        assert page.status_code == 200
        assert "<strong>99 " in page.text and "···· " in page.text
        assert "problem." not in page.text and "shop.wallet" not in page.text
        code = await shop.post("/wallet/code")
        assert code.status_code == 200 and "<svg" in code.text
        assert (await shop.get("/wallet/code")).headers["location"] == "/wallet"


async def test_forms_of_the_wallet_do_what_they_say_and_tell_what_they_refuse(
    served: Served, database: Database, world: World
) -> None:
    welcome = EarnRule(code="welcome", names={"en": "Welcome"}, earns=Earns.SIGN_UP, points=60)
    await live(database, world, earn=(welcome,))
    old, new = await somebody(database, world), await somebody(database, world, "Nadia")
    async with database.transaction() as tx:
        friend = (await api.enrol(tx, market_id=world.market_id, customer_id=old, by=world.by)).referral_code
        (card,) = await api.issue(tx, cards=[NewCard(amount=700, currency="EUR")], by=world.by)
    cookies = await session_of(database, new)
    async with served() as url, httpx.AsyncClient(base_url=url, cookies=cookies, timeout=20) as shop:
        assert f'value="{friend}"' in (await shop.get("/wallet", params={"friend": friend})).text
        before = await rows(database)
        assert (await shop.post("/wallet/join", data={"friend": "NOBODY"})).status_code == 409
        assert (await shop.post("/wallet/rewards", data={"reward": "five"})).status_code == 409
        assert (await shop.post("/wallet/cards", data={"code": codes.new_code()})).status_code == 404
        assert (await shop.post("/wallet/cards", data={"code": "\0\u202e" + "Ж" * 300})).status_code == 404
        wrong = await shop.post("/wallet/birthday", data={"day": "31", "month": "2"})
        assert wrong.status_code == 422 and 'role="alert"' in wrong.text, (
            "she is no member yet, and has no field for it"
        )
        assert await rows(database) == before
        assert (await shop.post("/wallet/join", data={"friend": friend})).headers["location"] == "/wallet?done=joined"
        assert (await shop.post("/wallet/rewards", data={"reward": "five"})).headers[
            "location"
        ] == "/wallet?done=reward"
        assert (await shop.post("/wallet/cards", data={"code": card.code})).status_code == 303
        before = await rows(database)
        wrong = await shop.post("/wallet/birthday", data={"day": "31", "month": "2"})
        assert wrong.status_code == 422 and 'id="day-error"' in wrong.text
        assert 'name="day" value="31"' in wrong.text and 'name="month" value="2"' in wrong.text, "what was typed stays"
        assert await rows(database) == before
        assert (await shop.post("/wallet/birthday", data={"day": "28", "month": "2"})).status_code == 303
    async with database.read() as tx:
        wallet = await api.wallet(tx, customer_ids=[new], currencies=["EUR"])
    assert (wallet.points, sorted(one.balance for one in wallet.cards)) == (10, [500, 700])


async def test_who_is_not_signed_in_is_asked_to(served: Served, database: Database, world: World) -> None:
    async with served() as url, httpx.AsyncClient(base_url=url, timeout=20) as shop:
        before = await rows(database)
        assert (await shop.get("/wallet")).headers["location"] == "/sign-in?next=/wallet"
        for path in ("cards", "rewards", "join", "birthday", "code"):
            assert (await shop.post(f"/wallet/{path}", data={"x": "y"})).headers["location"] == "/sign-in?next=/wallet"
        assert await rows(database) == before

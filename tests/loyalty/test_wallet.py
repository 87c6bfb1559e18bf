"""One code that says who she is and pays, once; and routes of members: her own, in her language."""

import asyncio

import httpx
import msgspec
import pytest
from tests.carts.racing import line_up, without_lock
from tests.conftest import Served
from tests.loyalty.members import TERMS, bought, earn, live, put_promotion, rows, somebody
from tests.orders.test_orders import ask, cashier, line, place
from tests.orders.test_orders_http import api_client
from tests.world import PIN, World

from portico.app import verification
from portico.customers.types import CustomerId
from portico.loyalty import api
from portico.loyalty.rules import codes
from portico.loyalty.store import wallet as store
from portico.loyalty.types import CodeOver, NewCard, UnknownCode, WalletClaim
from portico.loyalty.wallets import LASTS, PAYS
from portico.orders.types import Order, Term
from portico.payments.types import NotEnough, Tender, cash
from portico.platform import clock
from portico.platform.auth import api as auth
from portico.platform.auth.types import Kind
from portico.platform.db import Database
from portico.platform.http.door import COOKIE_SHOPPER

SECRET = "s" * 40


async def shown(database: Database, who: CustomerId) -> str:
    async with database.transaction() as tx:
        return (await api.show_code(tx, customer_id=who, secret=SECRET)).token


async def claim(database: Database, world: World, token: str, **when: object) -> WalletClaim:
    async with database.transaction(**when) as tx:  # type: ignore[arg-type]
        return await api.claim_code(tx, token=token, secret=SECRET, by=cashier(world))


async def rich(database: Database, world: World) -> CustomerId:
    who = await somebody(database, world)
    async with database.transaction() as tx:
        await api.grant_credit(
            tx, customer_id=who, amount=800, currency="EUR", reason="hello", reference="r", by=world.by
        )
        await api.issue(tx, cards=[NewCard(amount=700, currency="EUR", customer_id=who)], by=world.by)
    return who


async def test_a_code_is_claimed_once_and_pays_once_from_all_she_holds(database: Database, world: World) -> None:
    who = await rich(database, world)
    token = await shown(database, who)
    found = await claim(database, world, token)
    assert found.customer_id == who
    with pytest.raises(CodeOver):
        await claim(database, world, token)
    wallet = Tender(handler="wallet", credential=str(found.id))
    order = await bought(database, world, who, ("MUG-1", 1), tenders=[wallet])
    assert {one.handler: one.captured for one in order.payments} == {"gift_card": 700, "store_credit": 550}
    before = await rows(database)
    with pytest.raises(CodeOver):
        await bought(database, world, who, ("CUP-1", 1), tenders=[wallet])
    assert await rows(database) == before
    assert await verification.differences(database) == []


async def test_a_code_pays_for_nobody_else_not_elsewhere_and_not_too_late(database: Database, world: World) -> None:
    who, other = await rich(database, world), await somebody(database, world, "Nadia")
    found = await claim(database, world, await shown(database, who))
    wallet = Tender(handler="wallet", credential=str(found.id))
    before = await rows(database)
    for nobody in (other, None):
        with pytest.raises(CodeOver):
            await bought(database, world, nobody, ("CUP-1", 1), tenders=[wallet])
    with pytest.raises(CodeOver):
        await bought(database, world, who, ("CUP-1", 1), tenders=[wallet], by=cashier(world, "T2"))
    with pytest.raises(CodeOver):
        await bought(database, world, who, ("CUP-1", 1), tenders=[Tender(handler="wallet", credential="wlc_x")])
    with pytest.raises(NotEnough):
        await bought(database, world, who, ("CUP-1", 9), tenders=[Tender(handler="wallet", credential=str(found.id), amount=1501)])  # fmt: skip
    assert await rows(database) == before
    *start, letter, last = await shown(database, who)  # the last letter's lowest bits say nothing
    changed = "".join((*start, "A" if letter != "A" else "B", last))
    for token in ("", "PW.", "PW.x.y", changed, "ЖЖЖ", "\u202e12"):
        with pytest.raises(UnknownCode):
            await claim(database, world, token)
    old = await shown(database, who)
    with pytest.raises(CodeOver):
        await claim(database, world, old, now=clock.now() + LASTS)
    replaced = await shown(database, who)
    await shown(database, who)
    with pytest.raises(UnknownCode):
        await claim(database, world, replaced)
    late = await claim(database, world, await shown(database, who), now=clock.now() - PAYS)
    with pytest.raises(CodeOver):
        await bought(database, world, who, ("CUP-1", 1), tenders=[Tender(handler="wallet", credential=str(late.id))])


async def _scanned_by_many(database: Database, world: World) -> int:
    token = await shown(database, await rich(database, world))
    await line_up(database)
    answers = await asyncio.gather(*(claim(database, world, token) for _ in range(8)), return_exceptions=True)
    return sum(isinstance(one, WalletClaim) for one in answers)


async def test_one_of_many_who_scan_a_code_at_once_has_it(database: Database, world: World) -> None:
    assert await _scanned_by_many(database, world) == 1


async def test_without_its_lock_several_have_it(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    assert await _scanned_by_many(database, world) > 1


async def test_many_orders_with_one_code_are_paid_once(database: Database, world: World) -> None:
    who = await rich(database, world)
    found = await claim(database, world, await shown(database, who))
    wallet = Tender(handler="wallet", credential=str(found.id), amount=10)
    await line_up(database)
    answers = await asyncio.gather(
        *(bought(database, world, who, ("CUP-1", 1), tenders=[wallet]) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, CodeOver) for one in answers) == 7
    assert await verification.differences(database) == []


async def test_two_orders_of_one_batch_do_not_share_a_code(database: Database, world: World) -> None:
    who = await rich(database, world)
    found = await claim(database, world, await shown(database, who))
    tenders = (Tender(handler="wallet", credential=str(found.id), amount=10), *cash(100_000))
    asks = [ask(world, line(world, "CUP-1", 1), customer_id=who, term=Term.NOW, tenders=tenders) for _ in range(2)]
    answers = await place(database, *asks)
    assert [type(one) for one in answers] == [Order, CodeOver]
    assert await verification.differences(database) == []


# -------------------------------------------------------------------------------------------------- over HTTP


async def session_of(database: Database, who: CustomerId) -> dict[str, str]:
    async with database.transaction() as tx:
        opened = await auth.open_session(tx, kind=Kind.CUSTOMER, subject_id=who.uuid, name="Lucía")
    return {COOKIE_SHOPPER: opened.token}


async def test_a_till_scans_her_phone_and_rings_up(served: Served, database: Database, world: World) -> None:
    who = await rich(database, world)
    cookies = await session_of(database, who)
    async with served() as url, httpx.AsyncClient(base_url=url, cookies=cookies, timeout=20) as phone:
        code = (await phone.post("/v1/wallet-codes")).json()
        assert code["qr_svg"].startswith("<svg") and code["token"].startswith("PW.")
        async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as till:
            who_is = {"staff_number": "1000", "pin": PIN, "till_code": "T1"}
            signed = await till.post("/v1/auth/staff/pin", json=who_is)
            assert signed.status_code in (200, 201), signed.text
            scanned = await till.post("/v1/wallet-codes/claim", json={"token": code["token"]})
            assert scanned.status_code == 200, scanned.text
            claimed = scanned.json()
            assert claimed["customer"]["id"] == str(who) and claimed["wallet"]["credit"] == {"EUR": 800}
            assert (await till.post("/v1/wallet-codes/claim", json={"token": code["token"]})).status_code == 409
            line = {
                "variant_id": str(world.variants["CUP-1"]), "quantity": 1, "location_id": str(world.store),
                "method": "carry_out",
            }  # fmt: skip
            order = await till.post(
                "/v1/orders",
                json={
                    "lines": [line], "payment_term": "now", "customer_id": str(who),
                    "instruments": [{"handler": "wallet", "credential": claimed["id"]}],
                },
            )  # fmt: skip
            assert order.status_code == 201, order.text
            assert {one["handler"] for one in order.json()["payments"]} == {"gift_card", "store_credit"}


async def test_she_sees_her_points_tier_and_rewards_in_her_language_and_nobody_elses(
    served: Served, database: Database, world: World
) -> None:
    await live(database, world)
    who, other = await somebody(database, world), await somebody(database, world, "Nadia")
    await earn(database, await bought(database, world, who, ("LAMP-1", 2)))
    cookies = await session_of(database, who)
    async with served() as url, httpx.AsyncClient(
        base_url=url, cookies=cookies, headers={"Accept-Language": "es"}, timeout=20
    ) as phone:  # fmt: skip
        of = f"/v1/customers/{who}"
        found = (await phone.get(f"{of}/membership", params={"market": "es"})).json()
        assert (found["name"], found["points"], found["unit"]) == ("Club Casa", 99, "puntos")
        assert [one["affordable"] for one in found["rewards"]] == [True, True, False]
        assert (found["progress"]["missing"], found["progress"]["next"]) == (1, "gold")
        told = (await phone.get(f"{of}/points")).json()
        assert told["movements"][0]["why"] == "Ganados: Por euro"
        taken = await phone.post(f"{of}/rewards", json={"market": "es", "reward": "five"})
        assert taken.status_code == 201 and taken.json()["card"]["balance"] == 500
        assert (await phone.get(f"{of}/points")).json()["movements"][0]["cause"] == "reward"
        assert len((await phone.get(f"{of}/rewards")).json()["items"]) == 1
        assert (await phone.put(f"{of}/birthday", json={"month": 2, "day": 30})).status_code == 422
        assert (await phone.put(f"{of}/birthday", json={"month": 2, "day": 29})).status_code == 204
        assert (await phone.put(f"{of}/birthday", json={"month": 2, "day": 28})).status_code == 422
        for path in ("points", "rewards", "wallet"):
            assert (await phone.get(f"/v1/customers/{other}/{path}")).status_code == 403
        assert (await phone.post(f"/v1/customers/{other}/rewards", json={"market": "es", "reward": "mug"})).status_code == 403  # fmt: skip


async def test_a_slip_of_the_finger_is_told_apart_from_a_guess(served: Served, world: World) -> None:
    async with served() as url, api_client(url, world) as staff:
        good = codes.new_code()
        wrong = good[:-1] + codes.LETTERS[(codes.LETTERS.index(good[-1]) + 1) % 32]
        for _ in range(12):
            answer = await staff.post("/v1/gift-cards/lookup", json={"code": wrong})
            assert (answer.status_code, answer.json()["code"]) == (422, "loyalty.mistyped")
        told = [
            (await staff.post("/v1/gift-cards/lookup", json={"code": codes.new_code()})).status_code for _ in range(12)
        ]
        assert told[0] == 404 and told[-1] == 429


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("names", {"names": {}}),
        ("names", {"names": {"xx": "a"}}),
        ("names.en", {"names": {"en": "x" * 300}}),
        ("names.en", {"names": {"en": "a\u202eb"}}),
        ("valid_days", {"valid_days": 0}),
        ("earn[0].per_minor", {"earn": [{"code": "a", "names": {"en": "a"}, "earns": "spend", "points": 1}]}),
        ("earn[0].points", {"earn": [{"code": "a", "names": {"en": "a"}, "earns": "order", "points": 0}]}),
        ("earn[0].code", {"earn": [{"code": "а", "names": {"en": "a"}, "earns": "order", "points": 1}]}),
        ("earn", {"earn": [{"code": "a", "names": {"en": "a"}, "earns": "order", "points": 1}] * 2}),
        ("tiers[0].threshold", {"tiers": [{"code": "a", "names": {"en": "a"}, "threshold": 5}]}),
        ("rewards[0].currency", {"rewards": [{"code": "a", "names": {"en": "a"}, "kind": "amount", "points": 1, "amount": 1}]}),
        ("rewards[0].promotion", {"rewards": [{"code": "a", "names": {"en": "a"}, "kind": "delivery", "points": 1}]}),
        ("burn.share_percent_max", {"burn": {"share_percent_max": 101}}),
    ],
)  # fmt: skip
async def test_terms_that_cannot_be_are_refused_and_say_where(url: str, world: World, database: Database, field: str, change: dict) -> None:  # fmt: skip
    async with api_client(url, world) as staff:
        before = await rows(database)
        terms = {"names": {"en": "Club"}, "units": {"en": "points"}, **change}
        answer = await staff.put("/v1/programmes/club", json={"markets": ["es"], "terms": terms})
        assert answer.status_code == 422, answer.text
        assert answer.json()["field"] == field, answer.text
        assert await rows(database) == before


async def test_a_programme_is_tried_on_past_orders_published_and_ended(
    url: str, world: World, database: Database
) -> None:

    who = await somebody(database, world)
    await bought(database, world, who, ("LAMP-1", 2))
    terms = msgspec.json.decode(msgspec.json.encode(TERMS))
    async with api_client(url, world) as staff:
        await staff.put("/v1/points-worth/es", json={"points_per_minor": 1})
        draft = await staff.put("/v1/programmes/club", json={"markets": ["es"], "terms": terms})
        assert (draft.status_code, draft.json()["draft"], draft.json()["state"]) == (200, 1, "draft")
        stale = await staff.put("/v1/programmes/club", json={"markets": ["es"], "terms": terms, "expected": 7})
        assert (stale.status_code, stale.json()["code"]) == (409, "loyalty.programme_changed")
        before = await rows(database)
        tried = (await staff.post("/v1/programmes/club/dry-run", json={"days": 30})).json()
        assert await rows(database) == before
        assert (tried["points"], tried["worth"], tried["customers"]) == (99, {"EUR": 99}, 1)
        assert (tried["orders"], tried["most"][0]["name"], tried["most"][0]["points"]) == (1, "Lucía", 99)
        assert tried["rules"][0] == {"rule": "base", "purchases": 1, "points": 99}
        refused = await staff.post("/v1/programmes/club/publish", json={"expected": 1})
        assert (refused.status_code, refused.json()["field"]) == (422, "rewards[1].promotion"), refused.text
        assert await rows(database) == before
        async with database.transaction() as tx:
            await put_promotion(tx, world)
        assert (await staff.post("/v1/programmes/club/publish", json={"expected": 1})).json()["state"] == "live"
        await staff.put("/v1/programmes/other", json={"markets": ["es"], "terms": terms})
        taken = await staff.post("/v1/programmes/other/publish", json={"expected": 1})
        assert (taken.status_code, taken.json()["programme"]) == (409, "club")
        assert (await staff.post("/v1/programmes/club/end", json={"expected": 1})).json()["state"] == "ended"
        assert (await staff.post("/v1/programmes/other/publish", json={"expected": 1})).status_code == 200
        assert (await staff.post("/v1/programmes/club/publish", json={"expected": 1})).json()["code"] == "loyalty.programme_ended"  # fmt: skip

"""The baton that hands a basket over: once, soon, to whom it may go, and only if it is ours."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.carts.racing import line_up, without_lock
from tests.world import PIN, World, hashed

from portico.business import api as business
from portico.business.types import Address, Location, LocationId, LocationKind, Market, MarketId, Till, TillId
from portico.carts import api, store
from portico.carts.types import (
    Baton,
    BatonExpired,
    BatonOfAnother,
    BatonUnknown,
    BatonUsed,
    Cart,
    ChangeKind,
    Edit,
    Owner,
)
from portico.customers.types import CustomerId
from portico.platform.auth import api as auth
from portico.platform.db import Database
from portico.platform.events import Hand

SECRET = "a secret of at least thirty-two characters"
ANNA, BEA = CustomerId.new(), CustomerId.new()


def customer(one: CustomerId) -> dict:
    return {"by": Hand(actor=f"customer:{one.uuid.hex}", actor_name="Anna"), "claimer": Owner(customer_id=one)}


def guest() -> dict:
    one = uuid4()
    return {"by": Hand(actor=f"guest:{one.hex}", actor_name=""), "claimer": Owner(guest_id=one)}


def cashier(world: World) -> dict:
    by = msgspec.structs.replace(
        world.by, actor=f"staff:{world.cashier.uuid.hex}", channel_id=world.channels["pos"].uuid
    )
    return {"by": by, "claimer": Owner()}


async def basket(database: Database, world: World, owner: Owner) -> Cart:
    async with database.transaction() as tx:
        cart = await api.create(tx, market_id=world.market_id, owner=owner, by=world.by)
        return await api.edit(tx, edit=Edit(cart_id=cart.head.id, by=world.by, variant_id=world.variants["MUG-1"]))


async def pass_it(database: Database, cart: Cart) -> Baton:
    async with database.transaction() as tx:
        return await api.pass_baton(tx, cart_id=cart.head.id, secret=SECRET)


async def claim(database: Database, *, now=None, **what) -> Cart:  # type: ignore[no-untyped-def]
    async with database.transaction(now=now) as tx:
        return await api.claim(tx, secret=SECRET, **what)


async def uses(database: Database) -> tuple[int, int]:
    """How often a baton was used, and how often a basket says it was handed over."""
    async with database.pool.acquire() as connection:
        return (
            await connection.fetchval("select count(*) from carts.baton where used_at is not null"),
            await connection.fetchval("select count(*) from carts.change where kind = 'handed_over'"),
        )


async def test_a_cashier_takes_over_by_code_or_by_token(database: Database, world: World) -> None:
    cart = await basket(database, world, Owner(customer_id=ANNA))
    for given in ("code", "token"):
        baton = await pass_it(database, cart)
        taken = await claim(database, **{given: getattr(baton, given)}, **cashier(world))
        assert (taken.head.id, taken.head.customer_id, taken.lines) == (cart.head.id, ANNA, cart.lines)
        with pytest.raises(BatonUsed):
            await claim(database, **{given: getattr(baton, given)}, **cashier(world))
    async with database.read() as tx:
        last = (await api.changes(tx, cart_id=cart.head.id))[0]
    assert (last.kind, last.channel_id) == (ChangeKind.HANDED_OVER, world.channels["pos"].uuid)
    assert await uses(database) == (2, 2)


@pytest.mark.parametrize(
    "spell", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code[:3]} {code[4:]} "]
)
async def test_a_code_may_be_spelt_as_it_is_heard(database: Database, world: World, spell) -> None:  # type: ignore[no-untyped-def]
    cart = await basket(database, world, Owner(customer_id=ANNA))
    baton = await pass_it(database, cart)
    heard = spell(baton.code).replace("0", "o").replace("1", "i")
    assert (await claim(database, code=heard, **cashier(world))).head.id == cart.head.id


async def test_it_expires(database: Database, world: World) -> None:
    baton = await pass_it(database, await basket(database, world, Owner(customer_id=ANNA)))
    with pytest.raises(BatonExpired):
        await claim(database, code=baton.code, now=baton.expires_at, **cashier(world))
    assert await uses(database) == (0, 0)
    last_moment = baton.expires_at - timedelta(seconds=1)
    assert await claim(database, code=baton.code, now=last_moment, **cashier(world))


async def test_a_new_one_ends_the_old_one(database: Database, world: World) -> None:
    cart = await basket(database, world, Owner(customer_id=ANNA))
    old, new = await pass_it(database, cart), await pass_it(database, cart)
    for given in ({"code": old.code}, {"token": old.token}):
        with pytest.raises(BatonExpired):
            await claim(database, **given, **cashier(world))
    assert await uses(database) == (0, 0)
    assert await claim(database, code=new.code, **cashier(world))


async def test_a_token_that_is_not_ours_is_unknown(database: Database, world: World) -> None:
    baton = await pass_it(database, await basket(database, world, Owner(customer_id=ANNA)))
    name, _, signature = baton.token.rpartition(".")
    other_id = name[:-2] + ("0" if name[-2] != "0" else "1") + name[-1]
    async with database.transaction() as tx:  # signed with another secret, for the same basket
        forged = (await api.pass_baton(tx, cart_id=baton.cart_id, secret="another secret of thirty-two chars")).token
    for token in (name, f"{other_id}.{signature}", baton.token[:-1], f"{baton.token}x", forged, "", "ключ", "a\0b.c"):
        with pytest.raises(BatonUnknown):
            await claim(database, token=token, **cashier(world))
    for code in (None, "", "zzz-zzz", "UUU-UUU"):
        with pytest.raises(BatonUnknown):
            await claim(database, code=code, **cashier(world))
    assert await uses(database) == (0, 0)


async def test_another_customer_is_refused_and_the_baton_stays_good(database: Database, world: World) -> None:
    cart = await basket(database, world, Owner(customer_id=ANNA))
    baton = await pass_it(database, cart)
    for stranger in (customer(BEA), guest()):
        with pytest.raises(BatonOfAnother):
            await claim(database, code=baton.code, **stranger)
    assert await uses(database) == (0, 0)
    assert (await claim(database, code=baton.code, **customer(ANNA))).head.customer_id == ANNA


async def test_a_basket_begun_at_a_till_goes_to_whoever_is_shown_the_code(database: Database, world: World) -> None:
    cart = await basket(database, world, Owner())
    phone = guest()
    taken = await claim(database, code=(await pass_it(database, cart)).code, **phone)
    assert (taken.head.id, taken.head.guest_id) == (cart.head.id, phone["claimer"].guest_id)
    again = await claim(database, code=(await pass_it(database, cart)).code, **customer(ANNA))
    assert (again.head.id, again.head.customer_id, again.head.guest_id) == (cart.head.id, ANNA, None)


async def test_claimed_beside_a_basket_of_her_own_both_become_hers(database: Database, world: World) -> None:
    own = await basket(database, world, Owner(customer_id=ANNA))
    baton = await pass_it(database, await basket(database, world, Owner()))
    taken = await claim(database, code=baton.code, **customer(ANNA))
    assert taken.head.id == own.head.id and [line.quantity for line in taken.lines] == [2]


async def _race(database: Database, world: World) -> list[object]:
    baton = await pass_it(database, await basket(database, world, Owner(customer_id=ANNA)))
    await line_up(database)
    return await asyncio.gather(
        *(claim(database, code=baton.code, **cashier(world)) for _ in range(20)), return_exceptions=True
    )


async def test_of_twenty_who_claim_at_once_one_has_it(database: Database, world: World) -> None:
    answers = await _race(database, world)
    assert sum(isinstance(one, Cart) for one in answers) == 1
    assert sum(isinstance(one, BatonUsed) for one in answers) == 19
    assert await uses(database) == (1, 1)


async def test_without_its_lock_several_have_it(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_BATON", without_lock(store.LOCK_BATON))
    answers = await _race(database, world)
    assert sum(isinstance(one, Cart) for one in answers) > 1


async def test_a_till_of_another_market_is_refused_and_the_baton_stays_good(
    database: Database, world: World, served
) -> None:  # type: ignore[no-untyped-def]
    market, place = MarketId.new(), LocationId.new()
    async with database.transaction() as tx:
        known = await business.directory(tx)
        await business.put_markets(tx, markets=[Market(market, "jp", known.brand.id, "日本", "JP", "JPY", "en", True)])
        abroad = Location(
            id=place, code="J1", kind=LocationKind.STORE, name="Tokyo", market_id=market, latitude=35.6, longitude=139.7,
            address=Address("1", "Tokyo", "100", "JP"), time_zone="Asia/Tokyo",
        )  # fmt: skip
        await business.put_locations(tx, locations=[abroad])
        await business.put_tills(tx, tills=[Till(TillId.new(), "J1", "J1", place)])
    async with served() as url:
        shop = httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}, timeout=20)
        till = httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20)
        async with shop, till:
            cart = (await shop.post("/v1/carts", json={"market_code": "es"})).json()
            baton = (await shop.post(f"/v1/carts/{cart['id']}/batons")).json()
            staff = {"staff_number": "1003", "pin": PIN}
            async with database.transaction() as tx:
                await auth.put_hashes(tx, hashes_of=[(world.manager.uuid, "pin", hashed(PIN))])
            assert (await till.post("/v1/auth/staff/pin", json={"till_code": "J1", **staff})).status_code == 200
            refused = await till.post("/v1/batons/claim", json={"code": baton["code"]})
            assert (refused.status_code, refused.json()["code"]) == (409, "baton.other_market")
            assert await uses(database) == (0, 0)
            assert (await till.post("/v1/auth/staff/pin", json={"till_code": "T1", **staff})).status_code == 200
            link = await till.post("/v1/batons/claim", json={"token": baton["url"]})
            assert (link.status_code, link.json()["id"]) == (200, cart["id"])


async def test_a_code_shown_before_she_signed_in_is_not_for_others(database: Database, world: World) -> None:
    shown_by = uuid4()
    baton = await pass_it(database, await basket(database, world, Owner(guest_id=shown_by)))
    async with database.transaction() as tx:
        await api.adopt_guest(tx, guest_id=shown_by, customer_id=ANNA, by=world.by)
    for other in (guest(), customer(BEA)):
        with pytest.raises(BatonOfAnother):
            await claim(database, code=baton.code, **other)
    assert await uses(database) == (0, 0)
    assert (await claim(database, code=baton.code, **customer(ANNA))).head.customer_id == ANNA


async def test_a_code_follows_its_lines_into_another_basket(database: Database, world: World) -> None:
    """She has a basket already: what the guest put together is merged into it, and the till gets that one."""
    await basket(database, world, Owner(customer_id=ANNA))
    shown_by = uuid4()
    baton = await pass_it(database, await basket(database, world, Owner(guest_id=shown_by)))
    async with database.transaction() as tx:
        await api.adopt_guest(tx, guest_id=shown_by, customer_id=ANNA, by=world.by)
    taken = await claim(database, code=baton.code, **cashier(world))
    assert taken.head.customer_id == ANNA and sum(line.quantity for line in taken.lines) == 2

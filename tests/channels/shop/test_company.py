"""Buying for a company by forms alone: sent to one of its places, on its account, part of it by gift card; who may not is told so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from portico.app import verification
from portico.business.types import Address
from portico.channels.shop import company as pages
from portico.companies import api
from portico.companies.types import Company, Delivery, Role
from portico.customers.types import CustomerId
from portico.platform.auth import api as auth
from portico.platform.auth.types import Kind
from portico.platform.db import Database
from portico.platform.http.door import COOKIE_SHOPPER
from tests.approvals.test_approvals import asked, signed_in
from tests.channels.shop.browser import Browser, browsing
from tests.channels.shop.test_buying import BUYER
from tests.channels.shop.test_paying_and_canceling import card_of
from tests.channels.shop.test_ways import chain, near
from tests.companies.firms import buyer, firm, owed, tables
from tests.world import SKUS, World

LAMP = SKUS["LAMP-1"]
WORKSHOP = Delivery("Taller", Address("Calle del Prado 4", "Madrid", "28014", "ES"))
ABROAD = Delivery("Milano", Address("Via Torino 12", "Milano", "20123", "IT"))

__all__ = ["chain"]


@pytest.fixture
async def lago(database: Database, world: World) -> Company:
    return await firm(database, world, deliveries=(WORKSHOP, ABROAD), credit=2 * LAMP)


@asynccontextmanager
async def shopping(url: str, database: Database, who: CustomerId) -> AsyncIterator[Browser]:
    async with database.transaction() as tx:
        opened = await auth.open_session(tx, kind=Kind.CUSTOMER, subject_id=who.uuid, name="")
    async with browsing(url) as browser:
        browser.client.cookies.set(COOKIE_SHOPPER, opened.token)
        yield browser


async def test_it_is_sent_to_its_workshop_on_its_account_and_a_gift_card_pays_a_part(
    chain: str, world: World, database: Database, lago: Company
) -> None:
    nora = await buyer(database, world, lago, name="Nora", email="nora@lago.example")
    code = await card_of(database, 1_000)
    async with shopping(chain, database, nora) as browser:
        basket = await browser.post("/basket/lines", variant_id=str(world.variants["LAMP-1"]), quantity="1")
        assert "Buying for" in basket.text and "Estudio Lago" in basket.text
        basket = await browser.send(basket, "/basket/company", company=str(lago.id), po_number="PO 8")
        page = await browser.send(basket, "/checkout/begin")
        assert '<option value="28014">Taller, Calle del Prado 4</option>' in page.html and "Torino" not in page.html
        kept = await browser.press(await near(browser, page, "28014"), "/checkout/hold", way="ship")
        fields = kept.form("/checkout").fields
        assert (fields["street_address"], fields["address_locality"]) == ("Calle del Prado 4", "Madrid")
        assert fields["pay"] == "account" and "€99.80 left" in kept.text
        order = await browser.send(kept, "/checkout", **BUYER, gift_code=code)
        assert "Thank you" in order.text and "Calle del Prado 4, 28014 Madrid" in order.text
        assert (await browser.get("/account/company")).text.count("PO 8") == 1
        assert not order.untranslated() and not kept.untranslated()
    assert (await owed(database, lago)).owed == LAMP - 1_000
    assert await verification.differences(database) == []


async def test_beyond_its_account_is_refused_in_words_and_nothing_is_ordered(
    chain: str, world: World, database: Database, lago: Company
) -> None:
    nora = await buyer(database, world, lago, name="Nora", email="nora@lago.example")
    async with shopping(chain, database, nora) as browser:
        basket = await browser.post("/basket/lines", variant_id=str(world.variants["LAMP-1"]), quantity="3")
        basket = await browser.send(basket, "/basket/company", company=str(lago.id))
        page = await near(browser, await browser.send(basket, "/checkout/begin"), "28004")
        kept = await browser.press(page, "/checkout/hold", way="ship")
        assert kept.form("/checkout").fields["street_address"] == "", "no place of its own has that code"
        before = await tables(database)
        refused = await browser.send(kept, "/checkout", **BUYER, street_address="Sol 1", address_locality="Madrid")
        assert refused.status == 409 and "more than the company may still buy on account" in refused.text
        assert await tables(database) == before
    assert (await owed(database, lago)).owed == 0


async def test_who_buys_for_it_no_more_is_told_nothing_of_it_and_buys_for_herself(
    url: str, world: World, database: Database, lago: Company
) -> None:
    nora = await buyer(database, world, lago, name="Nora", email="nora@lago.example")
    async with shopping(url, database, nora) as browser:
        basket = await browser.post("/basket/lines", variant_id=str(world.variants["LAMP-1"]), quantity="1")
        basket = await browser.send(basket, "/basket/company", company=str(lago.id), po_number="PO 8")
        page = await browser.send(basket, "/checkout/begin")
        async with database.transaction() as tx:
            await api.drop_buyer(tx, company_id=lago.id, customer_id=nora, by=world.by)
        kept = await browser.press(page, "/checkout/hold", way=f"collect~{world.store}")
        assert "Lago" not in kept.text and "Prado 4" not in kept.html and "pay" not in kept.form("/checkout").fields
        before = await tables(database)
        for typed in ({}, {"pay": "account"}):
            refused = await browser.send(kept, "/checkout", **BUYER, **typed)
            assert refused.status == 409 and "one of the company’s buyers" in refused.text
        assert await tables(database) == before
        basket = await browser.get("/basket")
        assert "Lago" not in basket.text and "PO 8" not in basket.html
        basket = await browser.send(basket, "/basket/company")
        again = await browser.send(basket, "/checkout/begin")
        kept = await browser.press(again, "/checkout/hold", way=f"collect~{world.store}")
        assert "Thank you" in (await browser.send(kept, "/checkout", **BUYER)).text
    assert (await owed(database, lago)).owed == 0


async def test_what_waits_is_shown_however_much_was_decided_since(
    url: str, world: World, database: Database, lago: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "REQUESTS_SHOWN", 2)
    nora = await buyer(database, world, lago, name="Nora", per_order=LAMP - 1, email="nora@lago.example")
    async with signed_in(url, database, nora) as (hers,), shopping(url, database, nora) as browser:
        waits, *later = [await asked(hers, world, lago) for _ in range(3)]
        for one in later:
            assert (await hers.post(f"/v1/me/approvals/{one['id']}/withdraw")).status_code == 200
        shown = (await browser.get("/account/company")).html
    assert waits["id"] in shown and later[1]["id"] in shown and later[0]["id"] not in shown
    assert shown.index(waits["id"]) < shown.index(later[1]["id"])


async def test_an_admin_is_told_what_she_typed_wrong(url: str, world: World, database: Database, lago: Company) -> None:
    olga = await buyer(database, world, lago, name="Olga", role=Role.ADMIN, email="olga@lago.example")
    path = f"/account/company/{lago.id}/colleagues"
    async with shopping(url, database, olga) as browser:
        page = await browser.get("/account/company")
        assert "Olga Prado" in page.text and not page.untranslated()
        before = await tables(database)
        for typed, said in (
            ({"customer": str(olga), "role": "admin", "per_order": "many"}, "“many” is not an amount."),
            ({"customer": str(olga), "role": "admin", "per_month": "-5"}, "“-5” is not an amount."),
            ({"customer": str(olga), "role": "buyer"}, "Somebody has to be able to invite and to approve."),
            ({"customer": str(olga), "drop": "1"}, "Somebody has to be able to invite and to approve."),
            ({"email": "nobody", "role": "buyer"}, "nobody"),
            ({"email": "olga@lago.example", "role": "buyer"}, "buys for the company already"),
        ):
            refused = await browser.post(path, **typed)
            assert refused.status in (409, 422) and said in refused.text, typed
            assert not refused.untranslated()
        assert await tables(database) == before
        saved = await browser.post(path, customer=str(olga), role="admin", per_order="1 250,50", per_month="")
        assert "Limit per order: €1,250.50" in saved.text

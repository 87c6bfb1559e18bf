"""Receipts: what is printed, and for whom."""

import httpx

from portico.platform.db import Database
from tests.channels.shop.browser import Page, browsing
from tests.channels.shop.test_pages import order_something
from tests.world import PIN, World


async def test_a_receipt_is_for_staff_only(url: str, world: World, database: Database) -> None:
    async with browsing(url, language="es") as shopper:
        placed = await order_something(shopper, world)
        assert placed.status == 200
        async with database.pool.acquire() as connection:
            order_id = await connection.fetchval('select id from orders."order"')
        path = f"/pos/receipts/ord_{order_id.hex}"
        assert (await shopper.get(path)).status == 401
    async with httpx.AsyncClient(base_url=url, headers={"accept": "text/html", "accept-language": "en"}) as till:
        assert (await till.get(path)).status_code == 401
        signed = await till.post(
            "/v1/auth/staff/pin",
            json={"till_code": "T1", "staff_number": "1000", "pin": PIN},
            headers={"portico-channel": "pos"},
        )
        assert signed.status_code == 200
        page = Page(await till.get(path))
        assert page.status == 200 and page.language == "es"  # the buyer's language, not the cashier's
        assert page.untranslated() == []
        for words in ("49,90 €", "LAMP-1", "Pendiente de pago: 49,90 €", "Para recoger en Store 1", "ES 21 %"):
            assert words in page.text.replace("\N{NO-BREAK SPACE}", " "), words
        for name in ("nonsense", "ord_" + "0" * 32, "<script>"):
            assert (await till.get(f"/pos/receipts/{name}")).status_code == 404
        assert Page(await till.get("/pos/anything")).status == 200  # the till's own screens are still there

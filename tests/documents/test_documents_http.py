"""Documents over HTTP: whose they are, in which form, by mail, and what a reader of facts writes by itself."""

import asyncio
from email import message_from_bytes, policy

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from tests.conftest import Served, free_port
from tests.documents import paper
from tests.orders.test_orders_http import api_client, body, bought
from tests.world import PIN, World

from portico.business import api as business
from portico.orders import api as orders
from portico.orders.types import HandOverLine, OrderId
from portico.platform.db import Database
from portico.pricing.types import LineItemId

BUYER = {
    "name": "Ana Ruiz e Hijos S.L.", "tax_id": "B-58378431",
    "address": {"street_address": "Gran Vía 1", "address_locality": "Madrid", "postal_code": "28013", "address_country": "ES"},
}  # fmt: skip
SALE = {"payment_term": "now", "cash": {"tendered": 5000}}


async def signed_in(http: httpx.AsyncClient, number: str = "1000", till: str = "T1") -> None:
    signed = await http.post("/v1/auth/staff/pin", json={"till_code": till, "staff_number": number, "pin": PIN})
    assert signed.status_code == 200, signed.text


async def sale(http: httpx.AsyncClient, world: World) -> dict:
    given = body(world, **SALE)
    given["lines"][0]["method"] = "carry_out"
    order = await http.post("/v1/orders", json=given)
    assert order.status_code == 201, order.text
    return order.json()


async def documents_of(http: httpx.AsyncClient, order: dict, many: int) -> list[dict]:
    """Once the reader of facts has written them."""
    for _ in range(100):
        found = (await http.get(f"/v1/orders/{order['id']}/documents")).json()["items"]
        if len(found) >= many:
            break
        await asyncio.sleep(0.05)
    assert len(found) == many
    return found


async def test_a_till_sale_has_its_receipt_once_whoever_asks_first(url: str, world: World, database: Database) -> None:
    await paper.put_seller(database, world)
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as till:
        await signed_in(till)
        order = await sale(till, world)
        asked = [till.post(f"/v1/orders/{order['id']}/documents", json={"type": "receipt"}) for _ in range(4)]
        made = await asyncio.gather(*asked, till.get(f"/pos/receipts/{order['id']}"))
        assert [one.status_code for one in made] == [201] * 4 + [200]
        ids = {one.json()["id"] for one in made[:4]}
        (document,) = await documents_of(till, order, 1)
        assert ids == {document["id"]} and document["number"] in made[4].text and document["type"] == "receipt"
        await asyncio.sleep(0.7)  # the reader has come by
        assert await paper.count(database) == 1
        path = f"/v1/documents/{document['id']}"
        kinds = {
            ".pdf": ("application/pdf", b"%PDF"), ".html": ("text/html", b"<!doctype"), ".txt": ("text/plain", b""),
            ".escpos": ("application/octet-stream", b"\x1b@"),
        }  # fmt: skip
        for ending, (media, begins) in kinds.items():
            answer = await till.get(path + ending)
            assert answer.headers["content-type"].startswith(media) and answer.content.startswith(begins), ending
        assert (await till.get(path, headers={"accept": "application/pdf"})).content.startswith(b"%PDF")
        assert (await till.get(path)).json() == document
        assert b"\x1bp" in (await till.get(f"{path}.escpos?drawer=true")).content
        for wrong, status in (
            (path + ".doc", 404), ("/v1/documents/doc_" + "0" * 32, 404), ("/v1/documents/x", 404),
            (path + ".txt?columns=1000000", 422),
        ):  # fmt: skip
            assert (await till.get(wrong)).status_code == status, wrong


async def test_an_order_paid_on_collection_has_its_receipt_then(url: str, world: World, database: Database) -> None:
    await paper.put_seller(database, world)
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as till:
        await signed_in(till)
        order = (await till.post("/v1/orders", json=body(world))).json()
        early = await till.post(f"/v1/orders/{order['id']}/documents", json={"type": "receipt"})
        assert (early.status_code, early.json()["code"]) == (409, "documents.not_paid")
        await asyncio.sleep(0.7)
        assert await paper.count(database) == 0
        assert (await till.post(f"/v1/orders/{order['id']}/payments", json={"tendered": 2000})).status_code == 200
        (document,) = await documents_of(till, order, 1)
        assert document["total"] == 1250


async def test_an_invoice_and_a_credit_note(url: str, world: World, database: Database) -> None:
    await paper.put_seller(database, world)
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as till:
        await signed_in(till)
        order = await sale(till, world)
        path = f"/v1/orders/{order['id']}/documents"
        for wrong, status, code in (
            ({"type": "invoice"}, 422, "invalid"),
            ({"buyer": {**BUYER, "tax_id": "B58378432"}}, 422, "documents.bad_tax_id"),
            ({"type": "credit_note"}, 404, "not_found"),
            ({"type": "till_close"}, 422, "invalid"),
        ):
            refused = await till.post(path, json=wrong)
            assert (refused.status_code, refused.json()["code"]) == (status, code), wrong
        key = {"idempotency-key": "i-1"}
        invoice = (await till.post(path, json={"buyer": BUYER}, headers=key)).json()
        assert (await till.post(path, json={"buyer": BUYER}, headers=key)).json() == invoice
        assert "B58378431" in (await till.get(f"/v1/documents/{invoice['id']}.txt")).text
        note = {"type": "credit_note", "refers_to": invoice["id"], "reason": "damaged"}
        credited = await till.post(path, json=note)
        assert credited.status_code == 201 and credited.json()["total"] == -invoice["total"]
        again = await till.post(path, json=note)
        assert (again.status_code, again.json()["code"]) == (409, "documents.too_much_credited")
        assert [one["type"] for one in await documents_of(till, order, 3)] == ["receipt", "invoice", "credit_note"]


async def test_documents_are_for_whose_they_are(served: Served, world: World, database: Database) -> None:
    await paper.put_seller(database, world)
    web = {"Portico-Channel": "web"}
    async with (
        served() as url,
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as till,
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as other_till,
        httpx.AsyncClient(base_url=url, headers=web) as anna,
        httpx.AsyncClient(base_url=url, headers=web) as bea,
        httpx.AsyncClient(base_url=url) as nobody,
    ):
        await signed_in(till)
        await signed_in(other_till, "1001", "T2")
        hers = await bought(anna, world, "anna")
        await bought(bea, world, "bea")
        assert (await till.post(f"/v1/orders/{hers['id']}/payments", json={"tendered": 2000})).status_code == 200
        (document,) = await documents_of(anna, hers, 1)
        invoice = await anna.post(f"/v1/orders/{hers['id']}/documents", json={"buyer": BUYER})
        assert invoice.status_code == 201, invoice.text
        path = f"/v1/documents/{document['id']}"
        assert (await anna.get(path + ".pdf")).status_code == 200
        assert b"\x1bp" not in (await anna.get(path + ".escpos?drawer=true")).content
        before = await paper.count(database)
        for stranger in (bea, nobody):
            for asked in (path, path + ".pdf", f"/v1/orders/{hers['id']}/documents"):
                assert (await stranger.get(asked)).status_code == 404, asked
            for kind in ({"type": "receipt"}, {"buyer": BUYER}):
                refused = await stranger.post(f"/v1/orders/{hers['id']}/documents", json=kind)
                assert refused.status_code in (401, 404)
            assert (await stranger.post(path + "/mail", json={"to": "x@example.com"})).status_code == 404
            assert (await stranger.get("/v1/documents/journal")).status_code in (401, 403)
        note = {"type": "credit_note", "refers_to": invoice.json()["id"]}
        assert (await anna.post(f"/v1/orders/{hers['id']}/documents", json=note)).status_code == 404
        sold = await sale(till, world)
        (elsewhere,) = await documents_of(till, sold, 1)
        assert (await other_till.get(f"/v1/documents/{elsewhere['id']}")).status_code == 404
        refused = await other_till.post(f"/v1/orders/{sold['id']}/documents", json={"buyer": BUYER})
        assert refused.status_code == 403
        assert await paper.count(database) == before + 1
        # The document's own link opens it, for whoever holds it; the order's opens none.
        page = await nobody.get(document["url"].removeprefix(url))
        assert page.status_code == 200 and document["number"] in page.text
        assert (await nobody.get(document["url"].removeprefix(url) + ".pdf")).content.startswith(b"%PDF")
        token = hers["permalink_url"].rpartition("/")[2]
        for wrong in (token, "x", "%00", document["url"].rpartition("/")[2] + "x"):
            assert (await nobody.get(f"/documents/{wrong}")).status_code == 404


async def test_the_journal_is_for_those_who_see_everything(url: str, world: World, database: Database) -> None:
    await paper.put_seller(database, world)
    for _ in range(3):
        await paper.receipt(database, world, await paper.sale(database, world))
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as till:
        await signed_in(till)
        assert len((await till.get("/v1/documents/journal")).json()["items"]) == 3
        async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}) as elsewhere:
            await signed_in(elsewhere, "1001", "T2")
            assert (await elsewhere.get("/v1/documents/journal")).json()["items"] == []
        assert (await till.get("/v1/documents/verification")).status_code == 403
    async with api_client(url, world) as office:
        first = (await office.get("/v1/documents/journal", params={"limit": 2})).json()
        rest = (await office.get("/v1/documents/journal", params={"limit": 2, "cursor": first["next_cursor"]})).json()
        numbers = [one["number"] for one in first["items"] + rest["items"]]
        assert numbers == sorted(numbers, reverse=True) and len(numbers) == 3 and rest["next_cursor"] is None
        assert len((await office.get("/v1/documents/journal", params={"q": numbers[0]})).json()["items"]) == 1
        assert (await office.get("/v1/documents/journal", params={"cursor": "x"})).status_code == 422
        whole = (await office.get("/v1/documents/verification")).json()
        assert (whole["documents"], whole["faults"]) == (3, [])
        async with database.pool.acquire() as connection:
            await connection.execute("update documents.document set total = 1 where position = 2")
        (fault,) = (await office.get("/v1/documents/verification")).json()["faults"]
        assert (fault["position"], fault["what"]) == (2, "altered")


class Box(Message):
    def __init__(self) -> None:
        super().__init__()
        self.raw: list[bytes] = []

    def handle_message(self, message) -> None:  # type: ignore[no-untyped-def]
        self.raw.append(message.as_bytes())


async def test_a_document_is_sent_as_a_pdf(served: Served, world: World, database: Database) -> None:
    await paper.put_seller(database, world)
    document = await paper.receipt(database, world, await paper.sale(database, world))
    box = Box()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        async with (
            served(smtp_url=f"smtp://127.0.0.1:{server.port}") as url,
            httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {world.token}"}) as office,
        ):
            path = f"/v1/documents/{document.id}/mail"
            for wrong in ({}, {"to": "nobody"}, {"to": "a@b c"}, {"to": "@"}):
                assert (await office.post(path, json=wrong)).status_code == 422
            sent = await office.post(path, json={"to": "ana@example.com"})
            assert (sent.status_code, sent.json()) == (202, {"to": "ana@example.com"})
            for _ in range(200):
                if box.raw:
                    break
                await asyncio.sleep(0.05)
    finally:
        server.stop()
    (raw,) = box.raw
    mail = message_from_bytes(raw, policy=policy.default)
    (attached,) = mail.iter_attachments()  # type: ignore[attr-defined]
    assert attached.get_filename() == f"{document.number}.pdf" and attached.get_content().startswith(b"%PDF")
    assert document.number in mail["subject"] and f"/documents/{document.token}" in mail.get_body().get_content()  # type: ignore[attr-defined]


async def test_what_is_canceled_after_its_receipt_has_a_credit_note(url: str, world: World, database: Database) -> None:
    await paper.put_seller(database, world)
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as till:
        await signed_in(till)
        given = body(world)
        given["lines"][0]["quantity"] = 3
        order = (await till.post("/v1/orders", json=given)).json()
        assert (await till.post(f"/v1/orders/{order['id']}/payments", json={"tendered": 5000})).status_code == 200
        (receipt,) = await documents_of(till, order, 1)
        async with database.transaction() as tx:
            await orders.cancel(
                tx, order_id=OrderId.parse(order["id"]),
                lines=[HandOverLine(LineItemId.parse(order["lines"][0]["id"]), 1)], reason="changed her mind",
                directory=await business.directory(tx), by=paper.cashier(world),
            )  # fmt: skip
        _, note = await documents_of(till, order, 2)
        assert (note["type"], note["refers_to"], note["total"]) == ("credit_note", receipt["id"], -1250)
        assert "changed her mind" in (await till.get(f"/v1/documents/{note['id']}.txt")).text

"""Whatever names her in an answer to somebody who works here was kept as a look at her: every route that reads is asked."""

import httpx

from portico.platform.db import Database
from tests.orders.test_orders_http import api_client
from tests.permissions.asking import Operation, operations, request
from tests.privacy.people import count
from tests.privacy.test_forgetting import WORDS, a_life, settled
from tests.world import World

# What names her and is no look at her, and why.
OTHERWISE = {
    "/v1/privacy/access": "it is itself who looked, and is for auditors",
    "/v1/documents/journal": "rows of a chain by their numbers; who reads one of them reads the document",
}


def reads() -> list[Operation]:
    return [
        one
        for one in operations()
        if one.method == "GET" and "stream" not in one.path and one.path not in {"/v1/live", *OTHERWISE}
    ]


async def test_no_answer_names_her_without_a_trace(url: str, database: Database, world: World) -> None:
    her, known = await a_life(database, world, url)
    await settled(database)
    order, papers = known["order"], known["documents"]
    ids = {
        "cus": str(her), "loc": str(world.store), "var": str(world.variants["MUG-1"]), "til": str(world.tills["T1"]),
        "market": "es", "ord": order["id"], "name": order["id"], "order_id": order["id"], "customer": str(her), "q": "Zenobia",
        "currency": "EUR", "country": "ES", "code": "28013", "doc": papers[0]["id"], "until": "2030-01-01T00:00:00Z",
    }  # fmt: skip
    words = (*WORDS, str(her))
    named = set()
    async with api_client(url, world) as staff:
        for form in ("", ".txt", ".pdf"):
            path = f"/v1/documents/{papers[1]['id']}{form}"
            assert (await staff.get(path)).status_code == 200
            assert await count(database, "privacy.access", f"path = '{path}'") == 1, path
        for one in reads():
            for extra in ({}, {"q": "Zenobia"}, {"customer": str(her)}):
                answer = await _asked(staff, one, ids, extra)
                if answer.status_code != 200 or not _says(answer, words):
                    continue
                path = answer.request.url.path
                assert await count(database, "privacy.access", f"path = '{path}'"), (
                    f"{one.name} {extra} leaves no trace"
                )
                named.add(one.path)
    assert {
        "/v1/customers", "/v1/customers/{customer_id}", "/v1/customers/{customer_id}/person", "/v1/orders",
        "/v1/orders/{name}", "/v1/orders/{order_id}/background", "/v1/returns", "/v1/customers/{customer_id}/timeline",
    } <= named, named  # fmt: skip


async def _asked(
    staff: httpx.AsyncClient, one: Operation, ids: dict[str, str], extra: dict[str, str]
) -> httpx.Response:
    asked = request(one, ids)
    return await staff.request(**{**asked, "params": {**asked.get("params", {}), **extra}})


def _says(answer: httpx.Response, words: tuple[str, ...]) -> bool:
    text = answer.text.lower()
    return any(word.lower() in text for word in words)

"""The entrance: who is turned away, how refusals look, what operators see."""

import asyncio

import httpx
import pytest
from tests.conftest import Served
from tests.world import PASSWORD, PIN, World, hashed

from portico.platform.auth import api as auth
from portico.platform.db import Database


async def sign_in(http: httpx.AsyncClient, password: str = PASSWORD) -> httpx.Response:
    return await http.post("/v1/auth/staff/password", json={"email": "agent@example.com", "password": password})


async def test_a_refusal_is_a_problem_in_the_readers_language(http: httpx.AsyncClient) -> None:
    seen = {}
    for language in ("en", "es", "it", "ru"):
        answer = await http.get("/v1/variants/lookup?code=nothing", headers={"Accept-Language": language})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["code"], problem["status"], problem["type"]) == (
            "catalog.unknown_code", 404, "urn:portico:problem:catalog.unknown_code",
        )  # fmt: skip
        seen[language] = problem["detail"]
    assert len(set(seen.values())) == 4
    assert "nothing" in seen["ru"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/carts", b"{", ""),
        ("/v1/carts", b'{"market_code": 7}', "market_code"),
        ("/v1/checkouts", b'{"cart_id": "ord_00000000000000000000000000000000"}', "cart_id"),
        ("/v1/checkouts", b"[]", ""),
        ("/v1/checkouts", b"", "A body is expected."),
    ],
)
async def test_a_malformed_body_is_refused_with_its_field(
    http: httpx.AsyncClient, path: str, body: bytes, field: str
) -> None:
    answer = await http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    problem = answer.json()
    assert problem["code"] == "invalid" and any(field in one["field"] + one["message"] for one in problem["errors"])


async def test_a_body_that_is_too_large_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/carts", content=b" " * 2_100_000, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
async def test_another_site_cannot_act_with_our_cookies(
    http: httpx.AsyncClient, headers: dict[str, str], database: Database
) -> None:
    refused = await http.post("/v1/carts", json={}, headers=headers)
    assert refused.status_code == 403
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from carts.cart") == 0
    assert (await http.post("/v1/carts", json={}, headers={"Sec-Fetch-Site": "same-origin"})).status_code == 201


async def test_every_answer_has_its_id_and_guards(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/markets", headers={"X-Request-Id": "till-7.sale-12"})
    assert answer.headers["x-request-id"] == "till-7.sale-12"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    odd = await http.get("/v1/markets", headers={"X-Request-Id": "<script>"})
    assert odd.headers["x-request-id"] != "<script>"


async def test_wrong_passwords_lock_the_door_for_a_while_and_tell_nothing(
    http: httpx.AsyncClient, world: World
) -> None:
    nobody = await http.post("/v1/auth/staff/password", json={"email": "nobody@example.com", "password": "x"})
    wrong = await sign_in(http, "wrong")
    assert nobody.status_code == wrong.status_code == 401
    assert nobody.json()["detail"] == wrong.json()["detail"]
    for _ in range(4):
        assert (await sign_in(http, "wrong")).status_code == 401
    locked = await sign_in(http)  # the right one, too late
    assert locked.status_code == 429 and locked.json()["code"] == "auth.locked_out"
    assert "portico_staff" not in http.cookies


async def test_parallel_guesses_are_counted_one_by_one(http: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(sign_in(http, f"guess {i}") for i in range(12)))
    assert sorted(one.status_code for one in answers) == [401] * 5 + [429] * 7


async def test_a_right_password_forgets_the_wrong_ones(http: httpx.AsyncClient) -> None:
    for _ in range(3):
        for _ in range(4):
            await sign_in(http, "wrong")
        assert (await sign_in(http)).status_code == 200


async def test_signing_out_ends_the_session_for_good(http: httpx.AsyncClient) -> None:
    await sign_in(http)
    token = http.cookies["portico_staff"]
    desk = {"Portico-Channel": "desk"}
    assert (await http.get("/v1/customers?q=a", headers=desk)).status_code == 200
    assert (await http.post("/v1/auth/logout", headers=desk)).status_code == 204
    assert "portico_staff" not in http.cookies
    http.cookies.set("portico_staff", token)
    assert (await http.get("/v1/customers?q=a", headers=desk)).status_code == 401


async def test_cookies_are_for_servers_only(http: httpx.AsyncClient) -> None:
    cookie = (await sign_in(http)).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie  # plain HTTP here


async def test_over_https_cookies_are_secure(served: Served, world: World) -> None:
    async with served(public_url="https://shop.example") as url, httpx.AsyncClient(base_url=url) as http:
        answer = await sign_in(http)
    assert "; Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_a_role_holds_at_its_location_only(http: httpx.AsyncClient, world: World) -> None:
    http.headers["Portico-Channel"] = "pos"
    elsewhere = await http.post("/v1/auth/staff/pin", json={"till_code": "T2", "staff_number": "1000", "pin": PIN})
    assert elsewhere.status_code == 403 and "portico_staff" not in http.cookies
    assert (
        await http.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1000", "pin": PIN})
    ).status_code == 200
    other = await http.post("/v1/orders/ord_" + "0" * 32 + "/handovers", json={"location_id": str(world.other_store)})
    assert other.status_code == 403


async def test_a_token_may_do_what_its_scopes_say(served: Served, world: World, database: Database) -> None:
    from portico.platform.auth import api as auth

    async with database.transaction() as tx:
        token_id, token = await auth.add_token(tx, name="reader", scopes=["orders.read"])
    async with served() as url, httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as http:
        assert (await http.get("/v1/orders")).status_code == 200
        assert (await http.get("/v1/stock")).status_code == 403
        assert (await http.get("/v1/orders", headers={"Authorization": "Bearer portico_wrong"})).status_code == 401
    async with database.transaction() as tx:
        assert await auth.revoke_token(tx, token_id=token_id)
    async with served() as url, httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as http:
        assert (await http.get("/v1/orders")).status_code == 401
    async with database.pool.acquire() as connection:
        assert token.encode() not in bytes(
            await connection.fetchval("select token_hash from platform.api_token where id = $1", token_id)
        )


async def test_too_many_requests_are_told_to_wait(served: Served, world: World) -> None:
    async with served(requests_per_minute=5) as url, httpx.AsyncClient(base_url=url) as http:
        answers = [await http.get("/v1/markets") for _ in range(8)]
    assert [one.status_code for one in answers] == [200] * 5 + [429] * 3
    assert answers[-1].headers["retry-after"]


async def test_a_guess_at_hand_over_codes_is_slowed_down(served: Served, world: World) -> None:
    async with (
        served(sign_ins_per_minute=3) as url,
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as http,
    ):
        await http.post("/v1/auth/guest")
        answers = [await http.post("/v1/batons/claim", json={"code": "AAAAAA"}) for _ in range(4)]
    assert [one.status_code for one in answers] == [404, 404, 429, 429]


async def test_operators_see_that_it_lives_and_what_it_does(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    assert (await http.get("/readyz")).json() == {"status": "ready"}
    metrics = (await http.get("/metrics")).text
    assert "http_server_request_duration" in metrics or "# HELP" in metrics


async def test_strangers_do_not_learn_that_a_basket_exists(http: httpx.AsyncClient, url: str) -> None:
    cart = (await http.post("/v1/carts", json={})).json()
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as stranger:
        await stranger.post("/v1/auth/guest")
        hidden = await stranger.get(f"/v1/carts/{cart['id']}")
        missing = await stranger.get("/v1/carts/cart_" + "0" * 32)
        stream = await stranger.get(f"/v1/live?topics={cart['id']}")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"] == missing.json()["detail"]
    assert stream.status_code == 403


async def test_overload_is_told_at_once_and_loses_nothing(served: Served, world: World, database: Database) -> None:
    line = {
        "variant_id": str(world.variants["MUG-1"]),
        "quantity": 1,
        "location_id": str(world.store),
        "method": "collect",
    }
    body = {"lines": [line], "payment_term": "on_collection"}
    async with served(gather_batch_max=1, gather_waiting_max=2) as url:
        headers = {"Authorization": f"Bearer {world.token}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as http:
            answers = await asyncio.gather(*(http.post("/v1/orders", json=body) for _ in range(40)))
    refused = [one for one in answers if one.status_code == 503]
    assert refused and all(one.headers["retry-after"] == "1" and one.json()["code"] == "overloaded" for one in refused)
    async with database.pool.acquire() as connection:
        placed = await connection.fetchval('select count(*) from orders."order"')
    assert placed == sum(one.status_code == 201 for one in answers) == 40 - len(refused) > 0


async def test_the_documentation_is_served_without_anything_from_elsewhere(http: httpx.AsyncClient) -> None:
    page = (await http.get("/docs")).text
    assert "/v1/checkouts/{checkout_id}/complete" in page
    assert "<script" not in page and "http://" not in page.replace("http://127.0.0.1", "") and "https://" not in page
    assert (await http.get("/openapi.json")).json()["openapi"].startswith("3.")


async def test_every_path_allows_what_the_document_says(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    for path, ways in document["paths"].items():
        answer = await http.options(path.replace("{", "").replace("}", ""))
        allowed = {one.strip().lower() for one in answer.headers["allow"].split(",")}
        assert allowed - {"options", "head"} == set(ways), path
        assert not [method for method, one in ways.items() if one["responses"].get("204", {}).get("content")], path


async def test_one_address_is_one_address_however_it_is_spelt(http: httpx.AsyncClient, database: Database) -> None:
    """Five codes to a phone number, whether it is written with spaces, hyphens or brackets; and five guesses."""
    spellings = [
        "+34 600 111 222",
        "+34-600-111-222",
        "(+34) 600111222",
        "+34600111222",
        "0034 600 111 222",
        "600111222",
    ]
    answers = [(await http.post("/v1/auth/customer/code", json={"address": one})).status_code for one in spellings]
    assert answers == [202] * 5 + [429]
    guesses = [await http.post("/v1/auth/customer/verify", json={"address": one, "code": "no"}) for one in spellings]
    assert [one.json()["attempts_left"] for one in guesses] == [4, 3, 2, 1, 0, 0]
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(distinct address) from platform.login_code") == 1


async def test_a_pin_holds_at_its_till_and_nowhere_else(
    http: httpx.AsyncClient, world: World, database: Database
) -> None:
    """A manager has the right everywhere; at a till, with a short PIN typed in front of others, only there."""
    async with database.transaction() as tx:
        await auth.put_hashes(tx, hashes_of=[(world.manager.uuid, "pin", hashed(PIN))])
    pos = {"Portico-Channel": "pos"}
    async with httpx.AsyncClient(base_url=http.base_url, headers=pos) as till:
        await till.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1003", "pin": PIN})
        found = {"variant_id": str(world.variants["MUG-1"]), "quantity": 1, "reason": "found"}
        answers = [
            await till.post("/v1/stock/adjustments", json=found | {"location_id": str(place)})
            for place in (world.store, world.other_store)
        ]
    assert [one.status_code for one in answers] == [200, 403], [one.text for one in answers]


async def test_a_false_token_does_not_buy_more_requests(served: Served, world: World) -> None:
    async with served(requests_per_minute=5) as url, httpx.AsyncClient(base_url=url) as asker:
        answers = [
            (await asker.get("/v1/markets", headers={"Authorization": f"Bearer {i}"})).status_code for i in range(8)
        ]
    assert answers[5:] == [429] * 3


async def test_without_its_database_it_says_so_and_lives(served: Served, world: World, database: Database) -> None:
    async with served() as url, httpx.AsyncClient(base_url=url, timeout=20) as asker:
        assert (await asker.get("/v1/markets")).status_code == 200

        entered = type(database.pool).acquire
        try:
            type(database.pool).acquire = lambda *_, **__: _Away()  # type: ignore[method-assign,assignment]
            await asyncio.sleep(5.1)  # what is known of the shop is read again after five seconds
            answer = await asker.get("/v1/markets")
            assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
            assert answer.headers["retry-after"]
            assert (await asker.get("/healthz")).status_code == 200
            assert (await asker.get("/readyz")).status_code == 503
        finally:
            type(database.pool).acquire = entered  # type: ignore[method-assign]
        assert (await asker.get("/v1/markets")).status_code == 200


class _Away:
    async def __aenter__(self) -> None:
        raise ConnectionRefusedError("the database is away")

    async def __aexit__(self, *_: object) -> None: ...

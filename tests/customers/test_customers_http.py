"""The routes of customers: for staff and clients who may, and for nobody else."""

import httpx

from tests.world import World

ANA = {
    "given_name": "Ana",
    "family_name": "Muñoz",
    "phone": "612 345 678",
    "email": "ana@example.com",
    "language": "es",
}


def client(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.token}"}


async def test_a_person_is_entered_and_found(http: httpx.AsyncClient, world: World) -> None:
    made = await http.post("/v1/customers", json=ANA, headers=client(world))
    assert made.status_code == 201, made.text
    assert made.json()["phone"] == "+34612345678" and made.json()["number"].startswith("C-")
    for asked in (
        {"phone": "+34 612 34 56 78"},
        {"phone": "5678"},
        {"q": "munoz"},
        {"q": made.json()["loyalty_number"]},
    ):
        found = await http.get("/v1/customers", params=asked, headers=client(world))
        assert [one["id"] for one in found.json()["items"]] == [made.json()["id"]], asked
    nobody = await http.get("/v1/customers", params={"q": "\0"}, headers=client(world))
    assert nobody.status_code == 200 and nobody.json() == {"items": []}


async def test_a_retry_with_the_same_key_makes_no_second_person(http: httpx.AsyncClient, world: World) -> None:
    headers = {**client(world), "Idempotency-Key": "one"}
    first, again = [await http.post("/v1/customers", json=ANA, headers=headers) for _ in range(2)]
    assert first.status_code == again.status_code == 201 and first.json() == again.json()


async def test_refusals_are_problems_in_the_reader_s_language(http: httpx.AsyncClient, world: World) -> None:
    await http.post("/v1/customers", json=ANA, headers=client(world))
    clash = await http.post("/v1/customers", json=ANA, headers={**client(world), "Accept-Language": "ru"})
    assert clash.status_code == 409 and clash.json()["code"] == "customers.contact_taken"
    assert clash.json()["customer"]["given_name"] == "Ana" and "уже принадлежит" in clash.json()["detail"]
    bad = await http.post(
        "/v1/customers", json={**ANA, "phone": "12"}, headers={**client(world), "Accept-Language": "it"}
    )
    assert bad.status_code == 422 and bad.json()["code"] == "customers.bad_phone"


async def test_shoppers_find_nobody(http: httpx.AsyncClient) -> None:
    for answer in (await http.get("/v1/customers", params={"q": "a"}), await http.post("/v1/customers", json=ANA)):
        assert answer.status_code in (401, 403) and answer.headers["content-type"] == "application/problem+json"

"""Hostile requests for every operation of the OpenAPI document: nothing may be answered 500, every refusal is a problem
with a code. What is sent is made from the document's own schemas, each value right, or wrong in a way people and
programs really get it wrong: another type, too large, empty, of another kind, with characters no database takes."""

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from tests.world import World

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8"))
EXAMPLES_PER_OPERATION = 10
BOUNDED = settings(
    max_examples=EXAMPLES_PER_OPERATION, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

NASTY_TEXT = [
    "", " ", "\0", "a\0b", "0", "-1", "null", "true", "x" * 5000, "'; drop schema orders cascade; --", "%", "_", "\\",
    "../../etc/passwd", "{}", "[]", "\u202eabc", "﷽", "👩‍👩‍👧", "e\u0301", "ÅÄÖ ключ 鍵", "\r\nSet-Cookie: a=b", "<script>",
    "2026-13-45T99:99:99Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00",
    "cart_" + "0" * 32, "ord_" + "f" * 32, "cart_", "xyz_" + "0" * 32, "00000000-0000-0000-0000-000000000000",
    "1e400", "NaN,NaN", "91,0", "inf,inf", "40.4,-3.7", "2026-01-01~ord_" + "0" * 32, "MC4wfg==", "a" * 33, "+34", "@", "a@b",
]  # fmt: skip
NASTY_NUMBERS = [0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 0.5, 1e308, -0.0]
NASTY_VALUES = [None, True, False, [], {}, [None], {"": ""}, [[[[]]]]]
garbage: SearchStrategy[Any] = st.one_of(
    st.sampled_from(NASTY_TEXT), st.sampled_from(NASTY_NUMBERS), st.sampled_from(NASTY_VALUES), st.text(max_size=40)
)
nasty_text = st.sampled_from(NASTY_TEXT) | st.text(st.characters(codec="utf-8"), max_size=40)

Known = dict[str, list[str]]  # ids that exist, by prefix
Made = dict[tuple[str, str], SearchStrategy[Any]]  # of schemas that stand in others, and may stand in themselves


def mostly(right: SearchStrategy[Any], wrong: SearchStrategy[Any] = garbage) -> SearchStrategy[Any]:
    """Right four times out of five: a request that is wrong everywhere is refused at the first thing."""
    return st.integers(0, 4).flatmap(lambda n: wrong if n == 4 else right)


def values(schema: dict[str, Any], known: Known, made: Made, name: str = "") -> SearchStrategy[Any]:
    if "$ref" in schema:
        named = schema["$ref"].rpartition("/")[2]
        there = DOCUMENT["components"]["schemas"][named]
        return made.setdefault((named, name), st.deferred(lambda: values(there, known, made, name)))
    if "oneOf" in schema or "anyOf" in schema:
        return st.one_of(*(values(one, known, made, name) for one in schema.get("oneOf") or schema["anyOf"]))
    if "enum" in schema:
        return mostly(st.sampled_from(schema["enum"]))
    kind = schema.get("type")
    if kind == "null":
        return st.none()
    if kind == "integer":
        return mostly(st.integers(1, 3) | st.sampled_from(NASTY_NUMBERS))
    if kind == "array":
        return mostly(st.lists(values(schema.get("items", {}), known, made, name), min_size=1, max_size=3))
    if kind == "object":
        return mostly(objects(schema, known, made))
    return mostly(texts(schema, known, name), nasty_text | garbage)


def texts(schema: dict[str, Any], known: Known, name: str) -> SearchStrategy[str]:
    prefix = schema.get("pattern", "").removeprefix("^").partition("_")[0]
    if prefix in known:
        return st.sampled_from(known[prefix])
    if schema.get("format") == "date-time":
        return st.sampled_from(["2026-11-01T10:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    return st.sampled_from(known.get(name) or [f"some {name}"]) | nasty_text


def objects(schema: dict[str, Any], known: Known, made: Made) -> SearchStrategy[dict[str, Any]]:
    fields = {name: values(one, known, made, name) for name, one in schema.get("properties", {}).items()}
    needed = {name: one for name, one in fields.items() if name in schema.get("required", ())}
    optional = {name: one for name, one in fields.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional={**optional, "unknown_field": garbage})


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def requests(path: str, operation: dict[str, Any], known: Known) -> SearchStrategy[tuple[str, bytes | None]]:
    """Addresses with their queries, and bodies."""
    parameters, made = operation.get("parameters", []), Made()
    at = {one["name"]: values(one["schema"], known, made, one["name"]) for one in parameters if one["in"] == "path"}
    query = {one["name"]: values(one["schema"], known, made, one["name"]) for one in parameters if one["in"] == "query"}
    contents = operation.get("requestBody", {}).get("content", {})
    body: SearchStrategy[bytes | None] = st.none()
    if contents:
        schema = next(iter(contents.values()))["schema"]
        broken = st.sampled_from(
            [b"", b"{", b"\xff\xfe", b"null", b'{"a":"\\ud800"}', b"NaN", b'{"a":1,"a":2}', b"[" * 2000]
        )
        body = mostly(values(schema, known, made).map(lambda one: json.dumps(one).encode()), broken)

    def address(at: dict[str, Any], query: dict[str, Any]) -> str:
        url = path
        for name, value in at.items():
            url = url.replace("{" + name + "}", quote(str(value), safe="") or "%20")
        return url + (
            "?" + urlencode({name: str(one) for name, one in query.items() if one is not None}) if query else ""
        )

    return st.builds(
        lambda *parts: (address(parts[0], parts[1]), parts[2]),
        st.fixed_dictionaries(at), st.fixed_dictionaries({}, optional=query), body,
    )  # fmt: skip


def judged(answer: httpx.Response, documented: dict[str, Any]) -> str | None:
    """What is wrong with an answer."""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if str(answer.status_code) not in documented:
        return f"{answer.status_code} is not documented"
    if answer.status_code < 400:
        return None
    if answer.headers.get("content-type") != "application/problem+json":
        return f"{answer.status_code} as {answer.headers.get('content-type')}"
    problem = json.loads(answer.read())
    if not isinstance(problem.get("code"), str) or problem.get("status") != answer.status_code:
        return f"{answer.status_code} without a code: {problem}"
    return None


def knock(http: httpx.Client, known: Known) -> list[str]:
    """Send every operation its hostile requests; what went wrong, each kind once."""
    wrong: dict[str, str] = {}

    def send(method: str, path: str, documented: dict[str, Any], url: str, body: bytes | None) -> None:
        headers = {"content-type": "application/json"} if body is not None else {}
        with http.stream(method, url, content=body, headers=headers) as answer:
            if answer.status_code >= 400:  # only then is it read: a live stream never ends
                answer.read()
            trouble = judged(answer, documented)
        if trouble:
            wrong.setdefault(f"{method} {path}: {trouble}", f"{url[:300]} {(body or b'')[:300]!r}")

    for method, path, operation in operations():
        attempt = partial(send, method, path, operation["responses"])

        @BOUNDED
        @given(requests(path, operation, known))
        def all_of_it(request: tuple[str, bytes | None]) -> None:
            attempt(*request)  # noqa: B023 - called right here, in this turn of the loop

        all_of_it()
    return [f"{what}\n    {how}" for what, how in wrong.items()]


def settle(http: httpx.Client, world: World) -> Known:
    """Make things for requests to be about: a basket with a line, a checkout of it."""
    cart = http.post("/v1/carts", json={"market_code": "es"}).json()["id"]
    mug = {"variant_id": str(world.variants["MUG-1"]), "quantity": 2}
    line = http.post(f"/v1/carts/{cart}/lines", json=mug).json()["lines"][0]["id"]
    checkout = http.post("/v1/checkouts", json={"cart_id": cart}).json()["id"]
    return {
        "cart": [cart], "line": [line], "chk": [checkout], "var": [str(one) for one in world.variants.values()],
        "loc": [str(world.store), str(world.other_store)], "cart_id": [cart], "line_id": [line], "checkout_id": [checkout],
        "variants": [str(world.variants["CUP-1"])], "locations": [str(world.store)], "market": ["es"],
        "topics": [cart, "orders,stock"], "code": ["T1", "MUG-1", "123456"], "till_code": ["T1"], "market_code": ["es"],
        "email": ["agent@example.com", "a@example.com"], "address": ["a@example.com", "+34600111222"], "name": ["mug-1"],
    }  # fmt: skip


def as_client(http: httpx.Client, world: World) -> Known:
    """A program with every scope; it has an order and a customer too."""
    http.headers["authorization"] = f"Bearer {world.token}"
    known = settle(http, world)
    line = {
        "variant_id": str(world.variants["LAMP-1"]),
        "quantity": 1,
        "location_id": str(world.store),
        "method": "collect",
    }
    order = http.post("/v1/orders", json={"lines": [line], "payment_term": "on_collection"}).json()
    person = http.post("/v1/customers", json={"given_name": "Ana", "phone": "+34600111222", "language": "es"}).json()
    return {
        **known,
        "ord": [order["id"]],
        "cus": [person["id"]],
        "order_id": [order["id"]],
        "customer_id": [person["id"]],
    }


def as_guest(http: httpx.Client, world: World) -> Known:
    http.headers["portico-channel"] = "web"
    http.post("/v1/auth/guest")
    return settle(http, world)


@pytest.mark.parametrize("become", [as_client, as_guest])
async def test_no_request_is_answered_with_a_bug(
    url: str, world: World, become: Callable[[httpx.Client, World], Known]
) -> None:
    def run() -> list[str]:
        with httpx.Client(base_url=url, timeout=20) as http:
            return knock(http, become(http, world))

    wrong = await asyncio.to_thread(run)
    assert not wrong, "\n" + "\n".join(wrong)

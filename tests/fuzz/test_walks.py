"""Walks over the OpenAPI document: an answer's ids are the next request's, so that orders, payments, returns, tills and
the work on them are met in states that no single request reaches. Nothing is a bug, no status is undocumented."""

import asyncio
import copy
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, seed, settings
from hypothesis.errors import Flaky
from requests import Response
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.stateful.state_machine import APIStateMachine
from schemathesis.specs.openapi.checks import status_code_conformance
from tests.fuzz.test_openapi_fuzz import DOCUMENT, Known, as_client
from tests.world import World

ROUNDS, WALKS, STEPS = 6, 30, 20
DEEPEST = 4  # how far into an answer ids are followed
ID = re.compile(r"^([a-z]{2,4})_[0-9a-f]{32}$")
METHODS = ("get", "post", "put", "patch", "delete")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, ways in document["paths"].items():
        for method in METHODS:
            if method in ways:
                yield method, path, ways[method]


def is_stream(operation: dict[str, Any]) -> bool:
    """What never ends cannot be read to its end; the other hostile test opens it."""
    return any("text/event-stream" in one.get("content", {}) for one in operation["responses"].values())


def prefix(schema: dict[str, Any]) -> str:
    pattern = schema.get("pattern", "")
    return pattern.removeprefix("^").partition("_")[0] if pattern.endswith("_[0-9a-f]{32}$") else ""


def linked(known: Known) -> tuple[dict[str, Any], int]:
    """The document with links derived from ids' prefixes, and where an id is asked for, those that exist."""
    document = copy.deepcopy(DOCUMENT)
    schemas = document["components"]["schemas"]

    def resolved(schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def given(schema: dict[str, Any], at: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
        """The ids in an answer by their prefixes, and where they stand; of a list its first."""
        if depth > DEEPEST:
            return
        schema = resolved(schema)
        if prefix(schema):
            yield prefix(schema), at
        for name, inner in schema.get("properties", {}).items():
            yield from given(inner, f"{at}/{name}", depth + 1)
        if "items" in schema:
            yield from given(schema["items"], f"{at}/0", depth + 1)

    for path in [path for path, ways in document["paths"].items() if any(is_stream(one) for one in ways.values())]:
        del document["paths"][path]
    takers: dict[str, list[tuple[str, str]]] = {}
    for method, path, operation in operations(document):
        if not path.count("{") and method != "get":
            takers.setdefault("mkt", []).append((operation["operationId"], ""))
        for one in operation.get("parameters", []):
            if one["in"] == "path" and prefix(one["schema"]):
                takers.setdefault(prefix(one["schema"]), []).append((operation["operationId"], one["name"]))
    count = 0
    for _, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values() if status < "300" else ():
                for kind, pointer in given(content["schema"]):
                    for taker, name in takers.get(kind, ()):
                        parameters = {name: f"$response.body#{pointer}"} if name else {}
                        links = answer.setdefault("links", {})
                        links.setdefault(f"{taker}By{kind.title()}", {"operationId": taker, "parameters": parameters})
                        count += 1
    _put_known(document, known)
    return document, count


def _put_known(one: Any, known: Known) -> None:
    for each in list(one.values() if isinstance(one, dict) else one):
        if isinstance(each, dict) and known.get(prefix(each) if isinstance(each.get("pattern"), str) else ""):
            ids = known[prefix(each)]
            each.clear()
            each.update({"type": "string", "enum": ids})
        elif isinstance(each, dict | list):
            _put_known(each, known)


def bustle(http: httpx.Client, world: World) -> Known:
    """A shop at work: orders that wait, are paid, are picked, are gone and come back; and the ids of all there is."""
    known = as_client(http, world)
    store = str(world.store)

    def done(answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def placed(sku: str, method: str = "collect", **more: Any) -> Any:
        line = {"variant_id": str(world.variants[sku]), "quantity": 2, "location_id": store, "method": method}
        return done(http.post("/v1/orders", json={"lines": [line], "payment_term": "on_collection", **more}))

    for sku in ("MUG-1", "CUP-1", "LAMP-1", "MUG-1", "CUP-1", "LAMP-1"):
        placed(sku)
    card = done(http.post("/v1/gift-cards", json={"amount": 5000, "currency": "EUR"}))
    by_card = [{"handler": "gift_card", "credential": card["code"]}]
    placed("MUG-1", "carry_out", payment_term="now", instruments=by_card)
    works = done(http.get("/v1/fulfillments"))["items"]
    for work in works[:2]:
        done(http.post(f"/v1/fulfillments/{work['id']}/start", json={}))
    found: dict[str, set[str]] = {}

    def harvest(one: Any) -> None:
        if isinstance(one, dict | list):
            for each in one.values() if isinstance(one, dict) else one:
                harvest(each)
        elif isinstance(one, str) and (match := ID.match(one)):
            found.setdefault(match[1], set()).add(one)

    for path, ways in DOCUMENT["paths"].items():
        if "get" in ways and "{" not in path and not is_stream(ways["get"]):
            answer = http.get(path, params={"location": store, "location_id": store})
            if answer.is_success and answer.headers.get("content-type", "").startswith("application/json"):
                harvest(answer.json())
    return known | {kind: sorted(known.get(kind, []) + list(ids)) for kind, ids in found.items()}


def walk(url: str, token: str, known: Known) -> tuple[dict[str, str], Counter[str], Counter[str]]:
    """What went wrong, each kind once; how often each operation was asked; how often each was granted."""
    document, count = linked(known)
    assert count > 100
    config = SchemathesisConfig.from_dict({"generation": {"mode": "positive"}})
    schema = schemathesis.openapi.from_dict(document, config=config)
    wrong: dict[str, str] = {}
    asked: Counter[str] = Counter()
    granted: Counter[str] = Counter()
    machine: type[APIStateMachine] = schema.as_state_machine()

    class Walk(machine):  # type: ignore[misc, valid-type]
        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            return {"base_url": url, "headers": {"Authorization": f"Bearer {token}"}, "timeout": 20}

        def validate_response(self, response: Any, case: Case, **_: Any) -> None:
            name = f"{case.method.upper()} {case.path}"
            asked[name] += 1
            granted[name] += response.status_code < 300
            try:
                case.validate_response(response, checks=[not_a_server_error, status_code_conformance])
            except FailureGroup as failures:
                for one in failures.exceptions:
                    kind = f"{name}: {response.status_code} {one.title}"  # type: ignore[attr-defined]
                    wrong.setdefault(kind, f"{case.formatted_path[:200]} {case.query} {str(case.body)[:300]}")

    bounded = settings(
        max_examples=WALKS, stateful_step_count=STEPS, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for number in range(ROUNDS):
        with suppress(Flaky):  # the same steps are answered otherwise once others were taken: such a round ends there
            seed(number)(Walk).run(settings=bounded)
    return wrong, asked, granted


async def test_no_walk_meets_a_bug_or_an_undocumented_status(url: str, world: World) -> None:
    def run() -> tuple[dict[str, str], Counter[str], Counter[str]]:
        with httpx.Client(base_url=url, timeout=20) as http:
            known = bustle(http, world)
        return walk(url, world.token, known)

    wrong, asked, granted = await asyncio.to_thread(run)
    print(f"{asked.total()} requests to {len(asked)} operations, {granted.total()} granted of {len(+granted)}")
    assert not wrong, "\n" + "\n".join(f"{what}\n    {how}" for what, how in sorted(wrong.items()))
    assert len(asked) > 100
    assert len(+granted) > 45


def test_what_is_undocumented_is_found() -> None:
    """The control: the very checks, on an answer whose status the document does not have."""
    document, _ = linked({})
    path, operation = next(
        (path, one) for method, path, one in operations(document) if method == "get" and "{" not in path
    )
    del operation["responses"]["409"]
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document)))
    case = schema[path]["GET"].Case()
    answer = Response()
    answer.status_code, answer.headers["content-type"], answer._content = 409, "application/problem+json", b"{}"
    answer.request = httpx_free_request(path)
    with pytest.raises(FailureGroup):
        case.validate_response(answer, checks=[status_code_conformance])


def httpx_free_request(path: str) -> Any:
    from requests import Request

    return Request("GET", f"http://127.0.0.1{path}").prepare()

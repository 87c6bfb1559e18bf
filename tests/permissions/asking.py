"""Every operation of the OpenAPI document as a request that is well formed and about things that are there."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from tests.world import World

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8"))
METHODS = ("get", "post", "put", "patch", "delete")


class Operation(msgspec.Struct, frozen=True):
    method: str
    path: str
    body: Any
    parameters: tuple[tuple[str, str, dict[str, Any]], ...]  # where, name, schema

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def operations() -> list[Operation]:
    found = []
    for path, ways in DOCUMENT["paths"].items():
        for method, one in ways.items():
            if method not in METHODS:
                continue
            content = one.get("requestBody", {}).get("content", {}).get("application/json")
            needed = tuple(
                (each["in"], each["name"], each["schema"]) for each in one.get("parameters", []) if each.get("required")
            )
            found.append(Operation(method.upper(), path, content["schema"] if content else None, needed))
    return sorted(found, key=lambda one: one.name)


def made(schema: dict[str, Any], known: dict[str, Any], name: str = "") -> Any:
    """The least that fits a schema: what is required, with things that are there where their kind says so."""
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if name in known:
        return known[name]
    for which in ("oneOf", "anyOf"):
        if which in schema:
            options = [one for one in schema[which] if one.get("type") != "null"]
            return made(options[0], known, name)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    prefix = schema.get("pattern", "").removeprefix("^").partition("_")[0]
    if prefix in known:
        return known[prefix]
    if prefix and schema.get("pattern", "").endswith("{32}$"):
        return f"{prefix}_{'0' * 32}"
    match schema.get("type"):
        case "object":
            return {key: made(schema["properties"][key], known, key) for key in schema.get("required", [])}
        case "array":
            return [made(schema.get("items", {}), known, name)]
        case "integer":
            return 1
        case "number":
            return 1.0
        case "boolean":
            return True
    if schema.get("format") == "date-time":
        return "2026-11-01T10:00:00Z"
    if schema.get("format") == "date":
        return "2026-11-01"
    return "x"


def request(one: Operation, known: dict[str, Any]) -> dict[str, Any]:
    """Arguments for httpx: the path filled in, query and body as small as may be."""
    path, query = one.path, {}
    for where, name, schema in one.parameters:
        value = made(schema, known, name)
        if where == "path":
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        elif where == "query":
            query[name] = value
    arguments: dict[str, Any] = {"method": one.method, "url": path, "params": query}
    if one.body is not None:
        arguments["json"] = made(one.body, known)
    return arguments


def known(world: World, order: dict[str, Any]) -> dict[str, Any]:
    """What is there, by the prefix of its kind or by the name under which a path asks for it."""
    return {
        "loc": str(world.store), "var": str(world.variants["MUG-1"]), "til": str(world.tills["T1"]), "ord": order["id"],
        "pay": order["payments"][0]["id"] if order["payments"] else f"pay_{'0' * 32}", "market": "es", "name": order["label"],
        "code": "T1", "line": order["lines"][0]["id"], "country": "ES", "provider": "stripe", "currency": "EUR",
        "latitude": 40.4, "longitude": -3.7,
    }  # fmt: skip

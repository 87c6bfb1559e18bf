"""`/docs`: the API's document as a page to read, made from the document itself, without anything from elsewhere."""

from collections import defaultdict
from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment, StrictUndefined

METHODS = ("get", "post", "put", "patch", "delete")

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Portico API</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style>
:root { color-scheme: light dark; --line: light-dark(#e2ded6, #3a362f); --soft: light-dark(#f6f4ef, #211f1b);
  --ink: light-dark(#1c1a17, #f2efe9); --quiet: light-dark(#5c574e, #b3aca0); }
body { margin: 0; font: 15px/1.5 "Inter Variable", system-ui, sans-serif; color: var(--ink);
  background: light-dark(#fdfcfa, #171512); }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 6rem; }
h1 { font-size: 36px; line-height: 1.1; margin: 0 0 .5rem; } h2 { font-size: 20px; margin: 2.5rem 0 .75rem; }
h3 { font-size: 14px; margin: 1rem 0 .25rem; } p { margin: .25rem 0; } a { color: inherit; }
details { border: 1px solid var(--line); border-radius: 10px; margin: .5rem 0; background: light-dark(#fff, #1e1c18); }
summary { display: flex; gap: .75rem; align-items: baseline; padding: .6rem .9rem; cursor: pointer; flex-wrap: wrap; }
details > div { padding: 0 .9rem .9rem; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { background: var(--soft); border-radius: 8px; padding: .75rem; overflow-x: auto; margin: .25rem 0; }
.method { font-weight: 700; min-width: 4rem; } .quiet { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 500; }
th, td { padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
</style>
</head>
<body><main>
<h1>{{ title }}</h1>
<p class="quiet">{{ description }}</p>
<p>The document itself: <a href="/openapi.json">/openapi.json</a>. Amounts are integers in minor units, quantities integers in steps
of 10<sup>-scale</sup> of their unit, times RFC 3339 in UTC. Every write takes an <code>Idempotency-Key</code>. Refusals are
<code>application/problem+json</code> with a stable <code>code</code>. Clients send
<code>Authorization: Bearer &lt;token&gt;</code>.</p>
<nav aria-label="Sections"><p>{% for name in sections %}<a href="#{{ name }}">{{ name }}</a>{% if not loop.last %} · {% endif %}{% endfor %}</p></nav>
{% for name, operations in sections.items() %}
<h2 id="{{ name }}">{{ name }}</h2>
{% for one in operations %}
<details>
<summary><span class="method">{{ one.method }}</span><code>{{ one.path }}</code><span class="quiet">{{ one.summary }}</span></summary>
<div>
{% for paragraph in one.paragraphs %}<p>{{ paragraph }}</p>{% endfor %}
{% if one.parameters %}<h3>Parameters</h3><table>
{% for each in one.parameters %}<tr><th scope="row"><code>{{ each.name }}</code></th><td>{{ each.where }}</td><td><code>{{ each.type }}</code></td>
<td>{% if each.required %}required{% endif %}</td></tr>{% endfor %}</table>{% endif %}
{% if one.body %}<h3>Body</h3><pre tabindex="0">{{ one.body }}</pre>{% endif %}
{% for status, shape in one.answers %}<h3>{{ status }}</h3>{% if shape %}<pre tabindex="0">{{ shape }}</pre>{% endif %}{% endfor %}
</div>
</details>
{% endfor %}
{% endfor %}
</main></body></html>
"""


class Parameter(msgspec.Struct, frozen=True):
    name: str
    where: str
    type: str
    required: bool


class Operation(msgspec.Struct, frozen=True):
    method: str
    path: str
    summary: str
    paragraphs: list[str]
    parameters: list[Parameter]
    body: str
    answers: list[tuple[str, str]]


@cache
def page(document: str) -> str:
    """The page for an OpenAPI document given as JSON text."""
    spec = msgspec.json.decode(document)
    sections: defaultdict[str, list[Operation]] = defaultdict(list)
    for path, operations in sorted(spec["paths"].items()):
        for method in METHODS:
            if method in operations:
                sections[path.split("/")[2]].append(_operation(spec, path, method, operations[method]))
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(PAGE).render(
        title=spec["info"]["title"], description=spec["info"].get("description", ""), sections=dict(sections)
    )


def _operation(spec: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    text = [" ".join(one.split()) for one in operation.get("description", "").split("\n\n") if one.strip()]
    body: dict[str, Any] = next(iter(operation.get("requestBody", {}).get("content", {}).values()), {})
    answers = []
    for status, answer in sorted(operation.get("responses", {}).items()):
        if status[0] == "2":
            content: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
            answers.append((status, _shape(spec, content.get("schema", {}))))
    return Operation(
        method=method.upper(),
        path=path,
        summary=text[0] if text else operation.get("summary", ""),
        paragraphs=text[1:],
        parameters=[
            Parameter(one["name"], one["in"], _type(one.get("schema", {})), one.get("required", False))
            for one in operation.get("parameters", [])
        ],
        body=_shape(spec, body.get("schema", {})) if body else "",
        answers=answers,
    )


def _type(schema: dict[str, Any]) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "oneOf" in schema or "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema.get("oneOf", schema.get("anyOf", []))))
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "pattern" in schema:
        return str(schema["pattern"]).strip("^$").replace("[0-9a-f]{32}", "…")
    return str(schema.get("type", "any"))


def _shape(spec: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> str:
    """A schema as JSON of types, named ones opened two levels deep."""
    if "$ref" in schema and depth < 3:
        return _shape(spec, spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]], depth)
    if schema.get("type") == "array" and depth < 3:
        return f"[{_shape(spec, schema.get('items', {}), depth)}]"
    if "properties" not in schema or depth >= 3:
        return _type(schema)
    required, pad = set(schema.get("required", [])), "  " * (depth + 1)
    lines = [
        f"{pad}{name}{'' if name in required else '?'}: {_shape(spec, one, depth + 1)}"
        for name, one in schema["properties"].items()
    ]
    return "{\n" + "\n".join(lines) + "\n" + "  " * depth + "}"

"""What every operation may answer besides its own: the OpenAPI document says it once, each operation refers to it.

Refusals are classes, so the statuses are theirs: a new one is documented by being there.
"""

from collections.abc import Iterator
from typing import Any

from portico.platform.refusals import Refused

FROM_THE_HOUSE = frozenset({405, 413, 500, 503})  # what is answered with no refusal behind it
NAMES = {  # our own: the standard library's differ between versions of Python, and the document must not
    400: "BadRequest", 401: "SignInNeeded", 402: "Declined", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed",
    409: "Conflict", 410: "Ended", 413: "TooLarge", 422: "Invalid", 429: "TooMany", 500: "Bug", 503: "Unavailable",
}  # fmt: skip
DESCRIPTIONS = {
    400: "What was sent cannot be read.",
    401: "Nobody is signed in, or the credentials are wrong.",
    402: "The payment was declined.",
    403: "The asker may not do this here.",
    404: "No such thing, or none that the asker may know of.",
    405: "This address knows no such method.",
    409: "It cannot be done as things stand; the problem says why.",
    410: "What this is about has ended.",
    413: "The body is too large.",
    422: "The request itself is wrong; the problem says what.",
    429: "Too many requests.",
    500: "A bug. It is logged with the request's id.",
    503: "The house or its database is away for the moment.",
}
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
PROBLEM = {
    "title": "Problem",
    "description": "A refusal (RFC 9457). `code` is stable, `detail` is for a person; other members are the code's own data.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
    "additionalProperties": True,
}


def statuses() -> list[int]:
    return sorted({one.status for one in Refused.every} | FROM_THE_HOUSE)


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the common problems in it, in place of the framework's own idea of a refusal."""
    components = document["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["responses"] = {NAMES[one]: _response(one) for one in statuses()}
    for operation in _operations(document):
        kept = {status: one for status, one in operation["responses"].items() if int(status) < 400}
        kept.get("204", {}).pop("content", None)  # the framework would have null sent
        refer = {str(one): {"$ref": f"#/components/responses/{NAMES[one]}"} for one in statuses()}
        operation["responses"] = {**kept, **refer}
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for ways in document["paths"].values():
        yield from (one for method, one in ways.items() if method in METHODS)


def _response(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": DESCRIPTIONS[status],
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in (429, 503):
        described["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return described

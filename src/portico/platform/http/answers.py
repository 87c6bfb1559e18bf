"""Answers as bytes: JSON of frozen values, and refusals as RFC 9457 problems in the reader's language."""

from typing import Any, TypeVar

import msgspec
from litestar import Response

from portico.platform import i18n
from portico.platform.idempotency import Answer
from portico.platform.ids import Id, encode_hook
from portico.platform.refusals import Refused

Body = TypeVar("Body")
Answered = Response[Body]

PROBLEM_TYPE = "application/problem+json"

_encoder = msgspec.json.Encoder(enc_hook=encode_hook)


def json_bytes(value: Any) -> bytes:
    return _encoder.encode(value)


def problem(refused: Refused, *, language: str) -> Answer:
    """The refusal as an RFC 9457 document. Its data stand beside the standard members; `detail` is for a person."""
    data = refused.data()
    document = {
        "type": f"urn:portico:problem:{refused.code}",
        "title": i18n.text("en", f"problem.{refused.code}.title"),
        "status": refused.status,
        "detail": i18n.text(language, f"problem.{refused.code}", **_readable(data)),
        "code": refused.code,
        **{name: value for name, value in data.items() if name not in ("type", "title", "status", "detail", "code")},
    }
    headers = {"content-type": PROBLEM_TYPE}
    if (seconds := refused.retry_after()) is not None:
        headers["retry-after"] = str(seconds)
    if refused.status == 401:
        headers["www-authenticate"] = 'Bearer realm="portico"'
    return Answer(refused.status, json_bytes(document), headers)


def _readable(data: dict[str, Any]) -> dict[str, Any]:
    """The refusal's data as they may stand in a sentence; a list is counted."""
    places: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, list | tuple):
            places.setdefault("count", len(value))
        places[name] = str(value) if isinstance(value, Id) else value
    return places


def response(answer: Answer) -> Response[Any]:
    headers = dict(answer.headers)
    kind = headers.pop("content-type", "application/json")
    if answer.replayed:
        headers["idempotency-replayed"] = "true"
    return Response(answer.body, status_code=answer.status, media_type=kind, headers=headers)

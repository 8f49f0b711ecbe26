"""Bodies of requests and answers: how they are read and written, and how OpenAPI has them."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from topicclf.service.problems import PROBLEM, Problem, ProblemError, from_validation

__all__ = ["BYTES", "JSON", "answer", "body", "content_type", "described", "question", "schemas"]

Kind = TypeVar("Kind", bound=BaseModel)

#: The content type of what is read whole.
JSON = "application/json"
#: The content type of files.
BYTES = "application/octet-stream"
_REFERENCE = "#/components/schemas/{model}"
_REFUSALS = {
    400: "The body is not JSON.",
    401: "The token is missing or wrong.",
    403: "Not from this page, or not without a token.",
    404: "There is no such thing.",
    408: "The request did not arrive in time.",
    409: "It doesn't fit what has happened since.",
    413: "The body is too large.",
    415: "The body has another content type.",
    421: "The service has another name.",
    422: "The body can't be used; errors says where.",
    429: "Too many requests wait; Retry-After says when to try again.",
    503: "No answer in time.",
    507: "No more is kept.",
}
_USUAL = (401, 403, 408, 421, 429, 503)
_OF_BODIES = (400, 413, 415, 422)
_schemas: dict[str, Any] = {}


def content_type(request: Request) -> str:
    """The content type of a request, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def body(request: Request, *kinds: str) -> bytes:
    """A request's body, if it has one of some content types.

    A page elsewhere can send other types without asking first, so that none is guessed.

    Raises:
        ProblemError: It has another.
    """
    if content_type(request) not in kinds:
        msg = f"send the body with Content-Type: {' or '.join(kinds)}"
        raise ProblemError(415, "content-type", msg, headers={"accept": ", ".join(kinds)})
    return await request.body()


async def question(request: Request, kind: type[Kind]) -> Kind:
    """A request's body of JSON.

    Raises:
        ProblemError: It is none, or not of that kind; the errors say where.
    """
    try:
        return kind.model_validate_json(await body(request, JSON))
    except ValidationError as error:
        raise from_validation(error) from None


def answer(content: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(to_json(content), status, media_type=JSON)


def described(
    summary: str,
    *,
    answers: Any,
    questions: Mapping[str, Any] | None = None,
    refused: Iterable[int] = (),
    status: int = 200,
) -> dict[str, Any]:
    """What a route's decorator takes to describe bodies that the route reads and writes itself.

    Args:
        summary: What the route is for, in a few words.
        answers: The type of its answers, or None where they are not JSON.
        questions: The type of its bodies by content type; None for text.
        refused: The statuses of its refusals, besides those that every route has.
        status: The status of its answers.
    """
    content = {kind: {"schema": _schema(each)} for kind, each in (questions or {}).items()}
    statuses = sorted({*refused, *_USUAL, *(_OF_BODIES if content else ())})
    problem = {PROBLEM: {"schema": _schema(Problem)}}
    responses: dict[int | str, dict[str, Any]] = {
        each: {"description": _REFUSALS[each], "content": problem} for each in statuses
    }
    if answers is not None:
        shown = {JSON: {"schema": _schema(answers)}}
        responses[status] = {"description": "The answer.", "content": shown}
    extra = {"requestBody": {"required": True, "content": content}} if content else {}
    return {
        "summary": summary,
        "response_model": None,
        "responses": responses,
        "openapi_extra": extra,
        "status_code": status,
    }


def schemas() -> dict[str, Any]:
    """The schemas that descriptions refer to, by name."""
    return dict(sorted(_schemas.items()))


def _schema(kind: Any) -> dict[str, Any]:
    if kind is None:
        return {"type": "string"}
    schema = TypeAdapter(kind).json_schema(ref_template=_REFERENCE)
    _schemas.update(schema.pop("$defs", {}))
    if "title" in schema and "properties" in schema:
        name = schema["title"]
        _schemas[name] = schema
        return {"$ref": _REFERENCE.format(model=name)}
    return schema

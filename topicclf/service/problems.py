"""What went wrong, as problem details for programs and people: RFC 9457 [1]_.

.. [1] Nottingham, Wilde and Dalal (2023), "Problem Details for HTTP APIs", RFC 9457.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from topicclf.errors import TopicclfError

__all__ = ["PROBLEM", "Fault", "Problem", "ProblemError", "from_validation", "handle", "response"]

#: The content type of a problem.
PROBLEM = "application/problem+json"
_MOST_FAULTS = 20


class Fault(BaseModel):
    """One fault in what was sent."""

    model_config = ConfigDict(extra="forbid")
    where: str
    message: str


class Problem(BaseModel):
    """What went wrong, where, and what to do (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")
    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[Fault] | None = None


class ProblemError(Exception):
    """A request is refused.

    Args:
        status: The HTTP status.
        kind: What clients know it by, such as ``"too-large"``.
        detail: What is wrong, where, and what to do.
        headers: Further headers of the answer.
        errors: Single faults, each with its place.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Fault] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = list(errors)


def response(error: ProblemError, *, path: str | None = None) -> Response:
    """The answer that a refused request gets."""
    problem = Problem(
        type=f"urn:topicclf:problem:{error.kind}",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        detail=error.detail,
        instance=path,
        errors=error.errors or None,
    )
    content = to_json(problem, exclude_none=True)
    return Response(content, error.status, error.headers, media_type=PROBLEM)


def from_validation(error: ValidationError, *, skipped: Sequence[str] = ()) -> ProblemError:
    """Say where in a body the faults are.

    Args:
        error: The faults.
        skipped: Names of kinds of bodies, which places begin with and clients don't know.
    """
    return _from_faults(
        error.errors(include_url=False, include_context=False, include_input=False), skipped
    )


def _from_faults(faults: Sequence[Any], skipped: Sequence[str]) -> ProblemError:
    if faults[0]["type"] == "json_invalid":
        return ProblemError(400, "not-json", f"{faults[0]['msg']}; send one JSON object")
    named = [Fault(where=_place(each["loc"], skipped), message=each["msg"]) for each in faults]
    first = f"{named[0].where}: {named[0].message}"
    more = f" (and {len(named) - 1} more)" if len(named) > 1 else ""
    return ProblemError(422, "invalid", f"{first}{more}", errors=named[:_MOST_FAULTS])


def _place(location: Sequence[int | str], skipped: Sequence[str]) -> str:
    place = ""
    for each in location[1:] if location[:1] and location[0] in skipped else location:
        place += f"[{each}]" if isinstance(each, int) else f".{each}"
    return place.removeprefix(".") or "the body"


def handle(app: FastAPI) -> None:
    """Let every error of an application answer with a problem."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return response(error, path=request.url.path)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return response(_from_faults(error.errors(), ()), path=request.url.path)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        details = {
            404: f"nothing is at {request.url.path}; /openapi.json lists what there is",
            405: f"{request.url.path} does not take {request.method}",
        }
        detail = details.get(error.status_code, str(error.detail))
        problem = ProblemError(error.status_code, kind, detail, headers=error.headers)
        return response(problem, path=request.url.path)

    async def unusable(request: Request, error: Exception) -> Response:
        return response(ProblemError(422, "unusable", str(error)), path=request.url.path)

    async def broken(request: Request, error: Exception) -> Response:
        detail = "an error inside the service; its log has the details"
        return response(ProblemError(500, "internal", detail), path=request.url.path)

    handlers: dict[Any, Any] = {
        ProblemError: refused,
        RequestValidationError: invalid,
        HTTPException: http,
        TopicclfError: unusable,
        Exception: broken,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)

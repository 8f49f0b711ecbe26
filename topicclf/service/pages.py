"""The page at ``/``: a few files of the package, read once."""

import hashlib
from collections.abc import Awaitable, Callable
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import Response

__all__ = ["pages"]

_KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def pages() -> APIRouter:
    """The routes of the page; each file has its own, so that no request names a path."""
    router = APIRouter(include_in_schema=False)
    shared = files("topicclf.render").joinpath("look.css")
    for file in (shared, *files("topicclf.service").joinpath("static").iterdir()):
        content = file.read_bytes()
        path = "/" if file.name == "index.html" else f"/{file.name}"
        router.add_api_route(path, _route(content, _KINDS[file.name.rpartition(".")[2]]))
    return router


def _route(content: bytes, kind: str) -> Callable[[Request], Awaitable[Response]]:
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}

    async def file(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)

    return file

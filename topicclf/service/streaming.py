"""JSON lines in, JSON lines out: answered as they are read, in flat memory."""

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from topicclf.service.answering import Asked
from topicclf.service.problems import ProblemError
from topicclf.writing.jsonl import encoded

__all__ = ["NDJSON", "StreamedLines", "answered_lines", "batches_of_lines"]

#: The content type of JSON lines.
NDJSON = "application/x-ndjson"
# As much as is answered in one go, so that short requests need not wait long.
_BATCH_LINES = 256
_BATCH_BYTES = 1 << 17

Lines = list[bytes]


async def batches_of_lines(
    chunks: AsyncIterable[bytes], *, longest: int
) -> AsyncIterator[list[bytes | None]]:
    """Cut a body into lines, some at a time, as they come.

    Args:
        chunks: The body.
        longest: Bytes of a line; None takes the place of a longer one.
    """
    rest = bytearray()
    dropping = False
    async for chunk in chunks:
        *whole, last = chunk.split(b"\n")
        if whole:
            first = None if dropping else bytes(rest) + whole[0]
            lines = [_short(line, longest) for line in (first, *whole[1:])]
            rest, dropping = bytearray(), False
            for start in range(0, len(lines), _BATCH_LINES):
                yield lines[start : start + _BATCH_LINES]
        if not dropping:
            rest += last
        if len(rest) > longest:
            rest, dropping = bytearray(), True
    if rest or dropping:
        yield [None if dropping else bytes(rest)]


def _short(line: bytes | None, longest: int) -> bytes | None:
    return None if line is None or len(line) > longest else line


async def answered_lines(
    batches: AsyncIterable[list[bytes | None]],
    asked: Asked,
    *,
    on_articles: Callable[[int], object],
) -> AsyncIterator[bytes]:
    """Answer lines, each with a line in its place; blank ones are passed over.

    Args:
        batches: The lines.
        asked: The model.
        on_articles: Called with the number of articles whenever some have been answered.
    """
    number = 0
    async for lines in batches:
        content, n_articles = await run_in_threadpool(_answered, lines, asked, number)
        number += len(lines)
        on_articles(n_articles)
        if content:
            yield content


def _answered(lines: Sequence[bytes | None], asked: Asked, number: int) -> tuple[bytes, int]:
    """The answers for some lines, and how many articles were among them."""
    read = [_read(line, place) for place, line in enumerate(lines, number + 1)]
    articles = [each[0] for each in read if isinstance(each, tuple)]
    answers = asked.each(articles)
    written: list[bytes] = []
    for each in read:
        if isinstance(each, tuple):
            answer = next(answers)
            given = {} if each[1] is None else {"id": each[1]}
            written.append(encoded({**given, **answer, "model": asked.served.identity}))
        elif each is not None:
            written.append(encoded(each))
    return b"".join(line + b"\n" for line in written), len(articles)


def _read(line: bytes | None, place: int) -> tuple[dict[str, Any], Any] | dict[str, Any] | None:
    """An article and its id; an error; or None for a blank line."""
    if line is None:
        return {"error": "the line is too long for an article", "line": place}
    if not line.strip():
        return None
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"error": f"not JSON ({_plain(error)})", "line": place}
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        return {"error": 'not an object with a "text"', "line": place}
    title = fields.get("title")
    if title is not None and not isinstance(title, str):
        return {"error": '"title" is not a text', "line": place}
    name = fields.get("id")
    if not isinstance(name, str | int | None):
        return {"error": '"id" is neither a text nor a number', "line": place}
    return {"text": fields["text"], "title": title}, _whole(name)


def _whole(name: str | int | None) -> str | int | None:
    """An id that has bytes in UTF-8, which lone surrogates lack."""
    return name.encode(errors="replace").decode() if isinstance(name, str) else name


def _plain(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return f"{error.msg} at {error.pos}" if isinstance(error, json.JSONDecodeError) else str(error)


class StreamedLines(Response):
    """Sends lines while the request is still being read.

    Starlette's own streaming response would listen for the client's leaving at the same time, and
    so take the request's body away.

    Args:
        lines: The lines.
        seconds: How long a client may take to read some of them.
    """

    media_type = NDJSON

    def __init__(self, lines: AsyncIterator[bytes], *, seconds: float) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._lines = lines
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        try:
            async for content in self._lines:
                async with asyncio.timeout(self._seconds):
                    await send({"type": "http.response.body", "body": content, "more_body": True})
        except TimeoutError:
            # Nobody reads: without an end, the answer counts as broken off.
            return
        except ProblemError as error:
            broken = encoded({"error": error.detail})
            await send({"type": "http.response.body", "body": broken + b"\n", "more_body": True})
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

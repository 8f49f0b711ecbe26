"""How much is taken on: a bounded queue, the size of a request, and the time it may take."""

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from topicclf.service.metrics import Metrics
from topicclf.service.problems import ProblemError, response
from topicclf.service.settings import Limits

__all__ = ["Gate"]

# They answer whatever else goes on.
_ALWAYS = {"/healthz", "/readyz", "/metrics"}
# Read piece by piece, so that neither their size nor their time has to be limited as a whole.
_PIECEWISE = {"/v1/files", "/v1/labelling/articles"}
_RETRY = {"retry-after": "1"}
_CLOSE = {"connection": "close"}


class Gate:
    """Lets in as many requests as can be answered, and counts and times them.

    Whoever sends slowly takes no place from those who wait for an answer.

    Args:
        app: What is behind the gate.
        limits: What is let in.
        metrics: Where requests are counted.
    """

    def __init__(self, app: ASGIApp, limits: Limits, metrics: Metrics) -> None:
        self._app = app
        self._limits = limits
        self._metrics = metrics
        self._arriving = self._inside = self._streams = 0
        self._at_once = asyncio.Semaphore(limits.at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say that there are too many."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        answer = _Answer(send)
        try:
            if _is_piecewise(scope):
                await self._pass_stream(scope, receive, answer)
            else:
                whole = await self._received(scope, receive)
                await self._pass(scope, whole, answer)
        except ProblemError as error:
            if answer.status:
                raise
            await response(error, path=scope["path"])(scope, receive, answer)
        finally:
            self._metrics.count(scope["path"], answer.status, time.perf_counter() - start)

    async def _received(self, scope: Scope, receive: Receive) -> Receive:
        """A request whose body has come as a whole."""
        if self._arriving >= self._limits.waiting:
            raise _too_many()
        self._arriving += 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await _whole(scope, receive, self._limits.body)
        except TimeoutError:
            msg = f"the request did not arrive within {self._limits.seconds:g} s"
            raise ProblemError(408, "timeout", msg, headers=_CLOSE) from None
        finally:
            self._arriving -= 1

    async def _pass(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if self._inside >= self._limits.at_once + self._limits.waiting:
            raise _too_many()
        self._inside += 1
        self._metrics.inside.set(self._inside)
        try:
            # So that all requests that have come by now are counted before one is answered.
            await asyncio.sleep(0)
            async with self._at_once, asyncio.timeout(self._limits.seconds):
                await self._app(scope, receive, answer)
        except TimeoutError:
            msg = f"no answer within {self._limits.seconds:g} s; send fewer articles at a time"
            raise ProblemError(503, "too-slow", msg, headers=_RETRY) from None
        finally:
            self._inside -= 1
            self._metrics.inside.set(self._inside)

    async def _pass_stream(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if self._streams >= self._limits.streams:
            raise _too_many()
        self._streams += 1
        try:
            await self._app(scope, _Patient(receive, self._limits.seconds), answer)
        finally:
            self._streams -= 1


def _too_many() -> ProblemError:
    msg = "too many requests are waiting; try again in a second"
    return ProblemError(429, "too-many", msg, headers=_RETRY)


def _is_piecewise(scope: Scope) -> bool:
    if scope["path"] in _PIECEWISE:
        return True
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return bool(kind.startswith(b"application/x-ndjson"))


class _Answer:
    """Passes an answer on, and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


class _Patient:
    """Waits for a piece of a request, but not for ever."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds

    async def __call__(self) -> Message:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._receive()
        except TimeoutError:
            msg = f"nothing came for {self._seconds:g} s"
            raise ProblemError(408, "timeout", msg, headers=_CLOSE) from None


async def _whole(scope: Scope, receive: Receive, limit: int) -> Receive:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise _too_large(limit)
    message = await receive()
    if message.get("more_body", False):
        chunks, size = [message["body"]], len(message["body"])
        while message.get("more_body", False):
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise _too_large(limit)
            chunks.append(message.get("body", b""))
        if message["type"] == "http.request":
            message = {"type": "http.request", "body": b"".join(chunks), "more_body": False}
    elif len(message.get("body", b"")) > limit:
        raise _too_large(limit)
    return _Replayed(message, receive)


class _Replayed:
    """Gives a message that has been received once more, and then what comes after it."""

    def __init__(self, message: Message, receive: Receive) -> None:
        self._message: Message | None = message
        self._receive = receive

    async def __call__(self) -> Message:
        message, self._message = self._message, None
        return await self._receive() if message is None else message


def _too_large(limit: int) -> ProblemError:
    msg = (
        f"more than {limit:,} bytes; send fewer articles at a time, or a stream of JSON lines as "
        "application/x-ndjson"
    )
    return ProblemError(413, "too-large", msg, headers=_CLOSE)

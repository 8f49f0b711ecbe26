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


class Gate:
    """Lets in as many requests as can be answered, and counts and times them.

    Args:
        app: What is behind the gate.
        limits: What is let in.
        metrics: Where requests are counted.
    """

    def __init__(self, app: ASGIApp, limits: Limits, metrics: Metrics) -> None:
        self._app = app
        self._limits = limits
        self._metrics = metrics
        self._inside = 0
        self._at_once = asyncio.Semaphore(limits.at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say that there are too many."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        answer = _Answer(send)
        self._inside += 1
        self._metrics.inside.set(self._inside)
        try:
            if self._inside > self._limits.at_once + self._limits.waiting:
                msg = "too many requests are waiting; try again in a second"
                raise ProblemError(429, "too-many", msg, headers=_RETRY)
            # So that all requests that have come by now are counted before one is answered.
            await asyncio.sleep(0)
            async with self._at_once:
                await self._pass(scope, receive, answer)
        except ProblemError as error:
            if answer.status:
                raise
            await response(error, path=scope["path"])(scope, receive, answer)
        finally:
            self._inside -= 1
            self._metrics.inside.set(self._inside)
            self._metrics.count(scope["path"], answer.status, time.perf_counter() - start)

    async def _pass(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if _is_piecewise(scope):
            await self._app(scope, _Patient(receive, self._limits.seconds), answer)
            return
        body = _Bounded(receive, self._limits.body)
        body.check_length(scope)
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._app(scope, body, answer)
        except TimeoutError:
            if body.whole:
                msg = f"no answer within {self._limits.seconds:g} s; send fewer articles at a time"
                raise ProblemError(503, "too-slow", msg, headers=_RETRY) from None
            msg = f"the request did not arrive within {self._limits.seconds:g} s"
            raise ProblemError(408, "timeout", msg, headers={"connection": "close"}) from None


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
            raise ProblemError(408, "timeout", msg, headers={"connection": "close"}) from None


class _Bounded:
    """Receives a request up to a size."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self.whole = False

    def check_length(self, scope: Scope) -> None:
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > self._limit:
                raise self._too_large()

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            if self._size > self._limit:
                raise self._too_large()
            self.whole = not message.get("more_body", False)
        return message

    def _too_large(self) -> ProblemError:
        msg = (
            f"more than {self._limit:,} bytes; send fewer articles at a time, or a stream of JSON "
            "lines as application/x-ndjson"
        )
        return ProblemError(413, "too-large", msg, headers={"connection": "close"})

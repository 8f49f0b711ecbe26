"""The short way to ``/v1/predict``: past the routes, which take longer than the answer."""

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from topicclf.errors import TopicclfError
from topicclf.service.bodies import JSON
from topicclf.service.predicting import answered
from topicclf.service.problems import ProblemError
from topicclf.service.state import State

__all__ = ["Direct"]

_logger = logging.getLogger(__name__)
_KIND = JSON.encode()


class Direct:
    """Answers requests to predict by itself, and hands on all others.

    Args:
        app: What answers the others.
        state: What it shares with them.
    """

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            ProblemError: It can't be answered.
        """
        if not _is_question(scope):
            await self._app(scope, receive, send)
            return
        # The gate has waited for all of it.
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        content = message["body"]
        try:
            answer = await answered(self._state, content)
        except ProblemError:
            raise
        except TopicclfError as error:
            raise ProblemError(422, "unusable", str(error)) from None
        except Exception as error:
            _logger.exception("a request could not be answered")
            detail = "an error inside the service; its log has the details"
            raise ProblemError(500, "internal", detail) from error
        length = str(len(answer)).encode()
        headers = [(b"content-type", _KIND), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def _is_question(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["path"] != "/v1/predict" or scope["method"] != "POST":
        return False
    return any(name == b"content-type" and value == _KIND for name, value in scope["headers"])

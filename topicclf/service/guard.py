"""Who may ask: the Host and Origin of a request, its token, and what a browser may do with answers.

A web page elsewhere can make a browser send requests to a service on loopback, and by DNS rebinding
even read the answers. So requests from other origins are refused, and so are host names that the
service doesn't know; a rebound name is never an address or ``localhost``.
"""

import hmac
import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from topicclf.service.problems import ProblemError, response
from topicclf.service.settings import Settings

__all__ = ["Guard"]

_SAFE = {"GET", "HEAD", "OPTIONS"}
# Changing what others see needs a token wherever others can reach the service.
_GUARDED = ("/v1/feedback", "/v1/reload", "/v1/labelling", "/v1/files")
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]


class Guard:
    """Refuses requests from where none should come, and adds the headers that protect browsers.

    Args:
        app: What is guarded.
        settings: Who may ask.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = {"localhost", settings.host.lower(), *map(str.lower, settings.names)}
        self._token = settings.token.encode() if settings.token else None
        self._open = settings.open_to_others
        self._known_hosts: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_RAW_HEADERS]
            await send(message)

        try:
            self._check(scope)
        except ProblemError as error:
            await response(error, path=scope["path"])(scope, receive, protected)
            return
        await self._app(scope, receive, protected)

    def _check(self, scope: Scope) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if host not in self._known_hosts:
            self._check_host(host)
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and urlsplit(origin).netloc != host:
            msg = f"requests from {origin[:200]} are not taken; open the service's own page"
            raise ProblemError(403, "foreign-origin", msg)
        site = headers.get(b"sec-fetch-site")
        if site in (b"cross-site", b"same-site") and scope["method"] not in _SAFE:
            msg = "requests from another site's page are not taken; open the service's own page"
            raise ProblemError(403, "foreign-origin", msg)
        if scope["path"].startswith(("/v1/", "/metrics")):
            self._check_token(scope["path"], headers)

    def _check_host(self, host: str) -> None:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            name = ""
        if not name or (name not in self._names and not _is_address(name)):
            msg = f"this service is not called {name[:200]!r}; start it with --allow-host NAME"
            raise ProblemError(421, "unknown-host", msg)
        # Names that are known are few, addresses could be many.
        if len(self._known_hosts) < 100:
            self._known_hosts.add(host)

    def _check_token(self, path: str, headers: Mapping[bytes, bytes]) -> None:
        if self._token is None:
            if self._open and path.startswith(_GUARDED):
                msg = (
                    "others can reach this service, and it has no token: corrections, labels, "
                    "files and reloads are off; start it with --token-file"
                )
                raise ProblemError(403, "needs-token", msg)
            return
        scheme, _, shown = headers.get(b"authorization", b"").partition(b" ")
        right = hmac.compare_digest(shown.strip(), self._token)
        if scheme.lower() != b"bearer" or not right:
            msg = "send the service's token: Authorization: Bearer TOKEN"
            raise ProblemError(401, "unauthorized", msg, headers={"www-authenticate": "Bearer"})


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

"""A small web server of files, with the bad manners that servers have."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

__all__ = ["Published", "publish"]


@dataclass
class Published:
    """What is served, how, and what was asked for.

    Attributes:
        url: The server's address.
        files: The bytes that stand at each path.
        drops: After how many bytes the connection breaks, for the next requests of a path.
        fails: The statuses that the next requests get instead of an answer.
        ranges: Whether a part of a file can be asked for.
        says_length: Whether the answers tell how long they are.
        asked: The path and the range of every request so far.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    drops: dict[str, list[int]] = field(default_factory=dict)
    fails: list[int] = field(default_factory=list)
    ranges: bool = True
    says_length: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        wanted = handler.headers["Range"]
        self.asked.append((handler.path, wanted))
        if self.fails:
            handler.send_error(self.fails.pop(0))
            return
        content = self.files.get(handler.path)
        if content is None:
            handler.send_error(404)
            return
        start = int(re.findall(r"\d+", wanted)[0]) if wanted and self.ranges else 0
        if start and start >= len(content):
            handler.send_error(416)
            return
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if self.says_length:
            handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        drops = self.drops.get(handler.path)
        end = start + drops.pop(0) if drops else len(content)
        handler.wfile.write(content[start:end])


@contextmanager
def publish() -> Iterator[Published]:
    """Serve files on this machine until the end of the block."""
    published = Published()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            published.answer(self)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    published.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield published
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

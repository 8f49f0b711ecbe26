"""Files that are sent: kept under a name of ours, up to a size."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath

from fastapi import Request

from topicclf.errors import TopicclfError
from topicclf.records.options import FORMATS, PACKINGS
from topicclf.service.bodies import BYTES, content_type
from topicclf.service.problems import ProblemError

__all__ = ["ending_of", "received", "uploaded"]


async def received(request: Request, file: Path, *, most_bytes: int) -> int:
    """Write a request's body into a file as it comes, and give its size.

    Raises:
        ProblemError: It is larger than it may be, empty, or has another content type.
    """
    if content_type(request) != BYTES:
        msg = f"send the file as the body, with Content-Type: {BYTES}"
        raise ProblemError(415, "content-type", msg, headers={"accept": BYTES})
    size = 0
    with file.open("wb") as opened:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most_bytes:
                msg = f"more than {most_bytes:,} bytes; use the command line for files like this"
                raise ProblemError(413, "too-large", msg, headers={"connection": "close"})
            opened.write(chunk)
    if not size:
        raise ProblemError(422, "empty", "the file is empty")
    return size


@asynccontextmanager
async def uploaded(request: Request, *, name: str, most_bytes: int) -> AsyncIterator[Path]:
    """A request's body as a file that goes away afterwards.

    Args:
        request: The request.
        name: The file's name where it came from; of it only the ending counts.
        most_bytes: How large it may be.
    """
    handle, path = tempfile.mkstemp(prefix="topicclf-", suffix=ending_of(name))
    os.close(handle)
    try:
        await received(request, Path(path), most_bytes=most_bytes)
        yield Path(path)
    except TopicclfError as error:
        # Where it was put is nobody's business.
        problem = str(error).replace(path, "the file")
        raise ProblemError(422, "unusable", problem) from None
    finally:
        Path(path).unlink(missing_ok=True)


def ending_of(name: str) -> str:
    """The ending of a file's name if it is one of a known format; otherwise nothing."""
    *_, before, last = ("", "", *PurePosixPath(name.lower()).suffixes)
    known = {ending for endings in FORMATS.values() for ending in endings}
    if last in PACKINGS:
        return before + last if before in known else last
    return last if last in known else ""

"""No command writes over what it reads."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from topicclf.errors import DataError
from topicclf.records.sources import STDIN

__all__ = ["is_same_file", "require_apart"]


def require_apart(
    output: str | os.PathLike[str] | int, *, reads: Iterable[str | os.PathLike[str]]
) -> None:
    """Refuse to write to a file that is read, under whatever name.

    Args:
        output: The file to write, or its descriptor.
        reads: The files to read; ``-`` is standard input.

    Raises:
        DataError: They are the same.
    """
    for source in reads:
        if is_same_file(output, source):
            name = "standard output" if isinstance(output, int) else os.fspath(output)
            read = "standard input" if source == STDIN else os.fspath(source)
            same = "" if name == read else f", which is the same file as {name}"
            msg = f"can't write over {read}{same}: it is read here; name another file"
            raise DataError(msg)


def is_same_file(output: str | os.PathLike[str] | int, source: str | os.PathLike[str]) -> bool:
    """Whether an output is a file that a source means.

    Args:
        output: The file to write, or its descriptor.
        source: A file, ``-`` for standard input, or ``archive/member``.
    """
    with suppress(OSError, ValueError):
        written = os.fstat(output) if isinstance(output, int) else Path(output).stat()
        return os.path.samestat(written, _status(source))
    return False


def _status(source: str | os.PathLike[str]) -> os.stat_result:
    if source == STDIN:
        return os.fstat(sys.stdin.fileno())
    path = Path(source)
    # What is in an archive is named behind it.
    while not path.exists() and path != path.parent:
        path = path.parent
    return path.stat()

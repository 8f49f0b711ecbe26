"""Pipes: what they hold now, and whether more would have to be waited for."""

import io
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO, TypeVar, cast

from topicclf.errors import DataError

__all__ = ["LiveReader", "live_reader", "paused_input", "standard_input"]

_BUFFER = 1 << 18
# Whoever writes a line often writes another at once.
_PATIENCE_S = 0.05

T = TypeVar("T")


class LiveReader(io.BufferedReader):
    """A pipe, socket or terminal, which may have nothing to read and yet go on.

    Args:
        file: What it reads from.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._inner = file
        self._left = 0
        super().__init__(cast("io.RawIOBase", _AsItComes(file)), _BUFFER)

    def counted(self, lines: list[T]) -> Iterator[T]:
        """Hand out lines that have been read, and keep count of those that are left."""
        for self._left in range(len(lines) - 1, -1, -1):
            yield lines[-1 - self._left]

    def paused(self) -> bool:
        """Whether to read on now would be to wait, as far as the system can say."""
        if self._left:
            return False
        try:
            ready, _, _ = select.select([self._inner.fileno()], [], [], _PATIENCE_S)
        except (OSError, ValueError):
            # Windows knows this of sockets only.
            return False
        return not ready


class _AsItComes(io.RawIOBase):
    """Hands on what there is; at first at least a line, so that the format can be seen."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._first = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._read(len(buffer))
        while self._first and len(content) < len(buffer) and b"\n" not in content.lstrip():
            more = self._read(len(buffer) - len(content))
            if not more:
                break
            content += more
        self._first = False
        buffer[: len(content)] = content
        return len(content)

    def _read(self, size: int) -> bytes:
        read = getattr(self._file, "read1", self._file.read)
        return cast("bytes", read(size))


def live_reader(file: BinaryIO) -> io.BufferedReader | None:
    """A reader for what is no file on a disk; None for what is."""
    try:
        mode = os.fstat(file.fileno()).st_mode
    except (OSError, ValueError):
        return None
    return None if stat.S_ISREG(mode) or stat.S_ISBLK(mode) else LiveReader(file)


def standard_input() -> io.BufferedReader:
    """The reader of standard input; the same one for whoever asks, as it can be read only once.

    Raises:
        DataError: There is none.
    """
    # Where it is missing, the command line has put something empty in its place.
    if sys.stdin is None or getattr(sys.stdin, "name", None) == os.devnull:
        msg = "standard input is closed; name a file"
        raise DataError(msg)
    return _reader_of(sys.stdin.buffer)


@lru_cache(1)
def _reader_of(file: BinaryIO) -> io.BufferedReader:
    return live_reader(file) or io.BufferedReader(cast("io.RawIOBase", _AsItComes(file)), _BUFFER)


def paused_input() -> Callable[[], bool] | None:
    """What says whether standard input has nothing more for now; None if that never happens."""
    reader = standard_input()
    return reader.paused if isinstance(reader, LiveReader) else None

"""Bytes to lines, none of them longer than a bound."""

import io
from collections.abc import Iterator

from topicclf.records.live import LiveReader
from topicclf.records.options import LONGEST_RECORD
from topicclf.records.unpacking import DAMAGED, DamagedError

__all__ = ["TOO_LONG", "RawLine", "TooLong", "raw_lines"]

_BLOCK = 1 << 18


class TooLong:
    """In the place of a line that is longer than the bound."""

    problem = f"longer than {LONGEST_RECORD >> 20} MiB, the most that one record may have"


TOO_LONG = TooLong()
RawLine = bytes | TooLong


def raw_lines(file: io.BufferedReader, *, end: bytes = b"\n") -> Iterator[RawLine]:
    """Read a file line by line, each with its end.

    Args:
        file: The file; a live one is kept informed of how many lines are still to be handed out.
        end: What ends a line, one byte.

    Raises:
        DamagedError: The file is packed, and breaks off.
    """
    rest = _Rest()
    number = 0
    while True:
        try:
            block = file.read1(_BLOCK)
        except DAMAGED as error:
            raise DamagedError(error, number + 1) from error
        if not block:
            break
        lines = _split(block, end)
        last = lines.pop() if not lines[-1].endswith(end) else b""
        number += len(lines)
        if lines:
            whole = [rest.take(lines[0]), *lines[1:]]
            yield from file.counted(whole) if isinstance(file, LiveReader) else whole
        rest.add(last)
    if line := rest.take(b""):
        yield line


def _split(block: bytes, end: bytes) -> list[bytes]:
    if end == b"\n":
        return io.BytesIO(block).readlines()
    *whole, last = block.split(end)
    lines = [line + end for line in whole]
    return [*lines, last] if last else lines


class _Rest:
    """The beginning of a line whose end has not come yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > LONGEST_RECORD:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def take(self, end: bytes) -> bytes | TooLong:
        self.add(end)
        line = b"".join(self._parts)
        too_long = self._size > LONGEST_RECORD
        self._parts, self._size = [], 0
        return TOO_LONG if too_long else line

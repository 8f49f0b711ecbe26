"""Rows as JSON lines."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import IO, Any

from topicclf.records.record import BadRecord
from topicclf.writing.row import Row, Tagged, as_json, free_names, joined

__all__ = ["JsonlWriter", "encoded", "is_bad_line", "whole_lines"]

_BAD = b'{"error": '
# One large write costs less than many small ones.
_HELD_BYTES = 1 << 20
_escaped = json.JSONEncoder(default=str).encode


class JsonlWriter:
    """Writes each row as a line.

    Args:
        file: Where to.
        topics: The model's topics.
        blanks: Whether what is filtered out leaves a blank line.
    """

    def __init__(self, file: IO[bytes], topics: Sequence[str], *, blanks: bool = False) -> None:
        self._file = file
        self._topics = topics
        # What is added to every record is put together by hand, which is faster.
        names = (as_json(topic).replace("%", "%%") for topic in topics)
        inner = ", ".join(f"{name}: %r" for name in names)
        self._answer = f'"topics": %s, "probabilities": {{{inner}}}'
        self._blank = b"\n" if blanks else b""
        self._held: list[bytes] = []
        self._size = 0

    def write(self, row: Row) -> None:
        """Write a row; a record that was JSON stays as it was written, down to its last digit."""
        if row is None:
            self._held.append(self._blank)
            return
        line = self._line(row)
        self._held.append(line)
        self._size += len(line)
        if self._size >= _HELD_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand on all rows."""
        self._file.write(b"".join(self._held))
        self._file.flush()
        self._held, self._size = [], 0

    def close(self) -> None:
        """Hand on all rows."""
        self.flush()

    def _line(self, row: Tagged | BadRecord) -> bytes:
        if isinstance(row, BadRecord):
            return encoded({"error": row.problem, "file": row.file, "line": row.line}) + b"\n"
        record, topics, probabilities, more = row
        names = tuple(record.fields)
        if not record.json or free_names(names) != names:
            return encoded(joined(row, self._topics)) + b"\n"
        answer = (self._answer % (_list(topics), *probabilities)).encode()
        if more:
            answer += b", " + encoded(more)[1:-1]
        return b"%b, %b}\n" % (record.json.rstrip()[:-1], answer)


def encoded(value: Mapping[str, Any]) -> bytes:
    """A value as JSON in UTF-8, dates and the like as text."""
    try:
        return as_json(value).encode()
    except UnicodeEncodeError:
        # Lone surrogates: only JSON's own escapes can say them.
        return _escaped(value).encode()


@lru_cache
def _list(topics: tuple[str, ...]) -> str:
    return as_json(topics)


def whole_lines(file: Iterable[bytes]) -> Iterator[bytes]:
    """The rows of a file that may end in the midst of one."""
    return (line for line in file if line.endswith(b"\n"))


def is_bad_line(line: bytes) -> bool:
    """Whether a row stands for a bad record."""
    return line.startswith(_BAD)

"""Rows as JSON lines."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from topicclf.records.record import BadRecord, Record
from topicclf.writing.row import Row, as_json, free_names, joined

__all__ = ["JsonlWriter", "is_bad_line", "whole_lines"]

_BAD = b'{"error": '
_escaped = json.JSONEncoder(default=str).encode


class JsonlWriter:
    """Writes each row as a line.

    Args:
        file: Where to.
        blanks: Whether what is filtered out leaves a blank line.
    """

    def __init__(self, file: IO[bytes], *, blanks: bool = False) -> None:
        self._file = file
        self._blank = b"\n" if blanks else b""

    def write(self, row: Row) -> None:
        """Write a row; a record that was JSON stays as it was written, down to its last digit."""
        if row is None:
            self._file.write(self._blank)
            return
        try:
            line = _line(row, as_json).encode()
        except UnicodeEncodeError:
            # Lone surrogates: only JSON's own escapes can say them.
            line = _line(row, _escaped).encode()
        self._file.write(line)

    def close(self) -> None:
        """Nothing is left to write."""


def _line(row: tuple[Record, dict[str, Any]] | BadRecord, encode: Callable[[Any], str]) -> str:
    if isinstance(row, BadRecord):
        return encode({"error": row.problem, "file": row.file, "line": row.line}) + "\n"
    record, added = row
    names = tuple(record.fields)
    if record.json and free_names(names) == names:
        return f"{record.json.rstrip()[:-1]}, {encode(added)[1:]}\n"
    return encode(joined(record, added)) + "\n"


def whole_lines(file: Iterable[bytes]) -> Iterator[bytes]:
    """The rows of a file that may end in the midst of one."""
    return (line for line in file if line.endswith(b"\n"))


def is_bad_line(line: bytes) -> bool:
    """Whether a row stands for a bad record."""
    return line.startswith(_BAD)

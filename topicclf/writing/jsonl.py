"""Rows as JSON lines."""

import json
from collections.abc import Iterable, Iterator
from typing import IO

from topicclf.records.record import BadRecord
from topicclf.writing.row import Row, as_json

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
        """Write a row."""
        if row is None:
            self._file.write(self._blank)
            return
        if isinstance(row, BadRecord):
            row = {"error": row.problem, "file": row.file, "line": row.line}
        try:
            line = as_json(row).encode()
        except UnicodeEncodeError:
            # Lone surrogates: only JSON's own escapes can say them.
            line = _escaped(row).encode()
        self._file.write(line + b"\n")

    def close(self) -> None:
        """Nothing is left to write."""


def whole_lines(file: Iterable[bytes]) -> Iterator[bytes]:
    """The rows of a file that may end in the midst of one."""
    return (line for line in file if line.endswith(b"\n"))


def is_bad_line(line: bytes) -> bool:
    """Whether a row stands for a bad record."""
    return line.startswith(_BAD)

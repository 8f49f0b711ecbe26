"""Rows as CSV or TSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from topicclf.records.record import BadRecord
from topicclf.writing.row import PROBABILITY, Row, Tagged, as_json, joined

__all__ = ["DelimitedWriter", "is_bad_row", "read_header", "whole_rows"]

_ERROR = "error"
# So many rows, or as many as have so many characters, tell the columns.
_FIRST_ROWS = 256
_FIRST_CHARACTERS = 1 << 20
#: What parts the topics of an article.
_BETWEEN_TOPICS = ";"


class DelimitedWriter:
    """Writes a header and each row; a probability is a column, other nested values are JSON.

    The columns are those of the first 256 rows. A later row with another one becomes an error in
    its place, as there is no way back to the header.

    Args:
        file: Where to.
        topics: The model's topics.
        delimiter: What parts the fields.
        header: The columns, if they stand in the file already.
        blanks: Whether what is filtered out leaves a blank line.
    """

    def __init__(
        self,
        file: IO[bytes],
        topics: Sequence[str],
        *,
        delimiter: str = ",",
        header: Sequence[str] = (),
        blanks: bool = False,
    ) -> None:
        self._topics = topics
        # Lone surrogates have no bytes.
        self._text = io.TextIOWrapper(file, "utf-8", errors="replace", newline="")
        self._writer = csv.writer(self._text, delimiter=delimiter, lineterminator="\n")
        self._columns = list(header)
        self._blank = "\n" if blanks else ""
        self._waiting: list[Row] = []
        self._size = 0

    def write(self, row: Row) -> None:
        """Write a row; the first ones wait until they tell the columns."""
        if self._columns:
            self._write(row)
            return
        self._waiting.append(row)
        self._size += sum(
            len(value) for value in self._flat(row).values() if isinstance(value, str)
        )
        if self._size >= _FIRST_CHARACTERS or len(self._waiting) >= _FIRST_ROWS:
            self._start()

    def flush(self) -> None:
        """Hand on what has been written; the first rows may still wait."""
        self._text.flush()

    def close(self) -> None:
        """Write what still waits."""
        if not self._columns:
            self._start()
        self._text.detach()

    def _start(self) -> None:
        columns = dict.fromkeys(name for row in map(self._flat, self._waiting) for name in row)
        # The last one, so that a bad row can be told by its end.
        columns.pop(_ERROR, None)
        self._columns = [*columns, _ERROR]
        self._writer.writerow(self._columns)
        rows, self._waiting = self._waiting, []
        for row in rows:
            self._write(row)

    def _write(self, row: Row) -> None:
        if row is None:
            self._text.write(self._blank)
        else:
            self._writer.writerow(self._cells(row))

    def _cells(self, row: Row) -> list[object]:
        flat = self._flat(row)
        error = str(row) if isinstance(row, BadRecord) else ""
        if strange := [name for name in flat if name not in self._columns]:
            flat, error = {}, f"a field {strange[0]!r} that earlier records lack; write jsonl"
        return [flat.get(name) for name in self._columns[:-1]] + [error]

    def _flat(self, row: Row) -> dict[str, object]:
        if not isinstance(row, Tagged):
            return {}
        flat: dict[str, object] = {}
        for name, value in joined(row, self._topics).items():
            if name == "topics":
                flat[name] = _BETWEEN_TOPICS.join(value)
            elif name == "probabilities":
                flat.update((f"{PROBABILITY}{topic}", p) for topic, p in value.items())
            else:
                flat[name] = as_json(value) if isinstance(value, dict | list) else value
        # A column of its own from the start, or the first text that has one would not fit.
        flat.setdefault("language", None)
        return flat


def whole_rows(file: Iterable[bytes]) -> Iterator[bytes]:
    """The rows, header included, of a file that may end in the midst of one."""
    lines: list[bytes] = []
    quotes = 0
    for line in file:
        lines.append(line)
        quotes += line.count(b'"')
        # Within quotes a line's end is text, and quotes that are text stand twice.
        if quotes % 2 == 0 and line.endswith(b"\n"):
            yield b"".join(lines)
            lines = []


def is_bad_row(row: bytes) -> bool:
    """Whether a row stands for a bad record: its last field is not empty."""
    return not row.endswith((b",\n", b"\t\n")) and row != b"\n"


def read_header(row: bytes, *, delimiter: str) -> list[str]:
    """The columns that a header names."""
    return next(csv.reader([row.decode()], delimiter=delimiter))

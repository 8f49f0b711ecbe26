"""Rows as JSON lines."""

from collections.abc import Sequence
from functools import lru_cache
from typing import IO

from topicclf.records.record import BadRecord
from topicclf.text.json_text import encoded
from topicclf.writing.row import Tagged, free_names, joined

__all__ = ["JsonlWriter", "encoded"]


class JsonlWriter:
    """Writes each row as a line.

    Args:
        file: Where to.
        topics: The model's topics.
    """

    def __init__(self, file: IO[bytes], topics: Sequence[str]) -> None:
        self.problems: list[BadRecord] = []
        self._file = file
        self._topics = topics
        self._held = bytearray()
        names = (encoded(topic).replace(b"%", b"%%") for topic in topics)
        numbers = b",".join(b"%b:%%b" % name for name in names)
        self._answer = b', "topics": %%b, "probabilities": {%b}%%b\n' % numbers

    @property
    def absent(self) -> list[str]:
        """None: a line has whatever its record has."""
        return []

    def write(self, row: Tagged | BadRecord) -> None:
        """Write a row; a record that was JSON stays as it was written, down to its last digit."""
        if isinstance(row, Tagged):
            try:
                self._hold(row)
                return
            except (TypeError, ValueError, RecursionError) as error:
                record = row.record
                row = BadRecord(f"can't be written as JSON: {error}", record.file, record.line)
                self.problems.append(row)
        bad = {"error": row.problem, "file": row.file, "line": row.line}
        self._held += encoded(bad) + b"\n"

    def flush(self) -> None:
        """Hand on all rows."""
        self._file.write(self._held)
        self._held.clear()

    def close(self) -> None:
        """Hand on all rows."""
        self.flush()

    def _hold(self, row: Tagged) -> None:
        record = row.record
        names = tuple(record.fields)
        if not record.json or free_names(names) != names:
            self._held += encoded(joined(row, self._topics)) + b"\n"
            return
        numbers = encoded(row.probabilities)[1:-1].split(b",")
        others = b", %b" % encoded(row.more)[1:] if row.more else b"}"
        answer = self._answer % (_list(row.topics), *numbers, others)
        line = record.json if record.json.endswith(b"}\n") else record.json.rstrip() + b"\n"
        self._held += line
        # The bracket at its end, and the line's.
        del self._held[-2:]
        self._held += answer


@lru_cache
def _list(topics: tuple[str, ...]) -> bytes:
    return encoded(topics)

"""What is written for one record of the input."""

import json
from functools import lru_cache
from typing import Any, Protocol

from topicclf.records.record import BadRecord, Record

__all__ = ["ADDED", "PROBABILITY", "Row", "Writer", "as_json", "free_names", "joined"]

#: A record and what the answer adds to it; a bad record; or nothing, for one that is filtered out.
Row = tuple[Record, dict[str, Any]] | BadRecord | None

#: The names of what is added to a record.
ADDED = frozenset({"topics", "probabilities", "terms", "evidence", "language", "error"})
#: What a probability's column is called in CSV, before the topic.
PROBABILITY = "probability_"

#: JSON of any value that a file can hold, dates and the like as text.
as_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


class Writer(Protocol):
    """Writes rows in one format."""

    def write(self, row: Row) -> None:
        """Write a row."""

    def flush(self) -> None:
        """Hand on what has been written, as far as the format allows."""

    def close(self) -> None:
        """Write what is left to write; the file stays open."""


def joined(record: Record, added: dict[str, Any]) -> dict[str, Any]:
    """A record's fields and what is added; a field with one of its names gets ``input_`` before it.

    >>> joined(Record("Navy.", "", {"text": "Navy.", "topics": 1}, "a", 1), {"topics": ["defence"]})
    {'text': 'Navy.', 'input_topics': 1, 'topics': ['defence']}
    """
    names = tuple(record.fields)
    free = free_names(names)
    if free == names:
        return record.fields | added
    return dict(zip(free, record.fields.values(), strict=True)) | added


@lru_cache
def free_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that make room for what is added."""
    made: list[str] = []
    for name in names:
        free = name
        while free in ADDED or free.startswith(PROBABILITY) or (free != name and free in names):
            free = f"input_{free}"
        made.append(free)
    return tuple(made)

"""What is written for one record of the input."""

import json
from functools import lru_cache
from typing import Any, Protocol

from topicclf.records.record import BadRecord

__all__ = ["ADDED", "PROBABILITY", "Row", "Writer", "as_json", "renamed"]

#: A record with its answer; a bad record; or nothing, for one that was filtered out.
Row = dict[str, Any] | BadRecord | None

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

    def close(self) -> None:
        """Write what is left to write; the file stays open."""


def renamed(fields: dict[str, Any]) -> dict[str, Any]:
    """Make room for the answer: a field that has one of its names gets ``input_`` before it.

    >>> renamed({"text": "The navy.", "topics": ["defence"]})
    {'text': 'The navy.', 'input_topics': ['defence']}
    """
    names = tuple(fields)
    free = _free(names)
    return fields if free == names else dict(zip(free, fields.values(), strict=True))


@lru_cache
def _free(names: tuple[str, ...]) -> tuple[str, ...]:
    made: list[str] = []
    for name in names:
        free = name
        while free in ADDED or free.startswith(PROBABILITY) or (free != name and free in names):
            free = f"input_{free}"
        made.append(free)
    return tuple(made)

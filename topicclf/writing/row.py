"""What is written for one record of the input."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from topicclf.records.record import BadRecord, Record

__all__ = ["ADDED", "PROBABILITY", "Row", "Tagged", "Writer", "as_json", "free_names", "joined"]


class Tagged(NamedTuple):
    """A record and its answer.

    Attributes:
        record: The record.
        topics: The topics that it carries, most probable first.
        probabilities: The probability of each of the model's topics, in their order.
        more: A language that is not the model's, and what else was asked for: terms and evidence.
    """

    record: Record
    topics: tuple[str, ...]
    probabilities: list[float]
    more: Mapping[str, Any] = {}


#: A record and its answer; a bad record; or nothing, for one that is filtered out.
Row = Tagged | BadRecord | None

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


def joined(row: Tagged, topics: Sequence[str]) -> dict[str, Any]:
    """A record's fields and its answer; a field that has a name of ours gets ``input_`` before it.

    Args:
        row: The record and its answer.
        topics: The model's topics.

    >>> record = Record("Navy.", "", {"text": "Navy.", "topics": 1}, "a", 1)
    >>> joined(Tagged(record, (), [0.25]), ["defence"])
    {'text': 'Navy.', 'input_topics': 1, 'topics': [], 'probabilities': {'defence': 0.25}}
    """
    fields = row.record.fields
    names = free_names(tuple(fields))
    probabilities = dict(zip(topics, row.probabilities, strict=True))
    return {
        **dict(zip(names, fields.values(), strict=True)),
        "topics": list(row.topics),
        "probabilities": probabilities,
        **row.more,
    }


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

"""What is written for one record of the input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from topicclf.records.record import BadRecord, Record

__all__ = ["ADDED", "PROBABILITY", "Row", "Skipped", "Tagged", "Writer", "free_names", "joined"]


@dataclass(slots=True)
class Tagged:
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
    more: Mapping[str, Any] = field(default_factory=dict)


class Skipped(NamedTuple):
    """A record that is filtered out.

    Attributes:
        record: The record.
    """

    record: Record


#: A record and its answer; one that is filtered out; or a bad record.
Row = Tagged | Skipped | BadRecord

#: The names of what is added to a record.
ADDED = frozenset({"topics", "probabilities", "terms", "evidence", "language", "error"})
#: What a probability's column is called in CSV, before the topic.
PROBABILITY = "probability_"


class Writer(Protocol):
    """Writes rows in one format.

    Attributes:
        problems: Rows that could not be written whole, since this was last emptied.
    """

    problems: list[BadRecord]

    @property
    def absent(self) -> list[str]:
        """Columns that were asked for and that no row had."""

    def write(self, row: Tagged | BadRecord) -> None:
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
def free_names(names: tuple[str, ...], taken: frozenset[str] = ADDED) -> tuple[str, ...]:
    """Names that make room for what is added.

    Args:
        names: The names of a record's fields.
        taken: The names of what is added.
    """
    made: list[str] = []
    there = frozenset(names)
    for name in names:
        free = name
        while free in taken or free.startswith(PROBABILITY) or (free != name and free in there):
            free = f"input_{free}"
        made.append(free)
    return tuple(made)

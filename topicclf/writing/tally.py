"""Counts of what was written, and the sentence about them."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from topicclf.records.record import BadRecord
from topicclf.writing.row import Row, Tagged

__all__ = ["Tally"]

# So many topics are named, the most frequent first.
_NAMED = 10


class Tally:
    """How many records there were, which topics they carry, and how many are bad.

    Args:
        state: What `state` gave in an earlier run.

    Attributes:
        records: How many there were.
        bad: How many of them can't be used, or could not be written whole.
        first: What is wrong with the first of them.
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        state = state or {}
        self.records: int = state.get("records", 0)
        self.bad: int = state.get("bad", 0)
        self.first: str = state.get("first", "")
        self._left_out: int = state.get("left_out", 0)
        self._before: Mapping[str, int] = state.get("topics", {})
        # Few sets of topics are frequent, so that they are counted faster than topics.
        self._sets: defaultdict[tuple[str, ...], int] = defaultdict(int)

    def add(self, row: Row) -> None:
        """Count one more."""
        self.records += 1
        if isinstance(row, Tagged):
            self._sets[row.topics] += 1
        elif isinstance(row, BadRecord):
            self.add_problem(row)
        else:
            self._left_out += 1

    def add_topics(self, topics: tuple[str, ...]) -> None:
        """Count what an article carries."""
        self._sets[topics] += 1

    def add_problem(self, problem: BadRecord) -> None:
        """Count a record that can't be used or written whole."""
        self.bad += 1
        self.first = self.first or str(problem)

    def _topics(self) -> Counter[str]:
        counts = Counter(self._before)
        for topics, count in self._sets.items():
            counts.update(dict.fromkeys(topics or ("",), count))
        return counts

    @property
    def state(self) -> dict[str, Any]:
        """All counts, to go on with in a later run."""
        return {
            "records": self.records,
            "bad": self.bad,
            "first": self.first,
            "left_out": self._left_out,
            "topics": dict(self._topics()),
        }

    def summary(self) -> str:
        """What was done, in a line.

        >>> tally = Tally()
        >>> tally.add_topics(("trade",))
        >>> tally.records = 1
        >>> tally.summary()
        '1 record: trade 1, no topic 0'
        """
        topics = self._topics()
        none = topics.pop("", 0)
        counts = [f"{topic} {count:,}" for topic, count in topics.most_common(_NAMED)]
        if (rest := len(topics) - _NAMED) > 0:
            counts.append(f"{rest} more topics")
        counts.append(f"no topic {none:,}")
        if self._left_out:
            counts.append(f"left out {self._left_out:,}")
        return f"{_records(self.records)}: {', '.join(counts)}"

    def complaint(self) -> str:
        """How many records are bad, and what is wrong with the first of them."""
        return f"{self.bad:,} of {_records(self.records)} can't be used; the first: {self.first}"


def _records(count: int) -> str:
    return f"{count:,} record{'s' * (count != 1)}"

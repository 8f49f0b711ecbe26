"""A summary of tagged articles, and how it is told over time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from topicclf.evaluation.intervals import wilson
from topicclf.summary.periods import Period

__all__ = ["Cell", "Example", "Slot", "Summary"]

# From here on an interval says more than that nothing is known.
_ENOUGH = 10
_LEVEL = 0.95


@dataclass(frozen=True)
class Cell:
    """How many of some articles carry a topic.

    Attributes:
        count: Those that do.
        of: All of them.
    """

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """Their share; None of nothing."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """A 95 % interval of the share (Wilson, 1927); None where there are too few articles.

        >>> Cell(2, 5).interval is None, Cell(20, 50).interval is None
        (True, False)
        """
        return wilson(self.count, self.of, level=_LEVEL) if self.of >= _ENOUGH else None


@dataclass(frozen=True)
class Slot:
    """The articles of one period, or with one value of a field.

    Attributes:
        name: The period or the value.
        n: How many articles there are.
        none: How many of them carry none of the topics.
        counts: How many carry each topic.
    """

    name: str
    n: int
    none: int
    counts: Mapping[str, int]

    def cell(self, topic: str) -> Cell:
        """How many of its articles carry a topic."""
        return Cell(self.counts.get(topic, 0), self.n)


@dataclass(frozen=True)
class Example:
    """An article that carries a topic with great probability.

    Attributes:
        title: Its title, or the beginning of its text.
        date: Its date as it was given, or nothing.
        place: Its file and line.
        probability: The topic's.
        sentences: The sentences that speak for the topic.
    """

    title: str
    date: str
    place: str
    probability: float
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """What a stream of tagged articles holds.

    Attributes:
        topics: The topics, in order.
        all: All articles.
        bad: How many records were none.
        examples: Articles for each topic, the most probable first.
        by: What the slots go by: a field's name, nothing if there is none.
        period: How long they are; None where they are no periods.
        slots: One for each period from the first article to the last, or for each value, the most
            frequent first.
        undated: How many articles have no such value, or no date.
    """

    topics: tuple[str, ...]
    all: Slot
    bad: int
    examples: Mapping[str, Sequence[Example]]
    by: str = ""
    period: Period | None = None
    slots: tuple[Slot, ...] = ()
    undated: int = 0

    def rows(self) -> Iterator[list[str]]:
        """The numbers as rows of a table, with a head: all articles, and each slot."""
        yield [self._head(), "articles", *self.topics, "none"]
        for slot in (self.all, *self.slots):
            counts = (str(slot.counts.get(topic, 0)) for topic in self.topics)
            yield [slot.name, str(slot.n), *counts, str(slot.none)]

    def _head(self) -> str:
        return f"{self.by} ({self.period})" if self.period else self.by

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain dictionaries, lists, strings and numbers."""
        return {
            "topics": list(self.topics),
            "articles": self.all.n,
            "none": self.all.none,
            "bad": self.bad,
            "counts": {topic: _cell(self.all.cell(topic)) for topic in self.topics},
            "by": self.by,
            "period": self.period,
            "undated": self.undated,
            "slots": [
                {
                    "name": slot.name,
                    "articles": slot.n,
                    "none": slot.none,
                    "counts": {topic: _cell(slot.cell(topic)) for topic in self.topics},
                }
                for slot in self.slots
            ],
            "examples": {
                topic: [vars(example) | {"sentences": list(example.sentences)} for example in some]
                for topic, some in self.examples.items()
            },
        }


def _cell(cell: Cell) -> dict[str, Any]:
    interval = cell.interval
    return {
        "count": cell.count,
        "share": cell.share,
        "interval": None if interval is None else list(interval),
    }

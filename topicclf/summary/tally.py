"""Tagged articles to a summary: counted as they come, in memory that does not grow with them."""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from topicclf.errors import DataError
from topicclf.labelled.fields import date_of, field_text
from topicclf.render.wording import shortened
from topicclf.summary.periods import PERIODS, Period, fitting_period, label, next_start, start
from topicclf.summary.summary import Example, Slot, Summary

__all__ = ["By", "Sentences", "Tagged", "Tally"]

#: Fields that usually hold a date, the likeliest first.
_DATES = ("date", "published", "published_at", "pubdate", "pub_date", "datetime", "time", "created")
_MOST_VALUES = 10_000
_SHOWN_VALUES = 100
_MOST_PERIODS = 4000
_EXAMPLES = 5
_TITLE = 120
# So much of a text is kept to show sentences of.
_KEPT_CHARACTERS = 20_000

#: Finds the sentences of an article that speak for a topic, from its title and its text.
Sentences = Callable[[str, str, str], Sequence[str]]


@dataclass(frozen=True)
class By:
    """What to tell the articles apart by.

    Attributes:
        name: A field's name; nothing takes the first that usually holds a date.
        period: How long the periods are; None takes what fits where the field holds dates.
    """

    name: str = ""
    period: Period | None = None

    @classmethod
    def parse(cls, text: str) -> "By":
        """Take ``date:month`` for a field and a period.

        Raises:
            DataError: There is no such period.

        >>> By.parse("date:month"), By.parse("source")
        (By(name='date', period='month'), By(name='source', period=None))
        """
        name, colon, period = text.rpartition(":")
        if not colon:
            return cls(text)
        for known in PERIODS:
            if period == known:
                return cls(name, known)
        msg = f"{text!r}: there are {', '.join(PERIODS)}; write for example {name or 'date'}:month"
        raise DataError(msg)


@dataclass(frozen=True, slots=True)
class Tagged:
    """An article with its topics.

    Attributes:
        topics: The topics that it carries.
        probabilities: Of each topic, as far as it is known.
        title: Its title, or nothing.
        text: Its text.
        fields: Everything that its record holds.
        place: Its file and line.
    """

    topics: Sequence[str]
    probabilities: Mapping[str, float]
    title: str
    text: str
    fields: Mapping[str, Any]
    place: str


@dataclass
class _Count:
    n: int = 0
    none: int = 0
    topics: Counter[str] = field(default_factory=Counter)

    def add(self, topics: Sequence[str]) -> None:
        self.n += 1
        self.none += not topics
        self.topics.update(topics)

    def join(self, other: "_Count") -> None:
        self.n += other.n
        self.none += other.none
        self.topics.update(other.topics)

    def slot(self, name: str) -> Slot:
        return Slot(name, self.n, self.none, dict(self.topics))


class Tally:
    """Counts tagged articles as they come.

    Args:
        topics: The topics, if they are known; others are added as they come.
        by: What to tell the articles apart by; None for all together.
    """

    def __init__(self, topics: Sequence[str] = (), *, by: By | None = None) -> None:
        self.bad = 0
        self._topics = dict.fromkeys(topics)
        self._by = by
        self._name = by.name if by else ""
        self._all = _Count()
        self._values: dict[str, _Count] = {}
        self._undated = 0
        self._best: dict[str, list[tuple[float, int, Tagged]]] = {}

    @property
    def n(self) -> int:
        """How many articles there have been."""
        return self._all.n

    def add(self, article: Tagged) -> None:
        """Count one.

        Raises:
            DataError: The field has too many values to be told apart.
        """
        topics = list(dict.fromkeys(article.topics))
        self._topics.update(dict.fromkeys(article.probabilities) | dict.fromkeys(topics))
        self._all.add(topics)
        if self._by is not None:
            self._add_value(article, topics)
        for topic in topics:
            probability = article.probabilities.get(topic, 1.0)
            best = self._best.setdefault(topic, [])
            entry = (probability, -self._all.n, article)
            if len(best) < _EXAMPLES:
                heapq.heappush(best, entry)
            elif entry > best[0]:
                heapq.heapreplace(best, entry)

    def _add_value(self, article: Tagged, topics: Sequence[str]) -> None:
        if not self._name:
            names = {name.lower(): name for name in article.fields}
            self._name = next((names[each] for each in _DATES if each in names), "")
        text = field_text(article.fields, self._name) if self._name else ""
        if not text:
            self._undated += 1
            return
        # Of a moment only the day counts, or every article would have a value of its own.
        day = date_of(text) or date_of(f"{text}-01")
        value = day.isoformat() if day else text
        if value not in self._values and len(self._values) >= _MOST_VALUES:
            msg = (
                f"{self._name!r} has more than {_MOST_VALUES:,} values; take another field, or a "
                "date"
            )
            raise DataError(msg)
        self._values.setdefault(value, _Count()).add(topics)

    def summary(self, sentences: Sentences | None = None) -> Summary:
        """What has been counted.

        Args:
            sentences: Finds the sentences to show with examples; None shows none.

        Raises:
            DataError: No article has the field, or a date in it.
        """
        slots, period, strange = self._slots()
        topics = tuple(self._topics)
        return Summary(
            topics=topics,
            all=self._all.slot("all"),
            bad=self.bad,
            examples={
                topic: [
                    _example(probability, article, topic, sentences)
                    for probability, _, article in sorted(self._best.get(topic, ()), reverse=True)
                ]
                for topic in topics
            },
            by=self._name if self._values else "",
            period=period,
            slots=tuple(slots),
            undated=self._undated + strange,
        )

    def _slots(self) -> tuple[list[Slot], Period | None, int]:
        """The slots, how long they are, and how many articles have something else than a date."""
        if self._by is None:
            return [], None, 0
        if not self._values:
            if self._by.name and self._all.n:
                msg = f"no article has a field {self._by.name!r}"
                raise DataError(msg)
            return [], None, 0
        days = {date.fromisoformat(v): c for v, c in self._values.items() if date_of(v)}
        dated = sum(count.n for count in days.values())
        strange = sum(count.n for count in self._values.values()) - dated
        # Some records without a date don't make it another kind of field.
        if self._by.period is None and strange > dated:
            return self._by_value(), None, 0
        if not days:
            msg = f"no article's {self._name!r} is a date such as 2024-05-31"
            raise DataError(msg)
        period = self._by.period or fitting_period({day: each.n for day, each in days.items()})
        return _over_time(days, period), period, strange

    def _by_value(self) -> list[Slot]:
        most = sorted(self._values.items(), key=lambda item: (-item[1].n, item[0]))
        slots = [count.slot(value) for value, count in most[:_SHOWN_VALUES]]
        if rest := most[_SHOWN_VALUES:]:
            others = _Count()
            for _, count in rest:
                others.join(count)
            slots.append(others.slot(f"({len(rest):,} others)"))
        return slots


def _over_time(days: Mapping[date, _Count], period: Period) -> list[Slot]:
    together: dict[date, _Count] = {}
    for day, count in days.items():
        together.setdefault(start(day, period), _Count()).join(count)
    firsts = _from_first_to_last(sorted(together), period)
    return [together.get(each, _Count()).slot(label(each, period)) for each in firsts]


def _from_first_to_last(firsts: Sequence[date], period: Period) -> Sequence[date]:
    """The first days of all periods, as one without any article is a period, too."""
    every = [firsts[0]]
    while every[-1] < firsts[-1]:
        if len(every) == _MOST_PERIODS:
            # One date that is wrong by a thousand years, say.
            return firsts
        every.append(next_start(every[-1], period))
    return every


def _example(
    probability: float, article: Tagged, topic: str, sentences: Sentences | None
) -> Example:
    text = article.text[:_KEPT_CHARACTERS]
    shown = sentences(article.title, text, topic) if sentences else ()
    date_name = next((name for name in article.fields if name.lower() in _DATES), "")
    return Example(
        title=shortened(article.title or text[:500], _TITLE),
        date=field_text(article.fields, date_name) if date_name else "",
        place=article.place,
        probability=probability,
        sentences=tuple(shown),
    )

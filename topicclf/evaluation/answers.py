"""What a model says of labelled articles, beside what they carry."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from topicclf.labelled.reading import LabelledArticle
    from topicclf.model import TopicModel

__all__ = [
    "Answers",
    "answer",
    "known_labels",
    "listed",
    "log_odds",
    "no_topic",
    "require_topics",
]

_AT_ONCE = 1024
_SHOWN = 10


@dataclass(frozen=True, eq=False)
class Answers:
    """What one model says of some articles, and what is true.

    Attributes:
        topics: The topics' names, in the order of every array's columns.
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics), int8.
        probability: Likewise, float64.
        thresholds: From which probability on each topic is tagged, shape (n_topics,).
    """

    topics: tuple[str, ...]
    labels: NDArray[np.int8]
    probability: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    @cached_property
    def carried(self) -> NDArray[np.bool_]:
        """Whether the model tags each article with each topic."""
        tagged: NDArray[np.bool_] = self.probability >= self.thresholds
        return tagged

    def margins(
        self, rows: NDArray[np.int64], columns: NDArray[np.int64] | int
    ) -> NDArray[np.float64]:
        """How far the log-odds of cells are above their topics' thresholds; natural logarithm.

        Args:
            rows: The cells' articles.
            columns: Their topics.
        """
        odds = log_odds(self.probability[rows, columns]) - log_odds(self.thresholds[columns])
        return np.asarray(odds)

    def of(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Answers":
        """The answers for some of the articles."""
        return replace(self, labels=self.labels[rows], probability=self.probability[rows])


def answer(
    model: "TopicModel",
    items: Sequence["LabelledArticle"],
    *,
    topics: Sequence[str] | None = None,
    on_items: Callable[[int], object] | None = None,
) -> Answers:
    """Ask a model about labelled articles.

    Args:
        model: The model.
        items: The articles.
        topics: Those of the model's topics to look at; all by default.
        on_items: Called with the number of articles whenever some have been judged.

    Raises:
        DataError: The model lacks one of the topics.
    """
    names = tuple(model.topics if topics is None else topics)
    require_topics(model, names)
    columns = [model.topics.index(name) for name in names]
    probability = np.empty((len(items), len(names)))
    for start in range(0, len(items), _AT_ONCE):
        some = [
            {"text": item.text, "title": item.title} for item in items[start : start + _AT_ONCE]
        ]
        probability[start : start + len(some)] = model.predict_proba(some)[:, columns]
        if on_items is not None:
            on_items(len(some))
    return Answers(
        topics=names,
        labels=known_labels(items, names),
        probability=probability,
        thresholds=model.thresholds[columns],
    )


def require_topics(model: "TopicModel", topics: Sequence[str]) -> None:
    """Check that a model knows topics.

    Raises:
        DataError: It lacks one.
    """
    for topic in topics:
        if topic not in model.topics:
            raise DataError(no_topic(topic, model.topics))


def no_topic(topic: str, known: Collection[str]) -> str:
    """Say that a topic is not known, and which one was meant or which ones there are.

    >>> no_topic("trode", ["trade", "defence"])
    "the model knows no topic 'trode'; did you mean 'trade'?"
    """
    hint = did_you_mean(topic, known, otherwise=f"it knows {listed(known)}")
    return f"the model knows no topic {topic!r}; {hint}"


def listed(topics: Collection[str]) -> str:
    """Topics in a line, ten at most.

    >>> listed(["trade", "defence"])
    "'trade', 'defence'"
    """
    more = f" and {len(topics) - _SHOWN} more" if len(topics) > _SHOWN else ""
    return ", ".join(map(repr, islice(topics, _SHOWN))) + more


def known_labels(items: Sequence["LabelledArticle"], topics: Sequence[str]) -> NDArray[np.int8]:
    """Labels as an array: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics)."""
    labels = np.zeros((len(items), len(topics)), np.int8)
    column = {topic: i for i, topic in enumerate(topics)}
    for row, item in enumerate(items):
        labels[row, [column[topic] for topic in item.topics if topic in column]] = 1
        labels[row, [column[topic] for topic in item.unknown if topic in column]] = -1
    return labels


def log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """The natural logarithm of the odds, finite at 0 and 1."""
    p = np.clip(probability, 1e-15, 1 - 1e-15)
    odds: NDArray[np.float64] = np.log(p) - np.log1p(-p)
    return odds

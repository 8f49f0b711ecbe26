"""What a model says of labelled articles, beside what they carry."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError

if TYPE_CHECKING:
    from topicclf.learning.data import Labelled
    from topicclf.model import TopicModel

__all__ = ["Answers", "answer", "known_labels", "log_odds"]


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

    @property
    def carried(self) -> NDArray[np.bool_]:
        """Whether the model tags each article with each topic."""
        tagged: NDArray[np.bool_] = self.probability >= self.thresholds
        return tagged

    @property
    def margin(self) -> NDArray[np.float64]:
        """How far each log-odds is above its topic's threshold; natural logarithm."""
        odds: NDArray[np.float64] = log_odds(self.probability) - log_odds(self.thresholds)
        return odds

    def of(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Answers":
        """The answers for some of the articles."""
        return replace(self, labels=self.labels[rows], probability=self.probability[rows])


def answer(
    model: "TopicModel", items: Sequence["Labelled"], *, topics: Sequence[str] | None = None
) -> Answers:
    """Ask a model about labelled articles.

    Args:
        model: The model.
        items: The articles.
        topics: Those of the model's topics to look at; all by default.

    Raises:
        DataError: The model lacks one of the topics.
    """
    names = tuple(model.topics if topics is None else topics)
    if strange := sorted(set(names) - set(model.topics)):
        msg = f"the model knows no topic {strange[0]!r}; it knows {', '.join(model.topics)}"
        raise DataError(msg)
    columns = [model.topics.index(name) for name in names]
    probability = model.predict_proba([{"text": i.text, "title": i.title} for i in items])
    return Answers(
        topics=names,
        labels=known_labels(items, names),
        probability=probability[:, columns],
        thresholds=model.thresholds[columns],
    )


def known_labels(items: Sequence["Labelled"], topics: Sequence[str]) -> NDArray[np.int8]:
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

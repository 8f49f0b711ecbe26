"""What changes between two models on the same labelled articles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from topicclf.evaluation.answers import Answers
from topicclf.evaluation.intervals import Bootstrap, Estimate
from topicclf.evaluation.measures import OverallMeasures, Sample, measures_in

__all__ = ["Comparison", "Flip", "TopicComparison", "compare"]


@dataclass(frozen=True)
class Flip:
    """A topic of an article on which the two models differ.

    Attributes:
        row: The article, from 0 on.
        topic: The topic.
        right: Which model is right, ``unknown`` where the label is.
        first: The probability that the first model gives.
        second: That of the second.
    """

    row: int
    topic: str
    right: Literal["first", "second", "unknown"]
    first: float
    second: float


@dataclass(frozen=True)
class TopicComparison:
    """How the second model differs from the first on one topic.

    Attributes:
        f1: The F1 of the first and of the second.
        f1_change: The second's less the first's.
        average_precision_change: Likewise.
        better: On how many articles only the second is right.
        worse: On how many only the first is.
        p_value: Of McNemar's exact test that one is as likely as the other; of groups, that as many
            get better as get worse.
        adjusted_p_value: The same, held against all topics together.
    """

    f1: tuple[float, float]
    f1_change: Estimate
    average_precision_change: Estimate
    better: int
    worse: int
    p_value: float
    adjusted_p_value: float


@dataclass(frozen=True)
class Comparison:
    """How a second model differs from a first one.

    Attributes:
        n_articles: On how many articles.
        topics: Topic by topic.
        macro_f1: The macro-F1 of the first and of the second.
        changes: The second's less the first's; of false tags below zero is better.
        level: What the intervals hold, such as 0.95.
        flips: Where they differ, those that the two are furthest apart on first.
    """

    n_articles: int
    topics: dict[str, TopicComparison]
    macro_f1: tuple[float, float]
    changes: OverallMeasures[Estimate]
    level: float
    flips: tuple[Flip, ...]


def compare(
    first: Answers,
    second: Answers,
    *,
    bootstrap: Bootstrap | None = None,
    groups: NDArray[Any] | None = None,
    on_drawn: Callable[[int], object] | None = None,
) -> Comparison:
    """Compare two models' answers to the same articles, on the same topics.

    Each topic gets McNemar's test, the exact one: McNemar (1947), "Note on the Sampling Error of
    the Difference Between Correlated Proportions or Percentages", Psychometrika; with the
    adjustment of Benjamini and Hochberg (1995) for many topics. Ten versions of a story aren't ten
    pieces of evidence: with groups, each counts once, as better or worse by most of its articles
    on which only one model is right, and not at all where these are split in half. Changes of F1
    get a paired bootstrap: both models are measured on the same draws.

    Args:
        first: One model's answers.
        second: The other's.
        bootstrap: How to draw the intervals.
        groups: Articles of one group share a name or a number; they are tested as one and drawn
            together; shape (n_articles,).
        on_drawn: Called with the number of articles whenever some have been drawn and measured.

    Raises:
        ValueError: The two are not about the same topics and articles.
    """
    if first.topics != second.topics or not np.array_equal(first.labels, second.labels):
        msg = "only answers to the same articles, on the same topics, can be compared"
        raise ValueError(msg)
    bootstrap = bootstrap or Bootstrap()
    (before, drawn_before), (after, drawn_after) = (
        bootstrap.measures(Sample(answers), groups, on_drawn=on_drawn)
        for answers in (first, second)
    )
    point, draws = after - before, drawn_after - drawn_before

    def change(name: str) -> Estimate:
        return Estimate.of(getattr(point, name)[0], getattr(draws, name), bootstrap.level)

    known, true = first.labels >= 0, first.labels == 1
    differ = known & (first.carried != second.carried)
    better = differ & (second.carried == true)
    worse = differ & (first.carried == true)
    gains = better.astype(np.int8) - worse
    stories = gains if groups is None else _by_group(gains, groups)
    p_values, adjusted = _mcnemar(stories)
    return Comparison(
        n_articles=len(first.labels),
        topics={
            name: TopicComparison(
                f1=(float(before.f1[0, i]), float(after.f1[0, i])),
                f1_change=Estimate.of(point.f1[0, i], draws.f1[:, i], bootstrap.level),
                average_precision_change=Estimate.of(
                    point.average_precision[0, i], draws.average_precision[:, i], bootstrap.level
                ),
                better=int(better[:, i].sum()),
                worse=int(worse[:, i].sum()),
                p_value=p_values[i],
                adjusted_p_value=adjusted[i],
            )
            for i, name in enumerate(first.topics)
        },
        macro_f1=(float(before.macro_f1[0]), float(after.macro_f1[0])),
        changes=OverallMeasures(**{name: change(name) for name in measures_in(OverallMeasures)}),
        level=bootstrap.level,
        flips=tuple(_flips(first, second)),
    )


def _by_group(gains: NDArray[np.int8], groups: NDArray[Any]) -> NDArray[np.int64]:
    """The gains of the groups' articles summed up, shape (n_groups, n_topics)."""
    names, numbers = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(names), gains.shape[1]), np.int64)
    np.add.at(sums, numbers, gains)
    return sums


def _mcnemar(gains: NDArray[np.int8] | NDArray[np.int64]) -> tuple[list[float], list[float]]:
    """The p-value of each topic, and the adjusted one."""
    # Imported here: it takes longer than all the rest.
    from scipy.stats import binomtest, false_discovery_control

    better, worse = (gains > 0).sum(0).tolist(), (gains < 0).sum(0).tolist()
    p_values = [
        float(binomtest(b, b + w).pvalue) if b + w else 1.0
        for b, w in zip(better, worse, strict=True)
    ]
    return p_values, false_discovery_control(p_values).tolist()


def _flips(first: Answers, second: Answers) -> Iterator[Flip]:
    rows, columns = np.nonzero(first.carried != second.carried)
    apart = np.abs(first.margins(rows, columns) - second.margins(rows, columns))
    for place in np.argsort(-apart, kind="stable"):
        row, column = int(rows[place]), int(columns[place])
        yield Flip(
            row=row,
            topic=first.topics[column],
            right=_right(int(first.labels[row, column]), bool(first.carried[row, column])),
            first=float(first.probability[row, column]),
            second=float(second.probability[row, column]),
        )


def _right(label: int, first_tags: bool) -> Literal["first", "second", "unknown"]:
    if label < 0:
        return "unknown"
    return "first" if first_tags == (label == 1) else "second"

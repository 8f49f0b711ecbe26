"""An evaluation: what a model is worth on labelled articles, topic by topic and in all."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.evaluation.answers import Answers
from topicclf.evaluation.intervals import Bootstrap, Estimate, wilson
from topicclf.evaluation.measures import Measures, expected_calibration_error

__all__ = ["Evaluation", "TopicEvaluation", "evaluate"]


@dataclass(frozen=True)
class TopicEvaluation:
    """What a model is worth on one topic; unknown labels are left out.

    Attributes:
        positives: How many articles carry the topic.
        negatives: How many don't.
        unknown: Of how many it is not known.
        tagged: How many of the known ones the model tags.
        threshold: The probability from which on it does.
        precision: Of the tagged, the share that carries it; NaN if none is tagged.
        recall: Of those that carry it, the share that is tagged; NaN if none carries it.
        f1: Their harmonic mean; NaN likewise.
        average_precision: The area under the precision-recall curve, as scikit-learn sums it.
        calibration_error: Expected calibration error, 15 bins of equal mass; NaN if no label is
            known. It has no interval: a bootstrap of it is biased upwards.
    """

    positives: int
    negatives: int
    unknown: int
    tagged: int
    threshold: float
    precision: Estimate
    recall: Estimate
    f1: Estimate
    average_precision: Estimate
    calibration_error: float


@dataclass(frozen=True)
class Evaluation:
    """What a model is worth.

    Attributes:
        n_articles: On how many articles it was measured.
        n_none: How many of them carry nothing for certain.
        topics: Topic by topic.
        micro_precision: Over all known cells; NaN as for a topic.
        micro_recall: Likewise.
        micro_f1: Likewise.
        macro_f1: The mean over the topics that any article carries.
        macro_average_precision: Likewise.
        exact_match: Of the articles with all labels known, the share with every one right.
        false_tags: Of the `n_none` articles, the share with a tag.
        level: What the intervals hold, such as 0.95.
        slices: The same for parts of the articles: by field, then by value.
    """

    n_articles: int
    n_none: int
    topics: Mapping[str, TopicEvaluation]
    micro_precision: Estimate
    micro_recall: Estimate
    micro_f1: Estimate
    macro_f1: Estimate
    macro_average_precision: Estimate
    exact_match: Estimate
    false_tags: Estimate
    level: float
    slices: Mapping[str, Mapping[str, "Evaluation"]] = field(default_factory=dict)


def evaluate(
    answers: Answers,
    *,
    slices: Mapping[str, Mapping[str, NDArray[np.int64]]] | None = None,
    bootstrap: Bootstrap | None = None,
    groups: NDArray[Any] | None = None,
    on_drawn: Callable[[int], object] | None = None,
) -> Evaluation:
    """Measure a model's answers.

    Intervals are percentiles of the bootstrap. But for those of means over topics and of average
    precision they also hold Wilson's, which is the wider one where few articles count.

    Args:
        answers: The answers.
        slices: By field and value, the numbers of the articles to measure apart.
        bootstrap: How to draw the intervals.
        groups: Articles of one group share a name or a number and are drawn together, shape
            (n_articles,).
        on_drawn: Called with the number of articles whenever some have been drawn and measured.
    """
    bootstrap = bootstrap or Bootstrap()
    point, draws = bootstrap.measures(answers, groups, on_drawn=on_drawn)

    def estimate(name: str) -> Estimate:
        return Estimate.of(getattr(point, name)[0], getattr(draws, name), bootstrap.level)

    def part(rows: NDArray[np.int64]) -> Evaluation:
        own = None if groups is None else groups[rows]
        return evaluate(answers.of(rows), bootstrap=bootstrap, groups=own, on_drawn=on_drawn)

    yes = answers.labels == 1
    tagged = answers.carried & (answers.labels >= 0)
    n_none = int((answers.labels == 0).all(1).sum())
    return Evaluation(
        n_articles=len(answers.labels),
        n_none=n_none,
        topics={
            name: _topic(answers, column, point, draws, bootstrap.level)
            for column, name in enumerate(answers.topics)
        },
        micro_precision=_share(estimate("micro_precision"), int(tagged.sum()), bootstrap.level),
        micro_recall=_share(estimate("micro_recall"), int(yes.sum()), bootstrap.level),
        micro_f1=_f1(estimate("micro_f1"), int((tagged | yes).sum()), bootstrap.level),
        macro_f1=estimate("macro_f1"),
        macro_average_precision=estimate("macro_average_precision"),
        exact_match=_share(
            estimate("exact_match"), int((answers.labels >= 0).all(1).sum()), bootstrap.level
        ),
        false_tags=_share(estimate("false_tags"), n_none, bootstrap.level),
        level=bootstrap.level,
        slices={
            by: {value: part(rows) for value, rows in values.items()}
            for by, values in (slices or {}).items()
        },
    )


def _share(estimate: Estimate, n: int, level: float) -> Estimate:
    """The estimate of a share of `n`, no surer than so few allow."""
    if math.isnan(estimate.low):
        return estimate
    return estimate.spanning(*wilson(round(estimate.value * n), n, level=level))


def _topic(
    answers: Answers, column: int, point: Measures, draws: Measures, level: float
) -> TopicEvaluation:
    label, probability = answers.labels[:, column], answers.probability[:, column]
    known, yes = label >= 0, label == 1
    tagged = answers.carried[:, column] & known

    def estimate(name: str) -> Estimate:
        value: Any = getattr(point, name)[0, column]
        return Estimate.of(value, getattr(draws, name)[:, column], level)

    return TopicEvaluation(
        positives=int(yes.sum()),
        negatives=int((label == 0).sum()),
        unknown=int((label < 0).sum()),
        tagged=int(tagged.sum()),
        threshold=float(answers.thresholds[column]),
        precision=_share(estimate("precision"), int(tagged.sum()), level),
        recall=_share(estimate("recall"), int(yes.sum()), level),
        f1=_f1(estimate("f1"), int((tagged | yes).sum()), level),
        average_precision=estimate("average_precision"),
        calibration_error=expected_calibration_error(probability[known], yes[known])
        if known.any()
        else float("nan"),
    )


def _f1(estimate: Estimate, n: int, level: float) -> Estimate:
    """The same for F1, which grows with the share of right ones among those tagged or carried."""
    value = estimate.value / (2 - estimate.value)
    share = _share(Estimate(value, value, value), n, level)
    return estimate.spanning(2 * share.low / (1 + share.low), 2 * share.high / (1 + share.high))

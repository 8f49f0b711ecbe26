"""An evaluation: what a model is worth on labelled articles, topic by topic and in all."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from topicclf.evaluation.answers import Answers
from topicclf.evaluation.intervals import Bootstrap, Estimate, wilson
from topicclf.evaluation.measures import (
    Counts,
    Measure,
    Measures,
    OverallMeasures,
    Sample,
    TopicMeasures,
    expected_calibration_error,
    measures_in,
)

__all__ = ["Evaluation", "TopicEvaluation", "evaluate"]


@dataclass(frozen=True)
class TopicEvaluation(TopicMeasures[Estimate]):
    """What a model is worth on one topic; unknown labels are left out.

    Attributes:
        calibration_error: Expected calibration error, 15 bins of equal mass; NaN if no label is
            known. It has no interval: a bootstrap of it is biased upwards.
        positives: How many articles carry the topic.
        negatives: How many don't.
        unknown: Of how many it is not known.
        tagged: How many of the known ones the model tags.
        threshold: The minimum probability for a tag.
    """

    calibration_error: Annotated[float, Measure("calibration error", "ECE")]
    positives: int
    negatives: int
    unknown: int
    tagged: int
    threshold: float


@dataclass(frozen=True)
class Evaluation(OverallMeasures[Estimate]):
    """What a model is worth.

    Attributes:
        n_articles: On how many articles it was measured.
        n_none: How many of them certainly carry none of the topics.
        topics: Topic by topic.
        level: What the intervals hold, such as 0.95.
        slices: The same for parts of the articles: by field, then by value.
    """

    n_articles: int
    n_none: int
    topics: Mapping[str, TopicEvaluation]
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
    sample = Sample(answers)
    point, draws = bootstrap.measures(sample, groups, on_drawn=on_drawn)
    estimates = _Estimates(sample.counts, point, draws, bootstrap.level)

    def part(rows: NDArray[np.int64]) -> Evaluation:
        own = None if groups is None else groups[rows]
        return evaluate(answers.of(rows), bootstrap=bootstrap, groups=own, on_drawn=on_drawn)

    return Evaluation(
        **estimates.of(OverallMeasures),
        n_articles=len(answers.labels),
        n_none=int((answers.labels == 0).all(1).sum()),
        topics={
            topic: _topic(answers, column, estimates.of(TopicMeasures, column))
            for column, topic in enumerate(answers.topics)
        },
        level=bootstrap.level,
        slices={
            by: {value: part(rows) for value, rows in values.items()}
            for by, values in (slices or {}).items()
        },
    )


def _topic(answers: Answers, column: int, estimates: dict[str, Estimate]) -> TopicEvaluation:
    label, probability = answers.labels[:, column], answers.probability[:, column]
    known, yes = label >= 0, label == 1
    return TopicEvaluation(
        **estimates,
        calibration_error=expected_calibration_error(probability[known], yes[known])
        if known.any()
        else math.nan,
        positives=int(yes.sum()),
        negatives=int((label == 0).sum()),
        unknown=int((label < 0).sum()),
        tagged=int((answers.carried[:, column] & known).sum()),
        threshold=float(answers.thresholds[column]),
    )


@dataclass(frozen=True, eq=False)
class _Estimates:
    """Makes estimates of measures.

    Attributes:
        counts: What the sample has.
        point: Its measures.
        draws: Those of the draws from it.
        level: What the intervals hold.
    """

    counts: Counts
    point: Measures
    draws: Measures
    level: float

    def of(self, kind: type, *column: int) -> dict[str, Estimate]:
        """The estimates of some measures by name; of those of topics, for the topic's column."""
        return {
            name: self._estimate(name, measure, column)
            for name, measure in measures_in(kind).items()
        }

    def _estimate(self, name: str, measure: Measure, column: tuple[int, ...]) -> Estimate:
        value = float(getattr(self.point, name)[0, *column])
        estimate = Estimate.of(value, getattr(self.draws, name)[:, *column], self.level)
        if measure.share is None or math.isnan(estimate.low):
            return estimate
        # No surer than so few allow.
        part, whole = (int(counts[0, *column]) for counts in measure.share(self.counts))
        low, high = wilson(part, whole, level=self.level)
        if measure.is_f1:
            low, high = 2 * low / (1 + low), 2 * high / (1 + high)
        return estimate.spanning(low, high)

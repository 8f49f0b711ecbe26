"""The measures: what each is called, how it is computed, and all of them for a set of answers.

To add one, add it to `TopicMeasures` or `OverallMeasures`: evaluations, comparisons, tables, pages
and JSON then have it.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache, cached_property
from typing import Annotated, Generic, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.evaluation.answers import Answers
from topicclf.evaluation.ranking import Ranking

__all__ = [
    "Counts",
    "Measure",
    "Measures",
    "OverallMeasures",
    "Sample",
    "TopicMeasures",
    "expected_calibration_error",
    "measure",
    "measures_in",
]

Values = NDArray[np.float64]
Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Counts:
    """What the measures of some draws are computed from.

    Attributes:
        hit: The articles that carry each topic and are tagged with it, shape (n_draws, n_topics).
        false: The articles that don't and are, likewise.
        missed: The articles that do and aren't, likewise.
        average_precision: Likewise.
        right: The articles with every topic right, shape (n_draws,).
        certain: The articles with all labels known, likewise.
        tagged_none: The articles that carry none of the topics and are tagged, likewise.
        none: The articles that carry none of the topics, likewise.
        sample: The counts of the sample that was drawn from; None for the sample itself.
    """

    hit: Values
    false: Values
    missed: Values
    average_precision: Values
    right: Values
    certain: Values
    tagged_none: Values
    none: Values
    sample: "Counts | None"


@dataclass(frozen=True)
class Measure:
    """What a measure is called, and how it is computed.

    Attributes:
        title: Its name, in full.
        short: Its name over a column.
        value: The measure of each draw; None if it has no intervals.
        n: The number of cells or articles that it is a share of; None if it isn't a share.
        is_f1: Whether it is F1, which grows with that share but isn't one.
        shown: Whether tables show it.
    """

    title: str
    short: str
    value: Callable[[Counts], Values] | None = None
    n: Callable[[Counts], Values] | None = None
    is_f1: bool = False
    shown: bool = True


def _share(part: Values, whole: Values) -> Values:
    shares = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


def _f1(hit: Values, false: Values, missed: Values) -> Values:
    f1 = _share(2 * hit, 2 * hit + false + missed)
    f1[hit + missed == 0] = np.nan
    return f1


def _topic_f1(counts: Counts) -> Values:
    return _f1(counts.hit, counts.false, counts.missed)


def _micro_f1(counts: Counts) -> Values:
    return _f1(counts.hit.sum(1), counts.false.sum(1), counts.missed.sum(1))


def _mean(of: Callable[[Counts], Values], counts: Counts) -> Values:
    """The mean over topics, those without a value left out.

    A topic that a draw lacks counts with the sample's own value: without it the means rise with
    every rare, hard topic that chance leaves out.
    """
    values = of(counts)
    if counts.sample is not None:
        values = np.where(np.isnan(values), of(counts.sample), values)
    there = ~np.isnan(values)
    return _share(np.where(there, values, 0).sum(1), there.sum(1).astype(float))


@dataclass(frozen=True)
class TopicMeasures(Generic[Value]):
    """The measures of one topic, or of each; NaN where there is nothing to measure on.

    Attributes:
        precision: Of the tagged articles, the share that carries the topic.
        recall: Of those that carry it, the share that is tagged.
        f1: Their harmonic mean; NaN if no article carries the topic.
        average_precision: The area under the precision-recall curve, as scikit-learn sums it.
    """

    precision: Annotated[Value, Measure(
        "precision", "precision",
        lambda c: _share(c.hit, c.hit + c.false),
        lambda c: c.hit + c.false,
    )]  # fmt: skip
    recall: Annotated[Value, Measure(
        "recall", "recall",
        lambda c: _share(c.hit, c.hit + c.missed),
        lambda c: c.hit + c.missed,
    )]  # fmt: skip
    f1: Annotated[Value, Measure(
        "F1", "F1", _topic_f1, lambda c: c.hit + c.false + c.missed, is_f1=True
    )]  # fmt: skip
    average_precision: Annotated[Value, Measure(
        "average precision", "AP", lambda c: c.average_precision
    )]  # fmt: skip


@dataclass(frozen=True)
class OverallMeasures(Generic[Value]):
    """The measures over all topics; NaN where there is nothing to measure on.

    Attributes:
        micro_precision: Over all known cells.
        micro_recall: Likewise.
        micro_f1: Likewise.
        macro_f1: The mean over the topics that any article carries.
        macro_average_precision: Likewise.
        exact_match: Of the articles with all labels known, the share with every one right.
        false_tags: Of the articles that certainly carry none of the topics, the share with a tag.
    """

    macro_f1: Annotated[Value, Measure(
        "macro-F1", "macro-F1", lambda c: _mean(_topic_f1, c)
    )]  # fmt: skip
    micro_f1: Annotated[Value, Measure(
        "micro-F1", "micro-F1", _micro_f1, lambda c: (c.hit + c.false + c.missed).sum(1), is_f1=True
    )]  # fmt: skip
    micro_precision: Annotated[Value, Measure(
        "micro-precision", "micro-precision",
        lambda c: _share(c.hit.sum(1), (c.hit + c.false).sum(1)),
        lambda c: (c.hit + c.false).sum(1),
        shown=False,
    )]  # fmt: skip
    micro_recall: Annotated[Value, Measure(
        "micro-recall", "micro-recall",
        lambda c: _share(c.hit.sum(1), (c.hit + c.missed).sum(1)),
        lambda c: (c.hit + c.missed).sum(1),
        shown=False,
    )]  # fmt: skip
    macro_average_precision: Annotated[Value, Measure(
        "mean average precision", "mAP", lambda c: _mean(lambda draws: draws.average_precision, c)
    )]  # fmt: skip
    exact_match: Annotated[Value, Measure(
        "every topic right", "exact match",
        lambda c: _share(c.right, c.certain),
        lambda c: c.certain,
    )]  # fmt: skip
    false_tags: Annotated[Value, Measure(
        "false tags on articles with none", "false tags",
        lambda c: _share(c.tagged_none, c.none),
        lambda c: c.none,
    )]  # fmt: skip


@cache
def measures_in(kind: type) -> dict[str, Measure]:
    """The measures among a class's attributes, by name.

    >>> measures_in(TopicMeasures)["average_precision"].short
    'AP'
    """
    hints = get_type_hints(kind, include_extras=True)
    metadata = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    return {name: extras[0] for name, extras in metadata.items() if extras}


@dataclass(frozen=True, eq=False)
class Measures(TopicMeasures[Values], OverallMeasures[Values]):
    """All measures of one or many draws: shape (n_draws, n_topics) of a topic, else (n_draws,)."""

    @classmethod
    def of(cls, counts: Counts) -> "Measures":
        """Compute them."""
        return cls(**{
            name: measure.value(counts)
            for name, measure in measures_in(Measures).items()
            if measure.value is not None
        })  # fmt: skip

    @classmethod
    def join(cls, parts: list["Measures"]) -> "Measures":
        """The draws of several, one after the other."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})

    def __sub__(self, other: "Measures") -> "Measures":
        """What is better here than there, draw by draw."""
        names = [field.name for field in fields(self)]
        return Measures(**{name: getattr(self, name) - getattr(other, name) for name in names})


class Sample:
    """Answers, made ready to be measured as they are and on many draws of them.

    Cells with unknown labels are left out.

    Args:
        answers: The answers.
    """

    def __init__(self, answers: Answers) -> None:
        labels, carried = answers.labels, answers.carried
        certain, none = (labels >= 0).all(1), (labels == 0).all(1)
        right = certain & (carried == (labels == 1)).all(1)
        self._n_articles = len(labels)
        # Few are set, so that sparse products take a small part of the time of dense ones.
        self._cells = [
            sparse.csr_array(cells.T, dtype=np.float32)
            for cells in (
                carried & (labels == 1),
                carried & (labels == 0),
                ~carried & (labels == 1),
                np.stack([right, certain, none & carried.any(1), none], axis=1),
            )
        ]
        self._rankings = [
            Ranking(probability, label)
            for probability, label in zip(answers.probability.T, labels.T, strict=True)
        ]

    def __len__(self) -> int:
        return self._n_articles

    @cached_property
    def counts(self) -> Counts:
        """The counts of the answers as they are."""
        return self._counts(np.ones((self._n_articles, 1), np.float32), None)

    @cached_property
    def measures(self) -> Measures:
        """The measures of the answers as they are."""
        return Measures.of(self.counts)

    def drawn(self, drawn: NDArray[np.float32]) -> Measures:
        """The measures of draws.

        Args:
            drawn: How often each draw takes each article, shape (n_articles, n_draws).
        """
        return Measures.of(self._counts(drawn, self.counts))

    def _counts(self, drawn: NDArray[np.float32], sample: Counts | None) -> Counts:
        hit, false, missed, single = (np.asarray(cells @ drawn, float).T for cells in self._cells)
        average = np.stack([each.average_precision(drawn) for each in self._rankings], axis=1)
        right, certain, tagged_none, none = single.T
        return Counts(
            hit=hit,
            false=false,
            missed=missed,
            average_precision=average,
            right=right,
            certain=certain,
            tagged_none=tagged_none,
            none=none,
            sample=sample,
        )


def measure(answers: Answers) -> Measures:
    """Measure answers as they are, once."""
    return Sample(answers).measures


def expected_calibration_error(
    probability: NDArray[np.float64], yes: NDArray[np.bool_], *, n_bins: int = 15
) -> float:
    """The mean gap between stated and true frequency over bins of equal mass.

    Naeini et al. (2015), "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI,
    with bins that hold the same number of articles.

    >>> expected_calibration_error(np.array([0.0, 1.0]), np.array([False, True]), n_bins=2)
    0.0
    """
    order = np.argsort(probability, kind="stable")
    gaps = [
        abs(float(probability[part].mean()) - float(yes[part].mean())) * len(part)
        for part in np.array_split(order, n_bins)
        if len(part)
    ]
    return sum(gaps) / max(len(order), 1)

"""The measures: what each is called, how it is computed, and all of them for a set of answers.

To add one, add it to `TopicMeasures` or `OverallMeasures`: evaluations, comparisons, tables, pages
and JSON then have it.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
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
        hit: The articles that carry each topic and are tagged, shape (n_draws, n_topics).
        false: Those that don't and are, likewise.
        missed: Those that do and aren't, likewise.
        average_precision: Likewise.
        single: Articles with every topic right, with all labels known, without a topic but tagged,
            and without a topic; shape (4, n_draws).
        sample: The counts of the sample that was drawn from; None for the sample itself.
    """

    hit: Values
    false: Values
    missed: Values
    average_precision: Values
    single: Values
    sample: "Counts | None"

    @property
    def pooled(self) -> "Counts":
        """The cells of all topics together."""
        cells = {name: getattr(self, name).sum(1) for name in ("hit", "false", "missed")}
        return replace(self, **cells)


@dataclass(frozen=True)
class Measure:
    """What a measure is called, and how it is computed from counts.

    Attributes:
        title: Its name.
        abbreviation: Its name over a narrow column, if that is another.
        share: If it is a share, the part and the whole.
        is_f1: Whether it is F1 of that share, 2 s / (1 + s).
        mean_of: If it is a mean over topics, the measure of a topic.
        value: Otherwise, its values.
        shown: Whether tables show it.
    """

    title: str
    abbreviation: str = ""
    share: Callable[[Counts], tuple[Values, Values]] | None = None
    is_f1: bool = False
    mean_of: str = ""
    value: Callable[[Counts], Values] | None = None
    shown: bool = True

    @property
    def short(self) -> str:
        """Its name over a narrow column."""
        return self.abbreviation or self.title

    def of(self, counts: Counts) -> Values:
        """Its value in each draw, NaN where there is nothing to measure on."""
        if self.share is not None:
            share = _ratio(*self.share(counts))
            return 2 * share / (1 + share) if self.is_f1 else share
        if self.mean_of:
            return _mean(measures_in(TopicMeasures)[self.mean_of], counts)
        assert self.value is not None
        return self.value(counts)


def _ratio(part: Values, whole: Values) -> Values:
    ratios = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=ratios, where=whole > 0)
    return ratios


def _precision(counts: Counts) -> tuple[Values, Values]:
    return counts.hit, counts.hit + counts.false


def _recall(counts: Counts) -> tuple[Values, Values]:
    return counts.hit, counts.hit + counts.missed


def _jaccard(counts: Counts) -> tuple[Values, Values]:
    carried = counts.hit + counts.missed > 0
    return np.where(carried, counts.hit, np.nan), counts.hit + counts.false + counts.missed


def _mean(measure: Measure, counts: Counts) -> Values:
    """The mean over topics, those without a value left out.

    A topic that a draw lacks counts with the sample's own value: without it the means rise with
    every rare, hard topic that chance leaves out.
    """
    values = measure.of(counts)
    if counts.sample is not None:
        values = np.where(np.isnan(values), measure.of(counts.sample), values)
    there = ~np.isnan(values)
    return _ratio(np.where(there, values, 0).sum(1), there.sum(1).astype(float))


@dataclass(frozen=True)
class TopicMeasures(Generic[Value]):
    """The measures of one topic, or of each; NaN where there is nothing to measure on.

    Attributes:
        precision: Of the tagged articles, the share that carries the topic.
        recall: Of those that carry it, the share that is tagged.
        f1: Their harmonic mean; NaN if no article carries the topic.
        average_precision: The area under the precision-recall curve, as scikit-learn sums it.
    """

    precision: Annotated[Value, Measure("precision", share=_precision)]
    recall: Annotated[Value, Measure("recall", share=_recall)]
    f1: Annotated[Value, Measure("F1", share=_jaccard, is_f1=True)]
    average_precision: Annotated[
        Value, Measure("average precision", "AP", value=lambda c: c.average_precision)
    ]


@dataclass(frozen=True)
class OverallMeasures(Generic[Value]):
    """The measures over all topics; NaN where there is nothing to measure on.

    Attributes:
        macro_f1: The mean over the topics that any article carries.
        micro_f1: Over all known cells.
        micro_precision: Likewise.
        micro_recall: Likewise.
        macro_average_precision: The mean over the topics that any article carries.
        exact_match: Of the articles with all labels known, the share with every one right.
        false_tags: Of the articles that certainly carry none of the topics, the share with a tag.
    """

    macro_f1: Annotated[Value, Measure("macro-F1", mean_of="f1")]
    micro_f1: Annotated[Value, Measure("micro-F1", share=lambda c: _jaccard(c.pooled), is_f1=True)]
    micro_precision: Annotated[
        Value, Measure("micro-precision", share=lambda c: _precision(c.pooled), shown=False)
    ]
    micro_recall: Annotated[
        Value, Measure("micro-recall", share=lambda c: _recall(c.pooled), shown=False)
    ]
    macro_average_precision: Annotated[
        Value, Measure("mean average precision", mean_of="average_precision")
    ]
    exact_match: Annotated[
        Value, Measure("every topic right", share=lambda c: (c.single[0], c.single[1]))
    ]
    false_tags: Annotated[
        Value,
        Measure("false tags on articles with none", share=lambda c: (c.single[2], c.single[3])),
    ]


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
        return cls(**{name: each.of(counts) for name, each in measures_in(Measures).items()})

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
        return Counts(hit, false, missed, average, single.T, sample)


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

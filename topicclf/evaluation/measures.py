"""What answers are worth, on the articles as they are or as a bootstrap draws them."""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.evaluation.answers import Answers
from topicclf.evaluation.ranking import Ranking

__all__ = ["Measures", "Sample", "expected_calibration_error", "measure"]


@dataclass(frozen=True, eq=False)
class Measures:
    """Measures of one or many draws; NaN where there is nothing to measure on.

    Attributes:
        precision: Shape (n_draws, n_topics); NaN for a topic that is never tagged.
        recall: Likewise; NaN for a topic that no article carries.
        f1: Likewise.
        average_precision: Likewise.
        micro_precision: Over all known cells, shape (n_draws,); NaN likewise.
        micro_recall: Likewise.
        micro_f1: Likewise.
        macro_f1: The mean over the topics that are carried, likewise.
        macro_average_precision: Likewise.
        exact_match: Of the articles with all labels known, the share with every one right.
        false_tags: Of the articles that carry nothing for certain, the share with a tag.
    """

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    average_precision: NDArray[np.float64]
    micro_precision: NDArray[np.float64]
    micro_recall: NDArray[np.float64]
    micro_f1: NDArray[np.float64]
    macro_f1: NDArray[np.float64]
    macro_average_precision: NDArray[np.float64]
    exact_match: NDArray[np.float64]
    false_tags: NDArray[np.float64]

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

    @cached_property
    def measures(self) -> Measures:
        """The measures of the answers as they are."""
        return self._measures(np.ones((self._n_articles, 1), np.float32), None)

    def drawn(self, drawn: NDArray[np.float32]) -> Measures:
        """The measures of draws.

        A topic that a draw lacks counts with the sample's own value in the means over topics:
        without it they rise with every rare, hard topic that chance leaves out.

        Args:
            drawn: How often each draw takes each article, shape (n_articles, n_draws).
        """
        return self._measures(drawn, self.measures)

    def _measures(self, drawn: NDArray[np.float32], sample: Measures | None) -> Measures:
        hit, false, missed, single = (np.asarray(cells @ drawn, float).T for cells in self._cells)
        average = np.stack([each.average_precision(drawn) for each in self._rankings], axis=1)
        f1 = _f1(hit, false, missed)
        hits, falses, misses = hit.sum(1), false.sum(1), missed.sum(1)
        n_right, n_certain, n_tagged, n_none = single.T
        return Measures(
            precision=_share(hit, hit + false),
            recall=_share(hit, hit + missed),
            f1=f1,
            average_precision=average,
            micro_precision=_share(hits, hits + falses),
            micro_recall=_share(hits, hits + misses),
            micro_f1=_f1(hits, falses, misses),
            macro_f1=_mean(f1, None if sample is None else sample.f1),
            macro_average_precision=_mean(
                average, None if sample is None else sample.average_precision
            ),
            exact_match=_share(n_right, n_certain),
            false_tags=_share(n_tagged, n_none),
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


def _f1(
    hit: NDArray[np.float64], false: NDArray[np.float64], missed: NDArray[np.float64]
) -> NDArray[np.float64]:
    """F1, where anything is carried."""
    f1 = _share(2 * hit, 2 * hit + false + missed)
    f1[hit + missed == 0] = np.nan
    return f1


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    shares = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


def _mean(values: NDArray[np.float64], instead: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """The mean over topics, those without a value left out."""
    if instead is not None:
        values = np.where(np.isnan(values), instead, values)
    there = ~np.isnan(values)
    return _share(np.where(there, values, 0).sum(1), there.sum(1).astype(float))

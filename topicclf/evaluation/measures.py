"""What answers are worth, on the articles as they are or as a bootstrap draws them."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from topicclf.evaluation.answers import Answers

__all__ = ["Measures", "measure"]


@dataclass(frozen=True, eq=False)
class Measures:
    """Measures of one or many draws; NaN where there is nothing to measure on.

    Attributes:
        precision: Shape (n_draws, n_topics); NaN for a topic that is never tagged.
        recall: Likewise; NaN for a topic that no article carries.
        f1: Likewise.
        average_precision: Likewise.
        micro_precision: Over all known cells, shape (n_draws,).
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


def measure(answers: Answers, weight: NDArray[np.float64] | None = None) -> Measures:
    """Measure answers; cells with unknown labels are left out.

    Args:
        answers: The answers.
        weight: How often each draw takes each article, shape (n_draws, n_articles); each one once
            by default.
    """
    labels, carried = answers.labels, answers.carried
    w = np.ones((1, len(labels))) if weight is None else weight
    hit = w @ (carried & (labels == 1))
    false = w @ (carried & (labels == 0))
    missed = w @ (~carried & (labels == 1))
    f1 = _share(2 * hit, 2 * hit + false + missed)
    f1[hit + missed == 0] = np.nan
    average = np.stack(
        [
            _average_precision(answers.probability[:, topic], labels[:, topic], w)
            for topic in range(labels.shape[1])
        ],
        axis=1,
    )
    hits, falses, misses = hit.sum(1), false.sum(1), missed.sum(1)
    certain = (labels >= 0).all(1)
    none = (labels == 0).all(1)
    right = certain & (carried == (labels == 1)).all(1)
    return Measures(
        precision=_share(hit, hit + false),
        recall=_share(hit, hit + missed),
        f1=f1,
        average_precision=average,
        micro_precision=_share(hits, hits + falses),
        micro_recall=_share(hits, hits + misses),
        micro_f1=_share(2 * hits, 2 * hits + falses + misses),
        macro_f1=_mean(f1),
        macro_average_precision=_mean(average),
        exact_match=_share(w @ right, w @ certain),
        false_tags=_share(w @ (none & carried.any(1)), w @ none),
    )


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    shares = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over topics, those without a value left out."""
    there = ~np.isnan(values)
    return _share(np.where(there, values, 0).sum(1), there.sum(1).astype(float))


def _average_precision(
    probability: NDArray[np.float64], label: NDArray[np.int8], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """`sklearn.metrics.average_precision_score` for many weightings after one sort."""
    known = np.flatnonzero(label >= 0)
    if not len(known):
        return np.full(len(weight), np.nan)
    order = known[np.argsort(-probability[known], kind="stable")]
    # Articles of equal probability pass the threshold together.
    ends = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
    drawn = weight[:, order]
    hits = np.cumsum(drawn * (label[order] == 1), axis=1)[:, ends]
    tagged = np.cumsum(drawn, axis=1)[:, ends]
    precision = np.divide(hits, tagged, out=np.zeros(hits.shape), where=tagged > 0)
    gained = np.diff(hits, axis=1, prepend=0)
    return _share((gained * precision).sum(1), hits[:, -1])

"""What answers are worth, on the articles as they are or as a bootstrap draws them."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

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


def measure(
    answers: Answers, drawn: NDArray[np.float32] | None = None, *, sample: Measures | None = None
) -> Measures:
    """Measure answers; cells with unknown labels are left out.

    Args:
        answers: The answers.
        drawn: How often each draw takes each article, shape (n_articles, n_draws); each one once
            by default.
        sample: The measures of what is drawn from. A topic that a draw lacks counts with its own
            value in the means over topics: without it they rise with every rare, hard topic that
            chance leaves out.
    """
    labels, carried = answers.labels, answers.carried
    w = np.ones((len(labels), 1), np.float32) if drawn is None else drawn
    hit = _counts(carried & (labels == 1), w)
    false = _counts(carried & (labels == 0), w)
    missed = _counts(~carried & (labels == 1), w)
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
    single = np.stack([right, certain, none & carried.any(1), none], axis=1)
    n_right, n_certain, n_tagged, n_none = _counts(single, w).T
    return Measures(
        precision=_share(hit, hit + false),
        recall=_share(hit, hit + missed),
        f1=f1,
        average_precision=average,
        micro_precision=_share(hits, hits + falses),
        micro_recall=_share(hits, hits + misses),
        micro_f1=_share(2 * hits, 2 * hits + falses + misses),
        macro_f1=_mean(f1, None if sample is None else sample.f1),
        macro_average_precision=_mean(
            average, None if sample is None else sample.average_precision
        ),
        exact_match=_share(n_right, n_certain),
        false_tags=_share(n_tagged, n_none),
    )


def _counts(cells: NDArray[np.bool_], drawn: NDArray[np.float32]) -> NDArray[np.float64]:
    """How often each draw holds a cell of each column, shape (n_draws, n_columns).

    Few cells are set, so that this takes a small part of a dense product's time and memory.
    """
    counts = sparse.csr_array(cells.T, dtype=np.float32) @ drawn
    return np.asarray(counts, float).T


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


def _average_precision(
    probability: NDArray[np.float64], label: NDArray[np.int8], drawn: NDArray[np.float32]
) -> NDArray[np.float64]:
    """`sklearn.metrics.average_precision_score` of many draws after one sort."""
    known = np.flatnonzero(label >= 0)
    order = known[np.argsort(-probability[known], kind="stable")]
    yes = label[order] == 1
    if not yes.any():
        return np.full(drawn.shape[1], np.nan)
    # The threshold stops where recall rises: at the last of the articles that share a probability
    # with one that carries the topic. Those between two stops pass it together, and those after
    # the last one don't count.
    ends = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
    stops = ends[np.diff(np.cumsum(yes)[ends], prepend=0) > 0]
    steps = np.concatenate([[0], stops + 1])
    passing = order[: steps[-1]]
    once = np.ones(len(passing), np.float32)
    shape = (len(stops), len(drawn))
    passed = sparse.csr_array((once, passing, steps), shape) @ drawn
    gained = sparse.csr_array((once * yes[: steps[-1]], passing, steps), shape) @ drawn
    hits, tagged = np.cumsum(gained, axis=0), np.cumsum(passed, axis=0)
    precision = np.divide(hits, tagged, out=np.zeros(hits.shape), where=tagged > 0)
    return _share((gained * precision).sum(0), hits[-1])

"""Articles from the most probable one down: what average precision is summed over."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["Ranking"]


class Ranking:
    """The articles by one topic's probability, sorted once for many draws.

    Args:
        probability: The probability of each article, shape (n_articles,).
        label: 1 yes, 0 no, -1 unknown, likewise; unknown ones are left out.
    """

    def __init__(self, probability: NDArray[np.float64], label: NDArray[np.int8]) -> None:
        known = np.flatnonzero(label >= 0)
        order = known[np.argsort(-probability[known], kind="stable")]
        yes = label[order] == 1
        # The threshold stops where recall rises: at the last of the articles that share a
        # probability with one that carries the topic. Those between two stops pass it together,
        # and those after the last one don't count.
        ends = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
        hits = np.append(0, np.cumsum(yes))
        stops = ends[np.diff(hits[ends + 1], prepend=0) > 0]
        steps = np.append(0, stops + 1)
        passing = order[: steps[-1]]
        self._passing = _sums(passing, steps, len(label))
        self._gained = _sums(passing[yes[: steps[-1]]], hits[steps], len(label))

    def average_precision(self, drawn: NDArray[np.float32]) -> NDArray[np.float64]:
        """`sklearn.metrics.average_precision_score` of each draw; NaN where none has the topic.

        Args:
            drawn: How often each draw takes each article, shape (n_articles, n_draws).
        """
        gained = self._gained @ drawn
        hits, tagged = np.cumsum(gained, axis=0), np.cumsum(self._passing @ drawn, axis=0)
        precision = np.divide(hits, tagged, out=np.zeros(hits.shape), where=tagged > 0)
        carried = gained.sum(0, dtype=float)
        average = np.full(len(carried), np.nan)
        np.divide((gained * precision).sum(0), carried, out=average, where=carried > 0)
        return average


def _sums(articles: NDArray[np.int64], steps: NDArray[np.int64], n: int) -> sparse.csr_array:
    """What sums the draws of the articles from each step to the next."""
    ones = np.ones(len(articles), np.float32)
    # Half the memory of scipy's own choice.
    where = articles.astype(np.int32), steps.astype(np.int32)
    return sparse.csr_array((ones, *where), (len(steps) - 1, n))

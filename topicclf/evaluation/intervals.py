"""Bootstrap intervals: how much a measure would move on another sample of the same kind."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topicclf.evaluation.answers import Answers
from topicclf.evaluation.measures import Measures, measure

__all__ = ["Bootstrap", "Estimate"]

# A block of draws takes this many numbers, some tens of megabytes with what is made of them.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Estimate:
    """A measure and the interval that it lies in; NaN where there is nothing to measure on.

    Attributes:
        value: On the articles as they are.
        low: The lower end.
        high: The upper end.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, draws: NDArray[np.float64], level: float) -> "Estimate":
        """Take the percentiles of the draws that have a value.

        >>> Estimate.of(0.5, np.array([0.4, 0.5, np.nan, 0.6]), level=0.5)
        Estimate(value=0.5, low=0.45, high=0.55)
        """
        there = draws[~np.isnan(draws)]
        if not len(there):
            return cls(float(value), float("nan"), float("nan"))
        low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2]).tolist()
        return cls(float(value), low, high)


@dataclass(frozen=True)
class Bootstrap:
    """The percentile bootstrap; Efron (1979), "Bootstrap Methods: Another Look at the Jackknife".

    Articles are drawn with replacement, or whole groups of them where articles of a group are
    alike: stories told twice make intervals too narrow otherwise.

    Attributes:
        n_draws: How many samples to draw; 0 for no intervals.
        level: How much of the draws an interval holds, between 0 and 1.
        random_state: Seed of the draws; the same seed draws the same articles.
    """

    n_draws: int = 1000
    level: float = 0.95
    random_state: int = 0

    def measures(self, answers: Answers, groups: NDArray[np.int64] | None = None) -> Measures:
        """Measure every draw.

        Args:
            answers: What to draw from.
            groups: Articles of one group share a number from 0 on, shape (n_articles,).
        """
        weights = self._weights(len(answers.labels), groups)
        return Measures.join([measure(answers, weight) for weight in weights])

    def _weights(
        self, n_articles: int, groups: NDArray[np.int64] | None
    ) -> Iterator[NDArray[np.float64]]:
        """How often each draw takes each article, in blocks of shape (n, n_articles)."""
        rng = np.random.default_rng(self.random_state)
        groups = np.arange(n_articles) if groups is None else groups
        n_groups = int(groups.max(initial=-1)) + 1
        step = max(_BLOCK // max(n_articles, 1), 1)
        for start in range(0, max(self.n_draws, 1), step):
            size = min(step, self.n_draws - start)
            drawn = rng.integers(n_groups, size=(size, n_groups)) if n_groups else np.zeros((0, 0))
            counts = [np.bincount(row, minlength=n_groups)[groups] for row in drawn]
            yield np.array(counts, float).reshape(len(counts), n_articles)

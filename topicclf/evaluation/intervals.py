"""Bootstrap intervals: how much a measure would move on another sample of the same kind."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.evaluation.measures import Measures, Sample

__all__ = ["Bootstrap", "Estimate", "wilson"]

# A block of draws takes this many numbers, some hundred megabytes with what is made of them, and is
# done soon enough to show progress.
_BLOCK = 1 << 23
_MOST_DRAWS = 100


@dataclass(frozen=True)
class Estimate:
    """A measure and its interval; NaN where there is nothing to measure on.

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

    def spanning(self, low: float, high: float) -> "Estimate":
        """Widen the interval, if there is one, to hold another.

        >>> Estimate(1.0, 1.0, 1.0).spanning(0.8, 1.0)
        Estimate(value=1.0, low=0.8, high=1.0)
        """
        if np.isnan(self.low):
            return self
        return replace(self, low=min(self.low, low), high=max(self.high, high))


def wilson(hits: int, n: int, *, level: float) -> tuple[float, float]:
    """The interval of a share; Wilson (1927), "Probable Inference", JASA.

    No draw holds what the sample lacks, so that the bootstrap takes five right answers of five for
    certain; this does not.

    >>> low, high = wilson(5, 5, level=0.95)
    >>> round(low, 3), high
    (0.566, 1.0)
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(hits * (n - hits) / n + z * z / 4)
    return centre - half if hits else 0.0, centre + half if hits < n else 1.0


@dataclass(frozen=True)
class Bootstrap:
    """The percentile bootstrap; Efron (1979), "Bootstrap Methods: Another Look at the Jackknife".

    Articles are drawn with replacement, or whole groups of them where articles of a group are
    alike: otherwise repeated stories make intervals too narrow.

    Attributes:
        n_draws: How many samples to draw; 0 for no intervals.
        level: How much of the draws an interval holds, between 0 and 1.
        random_state: Seed of the draws; the same seed draws the same articles.
    """

    n_draws: int = 1000
    level: float = 0.95
    random_state: int = 0

    def measures(
        self,
        sample: Sample,
        groups: NDArray[Any] | None = None,
        *,
        on_drawn: Callable[[int], object] | None = None,
    ) -> tuple[Measures, Measures]:
        """Measure the articles as they are, and every draw of them.

        Args:
            sample: What to draw from.
            groups: Articles of one group share a name or a number, shape (n_articles,).
            on_drawn: Called with the number of articles whenever some have been drawn and measured.

        Returns:
            One measure, and `n_draws` of them; none where there is a single article or group, as
            every draw would be the same.
        """
        parts = []
        for drawn in self._draws(len(sample), groups):
            parts.append(sample.drawn(drawn))
            if on_drawn is not None:
                on_drawn(drawn.size)
        return sample.measures, Measures.join(parts)

    def _draws(self, n_articles: int, groups: NDArray[Any] | None) -> Iterator[NDArray[np.float32]]:
        """How often each draw takes each article, in blocks of shape (n_articles, n)."""
        rng = np.random.default_rng(self.random_state)
        n_groups = n_articles
        if groups is not None:
            names, groups = np.unique(groups, return_inverse=True)
            n_groups = len(names)
        n_draws = self.n_draws if n_groups > 1 else 0
        step = min(max(_BLOCK // max(n_articles, 1), 1), _MOST_DRAWS)
        for start in range(0, max(n_draws, 1), step):
            drawn = np.empty((n_articles, min(step, n_draws - start)), np.float32)
            for column in drawn.T:
                times = np.bincount(rng.integers(n_groups, size=n_groups), minlength=n_groups)
                column[:] = times if groups is None else times[groups]
            yield drawn

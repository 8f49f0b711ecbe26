"""Features to scores: how strongly an article and each of its passages speak for each topic."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.features import Batch, repeats
from topicclf.passages import Passages, passages
from topicclf.vocabulary import Vocabulary

__all__ = ["Scores", "Weights"]

# How many numbers to gather at once: what stays in the processor's cache.
_CACHED = 1 << 18

_LEAST_SQUARE = 1e-6


@dataclass(frozen=True, eq=False)
class Scores:
    """The raw scores of a batch; above zero speaks for a topic.

    Attributes:
        articles: Shape (n_articles, n_topics), float64.
        passages: Shape (n_passages, n_topics), float64.
        cut: Where the passages stand.
    """

    articles: NDArray[np.float64]
    passages: NDArray[np.float64]
    cut: Passages


@dataclass(frozen=True, eq=False)
class Weights:
    """The linear classifier: one weight per feature and topic.

    Attributes:
        coef: Shape (n_features, n_topics), float32; the row of the unknown is zero.
        intercept: Shape (n_topics,), float64.
        vocabulary: What the features are.
    """

    coef: NDArray[np.float32]
    intercept: NDArray[np.float64]
    vocabulary: Vocabulary

    def __getstate__(self) -> dict[str, Any]:
        # The tables are quicker made than stored.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def contributions(self) -> NDArray[np.float32]:
        """What one occurrence of a feature adds to each topic, before division by the length."""
        product: NDArray[np.float32] = self.coef * self.vocabulary.idf[:, None]
        return product

    @cached_property
    def _table(self) -> NDArray[np.float32]:
        """A row per topic with its contributions, and one with the squared idf.

        Rows that lie apart let one pass gather a topic's contributions from a few cache lines.
        """
        return np.ascontiguousarray(np.vstack([self.contributions.T, self.vocabulary.idf**2]))

    def score(self, batch: Batch) -> Scores:
        """Score the articles of a batch and their passages."""
        cut = passages(batch.lengths)
        sums = self._sums(
            batch,
            np.concatenate([cut.starts, batch.starts]),
            np.concatenate([cut.ends, batch.ends]),
        )
        articles = sums[:, len(cut.starts) :]
        articles += self._damping(batch)
        scores = _divided(sums)
        scores += self.intercept
        return Scores(
            articles=scores[len(cut.starts) :], passages=scores[: len(cut.starts)], cut=cut
        )

    def windows(
        self,
        batch: Batch,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        *,
        smoothing: float = 0.0,
    ) -> NDArray[np.float64]:
        """Score runs of words, each within one article, without the intercept.

        Args:
            batch: The articles.
            starts: First word of each run, shape (n_windows,).
            ends: One past its last word, likewise.
            smoothing: Added to each run's sum of squared idf, to keep short runs modest.

        Returns:
            Shape (n_windows, n_topics), float64.
        """
        sums = self._sums(batch, starts, ends) * (ends > starts)
        sums[-1] += smoothing
        return _divided(sums)

    def _sums(
        self, batch: Batch, starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The table's columns for all words and pairs of each run, summed.

        Returns:
            Shape (n_topics + 1, n_windows), float64.
        """
        bounds = np.empty(2 * len(starts), np.int64)
        bounds[::2] = starts
        bounds[1::2] = ends
        left = batch.pairs[ends - 1]
        sums = np.empty((len(self._table), len(starts)))
        height = max(1, _CACHED // len(batch.terms))
        for row in range(0, len(sums), height):
            rows = slice(row, row + height)
            table = self._table[rows]
            sums[rows] = _sums_between(bounds, table.take(batch.terms, axis=1))
            sums[rows] += _sums_between(bounds, table.take(batch.pairs, axis=1))
            # A pair counts where its first word stands; the one that leaves a run is taken back.
            sums[rows] -= table.take(left, axis=1)
        return sums

    def _damping(self, batch: Batch) -> NDArray[np.float64]:
        """What articles' sums change by as repeats count by their logarithm, likewise."""
        found = repeats(batch, self.vocabulary)
        logs = 1 + np.log(found.counts)
        changes = self._table.take(found.features, axis=1).astype(np.float64)
        changes[:-1] *= logs - found.counts
        changes[-1] *= logs**2 - found.counts
        return np.add.reduceat(changes, found.first, axis=1)


def _sums_between(bounds: NDArray[np.int64], gains: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.add.reduceat(gains, bounds, axis=1, dtype=np.float64)[:, ::2]


def _divided(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums over their lengths as vectors, a row for each window."""
    # A run without a known word, where all sums are zero, is left with the score of zero.
    norms = np.sqrt(np.maximum(sums[-1], _LEAST_SQUARE))
    scores: NDArray[np.float64] = (sums[:-1] / norms).T
    return scores

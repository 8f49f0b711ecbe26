"""Features to scores: how strongly an article and each of its passages speak for each topic."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf import kernel
from topicclf.features.batch import Batch, repeats
from topicclf.features.passages import Passages, passages
from topicclf.features.read_only import ReadOnlyArrays
from topicclf.features.vocabulary import Vocabulary
from topicclf.lazy import lazy

__all__ = ["Scores", "Weights"]

# How many topics to gather at once: a row of so many is a cache line.
_COLUMNS = 16

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
class Weights(ReadOnlyArrays):
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

    @lazy
    def rows(self) -> "kernel.Rows | None":
        """What the compiled kernel sums up; None without the kernel."""
        lexicon = self.vocabulary.lexicon
        if lexicon is None:
            return None
        return kernel.Rows(
            lexicon,
            np.ascontiguousarray(self.intercept, np.float64),
            np.ascontiguousarray(self.coef, np.float32),
            np.ascontiguousarray(self.vocabulary.idf, np.float32),
        )

    @lazy
    def contributions(self) -> NDArray[np.float32]:
        """What one occurrence of a feature adds to each topic, before division by the length."""
        product: NDArray[np.float32] = self.coef * self.vocabulary.idf[:, None]
        product.flags.writeable = False
        return product

    @lazy
    def _tables(self) -> list[NDArray[np.float32]]:
        """The contributions and, as the last column, the squared idf, a few columns each."""
        table = np.column_stack([self.contributions, self.vocabulary.idf**2])
        return [
            np.ascontiguousarray(table[:, start : start + _COLUMNS])
            for start in range(0, table.shape[1], _COLUMNS)
        ]

    def score(self, batch: Batch) -> Scores:
        """Score the articles of a batch and their passages."""
        cut = passages(batch.lengths)
        n_passages = len(cut.starts)
        sums = self._sums(
            batch,
            np.concatenate((cut.starts, batch.starts)),
            np.concatenate((cut.ends, batch.ends)),
        )
        sums[n_passages:] += self._damping(batch)
        scores = _divided(sums)
        scores += self.intercept
        return Scores(articles=scores[n_passages:], passages=scores[:n_passages], cut=cut)

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
        sums = self._sums(batch, starts, ends) * (ends > starts)[:, None]
        sums[:, -1] += smoothing
        return _divided(sums)

    def _sums(
        self, batch: Batch, starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The tables' rows for all words and pairs of each run, summed.

        Returns:
            Shape (n_windows, n_topics + 1), float64.
        """
        bounds = np.empty(2 * len(starts), np.int64)
        bounds[::2] = starts
        bounds[1::2] = ends
        left = batch.pairs[ends - 1]
        parts = []
        for table in self._tables:
            sums = _sums_between(bounds, table.take(batch.terms, axis=0))
            sums += _sums_between(bounds, table.take(batch.pairs, axis=0))
            # A pair counts where its first word stands; the one that leaves a run is taken back.
            sums -= table.take(left, axis=0)
            parts.append(sums)
        return _side_by_side(parts)

    def _damping(self, batch: Batch) -> NDArray[np.float64]:
        """What articles' sums change by as repeats count by their logarithm, likewise."""
        found = repeats(batch, self.vocabulary)
        logs = 1 + np.log(found.counts)
        change = logs - found.counts
        parts = [
            np.add.reduceat(table.take(found.features, axis=0) * change[:, None], found.first)
            for table in self._tables
        ]
        squares = self._tables[-1][found.features, -1] * (logs**2 - found.counts)
        parts[-1][:, -1] = np.add.reduceat(squares, found.first)
        return _side_by_side(parts)


def _sums_between(bounds: NDArray[np.int64], gains: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.add.reduceat(gains, bounds, axis=0, dtype=np.float64)[::2]


def _side_by_side(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def _divided(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums over their lengths as vectors, a row for each window."""
    # A run without a known word, where all sums are zero, is left with the score of zero.
    norms = np.sqrt(np.maximum(sums[:, -1:], _LEAST_SQUARE))
    scores: NDArray[np.float64] = sums[:, :-1] / norms
    return scores

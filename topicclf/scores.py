"""Features to scores: how strongly an article and each of its passages speak for each topic."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from topicclf.features import Batch, article_features
from topicclf.passages import Passages, passages
from topicclf.vocabulary import Vocabulary

__all__ = ["Scores", "Weights"]


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

    @cached_property
    def contributions(self) -> NDArray[np.float32]:
        """What one occurrence of a feature adds to each topic, before division by the length."""
        product: NDArray[np.float32] = self.coef * self.vocabulary.idf[:, None]
        return product

    @cached_property
    def _squares(self) -> NDArray[np.float32]:
        squares: NDArray[np.float32] = self.vocabulary.idf**2
        return squares

    def score(self, batch: Batch) -> Scores:
        """Score the articles of a batch and their passages."""
        cut = passages(batch.lengths)
        return Scores(
            articles=self._articles(batch) + self.intercept,
            passages=self.windows(batch, cut.starts, cut.ends) + self.intercept,
            cut=cut,
        )

    def _articles(self, batch: Batch) -> NDArray[np.float64]:
        found = article_features(batch, self.vocabulary)
        ends = np.searchsorted(found.rows, np.arange(len(batch) + 1))
        gains = np.zeros((len(found.rows) + 1, len(self.intercept)))
        np.cumsum(self.coef[found.features] * found.values[:, None], axis=0, out=gains[1:])
        return np.diff(gains[ends], axis=0)

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
        if not len(batch.terms):
            return np.zeros((len(starts), len(self.intercept)))
        # A pair counts where its first word stands; the one that leaves the window is taken back.
        last = np.maximum(ends - 1, starts.clip(max=len(batch.terms) - 1))
        gains = _running_sum(self.contributions, batch)
        lengths = _running_sum(self._squares, batch)
        total = gains[ends] - gains[starts]
        squares = lengths[ends] - lengths[starts]
        filled = ends > starts
        total[filled] -= self.contributions[batch.pairs[last[filled]]]
        squares[filled] -= self._squares[batch.pairs[last[filled]]]
        norms = np.sqrt(np.maximum(squares, 0) + smoothing)
        # What cancels to nearly nothing is a window without a known word.
        norms[norms < 1e-3] = np.inf
        return total / norms[:, None]


def _running_sum(table: NDArray[np.float32], batch: Batch) -> NDArray[np.float64]:
    sums = np.zeros((len(batch.terms) + 1, *table.shape[1:]))
    np.add(table[batch.terms], table[batch.pairs], out=sums[1:], dtype=np.float64)
    np.cumsum(sums, axis=0, out=sums)
    return sums

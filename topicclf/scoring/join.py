"""Scores to topics: one calibrated probability per topic from the article and its passages.

A topic that hides in one paragraph of a long article shows in its best passage, one that runs
through the article shows everywhere; how much each view counts is learnt, per topic, on
out-of-fold scores with a logistic function (Platt scaling [1]_ with more than one score).

.. [1] Platt (1999), "Probabilistic Outputs for Support Vector Machines and Comparisons to
   Regularized Likelihood Methods", Advances in Large Margin Classifiers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topicclf.features.read_only import ReadOnlyArrays
from topicclf.scoring.scores import Scores

__all__ = ["VIEWS", "Join", "views"]

#: What the join looks at, in order.
VIEWS = (
    "article",  # the score of the whole
    "best",  # the score of the best passage
    "mean",  # the mean of the passages' scores
    "crowd",  # the log of the summed exponentials of twice the passages' scores, less "count"
    "share",  # the share of passages that score above zero
    "count",  # the log of the number of passages
)


def views(scores: Scores) -> NDArray[np.float64]:
    """Look at scores in the ways that the join weighs.

    Returns:
        Shape (n_articles, n_topics, n_views), float64.
    """
    found = np.empty((len(VIEWS), *scores.articles.shape))
    article, best, mean, crowd, share, count = found
    article[:] = scores.articles
    if len(article):
        first, counts = scores.cut.first, scores.cut.counts
        np.maximum.reduceat(scores.passages, first, out=best)
        np.add.reduceat(scores.passages, first, out=mean)
        # Shifted by the best, so that no exponential overflows.
        shifted = scores.passages - np.repeat(best, counts, axis=0)
        np.log(np.add.reduceat(np.exp(2 * shifted), first), out=crowd)
        np.add.reduceat(scores.passages > 0, first, dtype=float, out=share)
        mean /= counts[:, None]
        share /= counts[:, None]
        count[:] = np.log(counts)[:, None]
        crowd += 2 * best - count
    return found.transpose(1, 2, 0)


@dataclass(frozen=True, eq=False)
class Join(ReadOnlyArrays):
    """A logistic function of the views, per topic.

    Attributes:
        coef: Shape (n_topics, n_views), float64.
        intercept: Shape (n_topics,), float64.
        prevalence: How often each topic occurs, for articles of which no word is known;
            shape (n_topics,).
    """

    coef: NDArray[np.float64]
    intercept: NDArray[np.float64]
    prevalence: NDArray[np.float64]

    def log_odds(self, scores: Scores) -> NDArray[np.float64]:
        """The log-odds of each topic, shape (n_articles, n_topics)."""
        odds: NDArray[np.float64] = np.einsum("ntv,tv->nt", views(scores), self.coef)
        return odds + self.intercept

    def probabilities(self, scores: Scores, known: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The probability of each topic, shape (n_articles, n_topics).

        Args:
            scores: The scores of a batch.
            known: Whether the model knows any word of the article, shape (n_articles,).
        """
        # The logistic function, in the form that overflows nowhere.
        probability: NDArray[np.float64] = 0.5 + 0.5 * np.tanh(0.5 * self.log_odds(scores))
        if not known.all():
            probability[~known] = self.prevalence
        return probability

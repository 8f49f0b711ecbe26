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

from topicclf.scores import Scores

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
    first = scores.cut.first[:-1]
    if not len(first):
        return np.empty((*scores.articles.shape, len(VIEWS)))
    count = np.diff(scores.cut.first)[:, None].astype(float)
    best = np.maximum.reduceat(scores.passages, first)
    # Shifted by the best, so that no exponential overflows.
    shifted = np.exp(2 * (scores.passages - np.repeat(best, count[:, 0].astype(int), axis=0)))
    crowd = 2 * best + np.log(np.add.reduceat(shifted, first) / count)
    return np.stack(
        [
            scores.articles,
            best,
            np.add.reduceat(scores.passages, first) / count,
            crowd,
            np.add.reduceat((scores.passages > 0).astype(float), first) / count,
            np.broadcast_to(np.log(count), best.shape),
        ],
        axis=2,
    )


@dataclass(frozen=True, eq=False)
class Join:
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
        probability = 1 / (1 + np.exp(-np.clip(self.log_odds(scores), -500, 500)))
        return np.where(known[:, None], probability, self.prevalence)

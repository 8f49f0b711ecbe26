"""The join, learnt from out-of-fold scores."""

import numpy as np
from numpy.typing import NDArray

from topicclf.scoring.join import Join

__all__ = ["learn_join"]

# The log-odds of a topic of which there is no example, or no counterexample.
_SURE = 10.0
# Six or seven steps are usual.
_MOST_STEPS = 50
_SHORTEST_STEP = 1e-9
_TOLERANCE = 1e-6


def learn_join(
    seen: NDArray[np.float64],
    labels: NDArray[np.int8],
    folds: NDArray[np.int64],
    weight: NDArray[np.float64],
    readable: NDArray[np.bool_],
) -> tuple[Join, NDArray[np.float64]]:
    """Learn how the views of an article become one probability per topic.

    Args:
        seen: The views of out-of-fold scores, shape (n_articles, n_topics, n_views).
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
        folds: The fold of each article, shape (n_articles,).
        weight: How much each article counts, likewise.
        readable: Whether any word of it is known, likewise. The others say nothing of the join, and
            get the share of the articles that carry the topic, as in prediction.

    Returns:
        The join, and the probabilities by joins that were learnt without the article's fold,
        shape (n_articles, n_topics): a join flatters the articles that it comes from.
    """
    n_articles, n_topics, n_views = seen.shape
    by_topic = np.ascontiguousarray(seen.transpose(1, 0, 2))
    coef = np.zeros((n_topics, n_views))
    intercept = np.zeros(n_topics)
    prevalence = np.zeros(n_topics)
    log_odds = np.zeros((n_articles, n_topics))
    for topic in range(n_topics):
        known, yes = labels[:, topic] >= 0, labels[:, topic] == 1
        prevalence[topic] = weight[yes].sum() / max(weight[known].sum(), 1)
        rows = known & readable
        mean, spread = np.zeros(n_views), np.full(n_views, np.inf)
        if rows.any():
            mean, spread = by_topic[topic][rows].mean(0), by_topic[topic][rows].std(0)
        spread[spread < 1e-9] = np.inf
        x = np.column_stack([(by_topic[topic] - mean) / spread, np.ones(n_articles)])
        weights = _logistic(x[rows], yes[rows], weight[rows], np.zeros(n_views + 1))
        coef[topic] = weights[:-1] / spread
        intercept[topic] = weights[-1] - coef[topic] @ mean
        for fold in range(int(folds.max(initial=-1)) + 1):
            held = folds == fold
            others = rows & ~held
            log_odds[held, topic] = x[held] @ _logistic(
                x[others], yes[others], weight[others], weights
            )
            others = known & ~held
            log_odds[held & ~readable, topic] = _log_odds_of_any(yes[others], weight[others])
    join = Join(coef=coef, intercept=intercept, prevalence=prevalence)
    return join, 0.5 + 0.5 * np.tanh(0.5 * log_odds)


def _log_odds_of_any(yes: NDArray[np.bool_], weight: NDArray[np.float64]) -> float:
    """The log-odds of a topic in an article of which nothing is known."""
    if yes.all() or not yes.any():
        return _SURE if yes.any() else -_SURE
    return float(np.log(weight[yes].sum()) - np.log(weight[~yes].sum()))


def _logistic(
    x: NDArray[np.float64],
    yes: NDArray[np.bool_],
    weight: NDArray[np.float64],
    start: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Logistic regression with an L2 penalty of strength 1, by Newton's method.

    scikit-learn finds the same, but takes four times as long over so few columns.

    Args:
        x: Standardised views and, last, ones for the intercept, which is not penalised; shape
            (n_articles, n_columns).
        yes: Shape (n_articles,).
        weight: Likewise.
        start: Where to begin, shape (n_columns,).

    Returns:
        The weights, shape (n_columns,).
    """
    if yes.all() or not yes.any():
        only = np.zeros_like(start)
        only[-1] = _SURE if yes.any() else -_SURE
        return only
    sign = np.where(yes, -1.0, 1.0)
    penalty = np.append(np.ones(len(start) - 1), 0.0)

    def loss(at: NDArray[np.float64]) -> float:
        return float(weight @ np.logaddexp(0, sign * (x @ at)) + penalty @ at**2 / 2)

    weights = start
    before = loss(weights)
    for _ in range(_MOST_STEPS):
        p = 0.5 + 0.5 * np.tanh(0.5 * (x @ weights))
        gradient = x.T @ (weight * (p - yes)) + penalty * weights
        curvature = (x.T * (weight * p * (1 - p))) @ x + np.diag(penalty)
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        # The penalised loss is convex, so that a short enough step always leads down.
        while (now := loss(weights - step)) > before and np.abs(step).max() > _SHORTEST_STEP:
            step /= 2
        weights = weights - step
        if before - now <= _TOLERANCE * before:
            break
        before = now
    return weights

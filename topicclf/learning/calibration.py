"""The join, learnt from out-of-fold scores, and how far probabilities are off."""

import numpy as np
from numpy.typing import NDArray

from topicclf.join import Join

__all__ = ["expected_calibration_error", "learn_join"]

# Six or seven steps are usual.
_MOST_STEPS = 50
_SHORTEST_STEP = 1e-9
_TOLERANCE = 1e-9


def learn_join(seen: NDArray[np.float64], labels: NDArray[np.int8]) -> Join:
    """Learn how the views of an article become one probability per topic.

    Args:
        seen: The views of out-of-fold scores, shape (n_articles, n_topics, n_views).
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
    """
    n_topics, n_views = seen.shape[1:]
    by_topic = np.ascontiguousarray(seen.transpose(1, 0, 2))
    coef = np.zeros((n_topics, n_views))
    intercept = np.zeros(n_topics)
    prevalence = np.zeros(n_topics)
    for topic in range(n_topics):
        used = labels[:, topic] >= 0
        views, yes = by_topic[topic][used], labels[used, topic] == 1
        share = yes.mean() if len(yes) else 0.0
        prevalence[topic] = share
        if not 0 < share < 1:
            intercept[topic] = 10.0 if share else -10.0
            continue
        mean, spread = views.mean(0), views.std(0)
        spread[spread < 1e-9] = np.inf
        found = _logistic((views - mean) / spread, yes)
        coef[topic] = found[:-1] / spread
        intercept[topic] = found[-1] - coef[topic] @ mean
    return Join(coef=coef, intercept=intercept, prevalence=prevalence)


def _logistic(seen: NDArray[np.float64], yes: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Logistic regression with an L2 penalty of strength 1, by Newton's method.

    scikit-learn finds the same, but takes five times as long over so few columns.

    Args:
        seen: Standardised views, shape (n_articles, n_views).
        yes: Shape (n_articles,).

    Returns:
        The weights and, last, the intercept, which is not penalised; shape (n_views + 1,).
    """
    x = np.column_stack([seen, np.ones(len(seen))])
    sign = np.where(yes, -1.0, 1.0)
    penalty = np.append(np.ones(seen.shape[1]), 0.0)

    def loss(at: NDArray[np.float64]) -> float:
        return float(np.logaddexp(0, sign * (x @ at)).sum() + penalty @ at**2 / 2)

    found = np.zeros(x.shape[1])
    before = loss(found)
    for _ in range(_MOST_STEPS):
        p = 0.5 + 0.5 * np.tanh(0.5 * (x @ found))
        gradient = x.T @ (p - yes) + penalty * found
        curvature = (x.T * (p * (1 - p))) @ x + np.diag(penalty)
        step = np.linalg.lstsq(curvature, gradient)[0]
        # The penalised loss is convex, so that a short enough step always leads down.
        while (now := loss(found - step)) > before and np.abs(step).max() > _SHORTEST_STEP:
            step /= 2
        found = found - step
        if before - now <= _TOLERANCE * before:
            break
        before = now
    return found


def expected_calibration_error(
    probability: NDArray[np.float64], yes: NDArray[np.bool_], *, n_bins: int = 15
) -> float:
    """The mean gap between stated and true frequency over bins of equal mass.

    Naeini et al. (2015), "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI,
    with bins that hold the same number of articles.

    >>> expected_calibration_error(np.array([0.0, 1.0]), np.array([False, True]), n_bins=2)
    0.0
    """
    order = np.argsort(probability, kind="stable")
    gaps = [
        abs(float(probability[part].mean()) - float(yes[part].mean())) * len(part)
        for part in np.array_split(order, n_bins)
        if len(part)
    ]
    return sum(gaps) / max(len(order), 1)

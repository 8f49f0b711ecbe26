"""The join, learnt from out-of-fold scores, and how far probabilities are off."""

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from topicclf.join import Join

__all__ = ["expected_calibration_error", "learn_join"]


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
        trusting = config_context(assume_finite=True, skip_parameter_validation=True)
        with warnings.catch_warnings(), trusting:
            warnings.simplefilter("ignore", ConvergenceWarning)
            logistic = LogisticRegression(C=1.0, max_iter=500, solver="newton-cholesky")
            logistic.fit((views - mean) / spread, yes)
        coef[topic] = logistic.coef_[0] / spread
        intercept[topic] = logistic.intercept_[0] - coef[topic] @ mean
    return Join(coef=coef, intercept=intercept, prevalence=prevalence)


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

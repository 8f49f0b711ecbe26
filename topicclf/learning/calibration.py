"""The join and the thresholds, learnt from out-of-fold scores."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score

from topicclf.join import Join

__all__ = ["best_threshold", "expected_calibration_error", "learn_join", "measure"]

_GRID = np.round(np.arange(0.05, 0.951, 0.01), 2)
_SMOOTHING = 11
_TOLERANCE = 0.01
# Where topics are told apart with ease the curve is flat for long: no need to go to its end.
_MOST_CAREFUL = 0.65


def learn_join(seen: NDArray[np.float64], labels: NDArray[np.int8]) -> Join:
    """Learn how the views of an article become one probability per topic.

    Args:
        seen: The views of out-of-fold scores, shape (n_articles, n_topics, n_views).
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
    """
    n_topics, n_views = seen.shape[1:]
    coef = np.zeros((n_topics, n_views))
    intercept = np.zeros(n_topics)
    prevalence = np.zeros(n_topics)
    for topic in range(n_topics):
        used = labels[:, topic] >= 0
        views, yes = seen[used, topic], labels[used, topic] == 1
        share = yes.mean() if len(yes) else 0.0
        prevalence[topic] = share
        if not 0 < share < 1:
            intercept[topic] = 10.0 if share else -10.0
            continue
        mean, spread = views.mean(0), views.std(0)
        spread[spread < 1e-9] = np.inf
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            logistic = LogisticRegression(C=1.0, max_iter=500)
            logistic.fit((views - mean) / spread, yes)
        coef[topic] = logistic.coef_[0] / spread
        intercept[topic] = logistic.intercept_[0] - coef[topic] @ mean
    return Join(coef=coef, intercept=intercept, prevalence=prevalence)


def best_threshold(probability: NDArray[np.float64], yes: NDArray[np.bool_]) -> float:
    """The most careful threshold among those with the best F1.

    F1 is nearly flat around its peak, where moving the threshold trades missed topics for false
    ones. The raw peak overfits, so the curve is smoothed, and of the thresholds within one point of
    its best the highest is taken: what is tagged had better be right.

    Args:
        probability: Shape (n_articles,).
        yes: Whether each carries the topic, likewise.
    """
    if not yes.any():
        return 0.5
    passes = probability >= _GRID[:, None]
    f1 = 2 * (passes & yes).sum(1) / (passes.sum(1) + yes.sum())
    half = _SMOOTHING // 2
    smooth = np.convolve(np.pad(f1, half, mode="edge"), np.ones(_SMOOTHING) / _SMOOTHING, "valid")
    good = _GRID[smooth >= smooth.max() - _TOLERANCE]
    return float(max(good.min(), min(good.max(), _MOST_CAREFUL)))


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


def measure(
    probability: NDArray[np.float64], label: NDArray[np.int8], folds: NDArray[np.int64]
) -> dict[str, Any]:
    """What out-of-fold probabilities are worth, and the threshold to put on them.

    Args:
        probability: Shape (n_articles,).
        label: 1 yes, 0 no, -1 unknown, likewise.
        folds: The fold of each article, likewise, for the threshold's spread.
    """
    known = label >= 0
    probability, yes, folds = probability[known], label[known] == 1, folds[known]
    threshold = best_threshold(probability, yes)
    return {
        "positives": int(yes.sum()),
        "negatives": int((~yes).sum()),
        "threshold": threshold,
        "fold_thresholds": [
            best_threshold(probability[folds == f], yes[folds == f])
            for f in np.unique(folds).tolist()
        ],
        "f1": float(f1_score(yes, probability >= threshold, zero_division=0)),
        "average_precision": float(average_precision_score(yes, probability)) if yes.any() else 0.0,
        "calibration_error": expected_calibration_error(probability, yes),
    }

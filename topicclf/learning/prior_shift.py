"""How common each topic is in articles without labels, and what follows for probabilities.

Where only the mix of topics changes, and not what articles of a topic look like, the log-odds of a
calibrated probability move by the difference of the mixes' log-odds. The new mix is the one that
makes the articles' scores most likely, found by expectation and maximisation; Saerens, Latinne and
Decaestecker (2002), "Adjusting the Outputs of a Classifier to New a Priori Probabilities: A Simple
Procedure", Neural Computation 14.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from topicclf.evaluation.answers import log_odds
from topicclf.learning.precision_recall_bounds import Curve

__all__ = ["Mix", "counted_mix", "estimate_mix", "shifted", "shifted_curve"]

# Half an article with the topic and half a one without it, after Jeffreys: a topic that the sample
# lacks may still occur.
_PRIOR = 0.5
# How far estimates are off beside what sampling explains, as a standard deviation of log-odds:
# measured on the outlets of benchmarks/adapt.py, one by one.
_MODEL_ERROR = 0.3
# Of the standard normal distribution, for an interval of 90 %.
_QUANTILE = 1.645
_MOST_STEPS = 5000
_TOLERANCE = 1e-8


@dataclass(frozen=True, eq=False)
class Mix:
    """How common topics are.

    Attributes:
        share: The estimate, shape (n_topics,).
        low: The lower end of its 90 % interval, likewise. It counts the size of the sample and how
            far estimates usually are from the truth.
        high: Its upper end, likewise.
    """

    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def estimate_mix(probability: NDArray[np.float64], before: NDArray[np.float64]) -> Mix:
    """Estimate how common each topic is among articles.

    Args:
        probability: What a model says of them, shape (n_articles, n_topics).
        before: How common the topics are in the mix that it is calibrated for, shape (n_topics,).

    >>> mix = estimate_mix(np.array([[0.99], [0.01], [0.02], [0.01]]), np.array([0.5]))
    >>> mix.share.round(1)
    array([0.3])
    """
    n_articles = len(probability)
    evidence = log_odds(probability) - log_odds(before)
    share = np.array(before, float)
    for _ in range(_MOST_STEPS):
        posterior = _logistic(evidence + log_odds(share))
        after = (posterior.sum(0) + _PRIOR) / (n_articles + 2 * _PRIOR)
        settled = np.abs(after - share).max(initial=0) < _TOLERANCE
        share = after
        if settled:
            break
    # The information on log-odds: the sum of the squared scores of all articles and of the prior.
    information = ((_logistic(evidence + log_odds(share)) - share) ** 2).sum(0)
    information += _PRIOR * ((1 - share) ** 2 + share**2)
    margin = _QUANTILE * np.sqrt(1 / information + _MODEL_ERROR**2)
    return Mix(
        share=share,
        low=_logistic(log_odds(share) - margin),
        high=_logistic(log_odds(share) + margin),
    )


def counted_mix(labels: NDArray[np.int8]) -> Mix:
    """How common each topic is among labelled articles, by Jeffreys' interval.

    Args:
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
    """
    yes, no = (labels == 1).sum(0) + _PRIOR, (labels == 0).sum(0) + _PRIOR
    return Mix(
        share=yes / (yes + no),
        low=betaincinv(yes, no, 0.05),
        high=betaincinv(yes, no, 0.95),
    )


def shifted(
    probability: NDArray[np.float64], before: NDArray[np.float64], after: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probabilities, corrected for another mix.

    Args:
        probability: Shape (..., n_topics).
        before: How common each topic is in the mix that they hold for, shape (n_topics,).
        after: Likewise in the other.

    >>> shifted(np.array([0.5]), np.array([0.2]), np.array([0.02])).round(3)
    array([0.075])
    """
    return _logistic(log_odds(probability) + log_odds(after) - log_odds(before))


def shifted_curve(curve: Curve, before: float, measured: float, mix: Mix) -> Curve:
    """The precision and recall of a topic's thresholds in another mix.

    An article scores what it did, so that a threshold moves with the probabilities and keeps its
    recall. Of the tags the odds to be right change as the odds of the topic do; bounds go by the
    lower end of its interval.

    Args:
        curve: The curve in the earlier mix.
        before: How common the topic is in the mix that the thresholds' probabilities hold for.
        measured: Likewise in the one that the precision was measured in.
        mix: That of the topic in the other.
    """
    precision = shifted(curve.precision, np.array(measured), mix.low)
    return Curve(
        threshold=shifted(curve.threshold, np.array(before), mix.share),
        precision=np.where(curve.precision > 0, precision, 0.0),
        recall=curve.recall,
        recall_bound=curve.recall_bound,
    )


def _logistic(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 + 0.5 * np.tanh(0.5 * log_odds)

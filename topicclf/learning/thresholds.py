"""Thresholds, chosen on out-of-fold probabilities: the best F1, or a promised bound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topicclf.learning.precision_recall_bounds import Curve, OutOfFoldPredictions, curves
from topicclf.learning.ranks import at_least, below

__all__ = ["Objective", "best_thresholds", "choose"]

# How many articles to tag, in shares of those that carry the topic.
_SHARES = np.geomspace(0.2, 5, 81)
_SMOOTHING = 5
# How many positives the curve of all topics counts for in the curve of one: a topic with three
# follows the others, one with three hundred itself.
_PRIOR_POSITIVES = 5.0
# A topic counts in the curve of all topics by up to this many positives.
_ENOUGH_POSITIVES = 30
# With so many positives a threshold is drawn half the way to where it is without any; chosen on
# samples of 100 to 400 articles, by F1 on others.
_HALF_SURE = 50.0
# Where topics are easy to separate F1 is flat over a wide range: no need to go to its end.
_MOST_CAREFUL = 0.65
_LOWEST = 1e-6
_ABOVE = 1e-3


@dataclass(frozen=True)
class Objective:
    """What thresholds are chosen for: the best F1, unless a precision or a recall is promised.

    Attributes:
        precision: Each topic's precision is at least this, at 90 % confidence.
        recall: Likewise; not both.
        caution: Without a promise: how much F1 may be given up for a higher threshold.
        believed: Likewise: whether probabilities mean what they say, as where a base gives the
            join.
    """

    precision: float | None = None
    recall: float | None = None
    caution: float = 0.0
    believed: bool = False

    def __post_init__(self) -> None:
        if self.precision is not None and self.recall is not None:
            msg = "promise a precision or a recall, not both"
            raise ValueError(msg)
        for name, value in (("precision", self.precision), ("recall", self.recall)):
            if value is not None and not 0 < value < 1:
                msg = f"a promised {name} must be between 0 and 1, not {value}"
                raise ValueError(msg)


def choose(
    judged: OutOfFoldPredictions, objective: Objective
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The thresholds that serve an objective best.

    Args:
        judged: Articles, judged out of fold.
        objective: What thresholds are for.

    Returns:
        The thresholds, and the bound of what was promised, NaN where nothing was; both of shape
        (n_topics,).
    """
    if objective.recall is not None:
        promised = [each.keeping_recall(objective.recall) for each in curves(judged)]
    else:
        best = best_thresholds(
            judged.probability,
            judged.labels,
            caution=objective.caution,
            believed=objective.believed,
        )
        best = np.maximum(best, _lowest(judged.labels))
        if objective.precision is None:
            return best, np.full(len(best), np.nan)
        promised = [
            _keeping(each, judged.probability[:, column], objective.precision, float(best[column]))
            for column, each in enumerate(curves(judged))
        ]
    return np.array([t for t, _ in promised]), np.array([bound for _, bound in promised])


def _keeping(
    curve: Curve, probability: NDArray[np.float64], goal: float, usual: float
) -> tuple[float, float]:
    """The threshold that keeps a precision or comes closest, and its bound."""
    threshold, bound = curve.keeping_precision(goal, otherwise=usual)
    place = int(np.searchsorted(curve.threshold, usual, "right")) - 1
    if bound < goal and place >= 0 and curve.precision[place] > bound:
        lower = curve.threshold[place]
        # Of the usual threshold holds what holds of a lower one that tags the same articles.
        if not ((probability >= lower) & (probability < usual)).any():
            return usual, float(curve.precision[place])
    return threshold, bound


def _lowest(labels: NDArray[np.int8]) -> NDArray[np.float64]:
    """The lowest threshold of each topic, shape (n_topics,).

    A little above the share of the articles that carry it: without any sign of it none must be
    tagged. One article alone says nothing out of fold; there the topic must be likelier than not.
    """
    positives = (labels == 1).sum(0)
    share = positives / np.maximum((labels >= 0).sum(0), 1)
    above = share + _ABOVE * (1 - share)
    lowest: NDArray[np.float64] = np.where(positives < 2, np.maximum(above, 0.5), above)
    return lowest


def best_thresholds(
    probability: NDArray[np.float64],
    labels: NDArray[np.int8],
    *,
    caution: float = 0.0,
    believed: bool = False,
) -> NDArray[np.float64]:
    """The threshold of each topic with the best F1, smoothed.

    F1 is looked at by how many articles are tagged, relative to how many carry the topic; there
    the curves of all topics look alike. The raw peak of a rare topic overfits: its curve is
    smoothed, and leant against the curve of all topics by as much as it is short of positives.
    Choosing by rank follows Yang (2001), "A Study of Thresholding Strategies for Text
    Categorization", SIGIR. With few positives in all, low thresholds are drawn up to 0.5: the best
    ones on few articles tag others too eagerly. Where probabilities are believed, thresholds are
    drawn to half of the best F1, which is where they belong: Lipton, Elkan and Naryanaswamy (2014),
    "Optimal Thresholding of Classifiers to Maximize F1 Measure", ECML PKDD.

    Args:
        probability: Shape (n_articles, n_topics).
        labels: 1 yes, 0 no, -1 unknown, likewise.
        caution: How much F1 may be given up for a threshold that is higher, up to 0.65.
        believed: As in `Objective`.

    Returns:
        Shape (n_topics,).
    """
    n_topics = labels.shape[1]
    cuts = np.full((n_topics, len(_SHARES)), 0.5)
    hits = np.zeros_like(cuts)
    tagged = np.zeros_like(cuts)
    positives = np.zeros(n_topics)
    for topic in range(n_topics):
        known = labels[:, topic] >= 0
        p, yes = probability[known, topic], labels[known, topic] == 1
        positives[topic] = yes.sum()
        if positives[topic]:
            cuts[topic], hits[topic], tagged[topic] = _by_rank(p, yes)
    share = np.minimum(positives, _ENOUGH_POSITIVES) / np.maximum(positives, 1)
    everyone = max(float(share @ positives), 1.0)
    lean = _PRIOR_POSITIVES / everyone
    hits = hits + lean * (share @ hits)
    tagged = tagged + lean * (share @ tagged)
    f1 = 2 * hits / (tagged + (positives + _PRIOR_POSITIVES)[:, None])
    half = _SMOOTHING // 2
    kernel = np.ones(_SMOOTHING) / _SMOOTHING
    best_cuts = np.full(n_topics, 0.5)
    for topic in np.flatnonzero(positives).tolist():
        smooth = np.convolve(np.pad(f1[topic], half, mode="edge"), kernel, "valid")
        best = cuts[topic, np.argmax(smooth)]
        if caution:
            good = cuts[topic, smooth >= smooth.max() - caution]
            best = max(best, min(good.max(), _MOST_CAREFUL))
        sure = max(positives[topic], everyone)
        sure /= sure + _HALF_SURE
        if believed:
            best_cuts[topic] = _drawn(float(best), smooth.max() / 2, sure)
        else:
            best_cuts[topic] = _drawn(float(best), max(float(best), 0.5), sure)
    thresholds: NDArray[np.float64] = np.maximum(best_cuts, _LOWEST)
    return thresholds


def _drawn(threshold: float, centre: float, sure: float) -> float:
    """A threshold with its log-odds the closer to those of a centre the less sure it is."""
    if not (0 < threshold < 1 and 0 < centre < 1):
        return threshold
    odds = (threshold / (1 - threshold)) ** sure * (centre / (1 - centre)) ** (1 - sure)
    return float(odds / (1 + odds))


def _by_rank(
    probability: NDArray[np.float64], yes: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """For each share: the threshold that tags so many, how many are right, and how many there are.

    Thresholds are half way between the probabilities of two articles.
    """
    ascending, positives = np.sort(probability), np.sort(probability[yes])
    rank = np.clip(np.round(_SHARES * len(positives)).astype(int), 1, len(ascending))
    cuts = below(ascending, rank)
    return cuts, at_least(positives, cuts).astype(float), at_least(ascending, cuts).astype(float)

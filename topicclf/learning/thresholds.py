"""Thresholds, chosen on out-of-fold probabilities: the best F1, or a promise that holds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

__all__ = ["Curve", "Objective", "best_thresholds", "choose", "curves", "lower_bound"]

# How many articles to tag, in shares of those that carry the topic.
_SHARES = np.geomspace(0.2, 5, 81)
_SMOOTHING = 5
# How many positives the curve of all topics counts for in the curve of one: a topic with three
# goes by the others, one with three hundred by itself.
_PRIOR_POSITIVES = 5.0
# A topic counts in the curve of all topics by up to this many positives.
_ENOUGH_POSITIVES = 30
# Where topics are told apart with ease F1 is flat for long: no need to go to its end.
_MOST_CAREFUL = 0.65
_LOWEST = 1e-6
_CURVE_POINTS = 100
_CONFIDENCE = 0.9


@dataclass(frozen=True)
class Objective:
    """What thresholds are chosen for: the best F1, unless a precision or a recall is promised.

    Attributes:
        precision: Each topic's precision is at least this, at 90 % confidence.
        recall: Likewise; not both.
        caution: Without a promise: how much F1 may be given up for a higher threshold.
    """

    precision: float | None = None
    recall: float | None = None
    caution: float = 0.0

    def __post_init__(self) -> None:
        if self.precision is not None and self.recall is not None:
            msg = "promise a precision or a recall, not both"
            raise ValueError(msg)
        for name, value in (("precision", self.precision), ("recall", self.recall)):
            if value is not None and not 0 < value < 1:
                msg = f"a promised {name} must be between 0 and 1, not {value}"
                raise ValueError(msg)


def choose(
    probability: NDArray[np.float64],
    labels: NDArray[np.int8],
    objective: Objective,
    *,
    groups: NDArray[np.int64] | None = None,
    folds: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The thresholds that serve an objective best.

    Args:
        probability: Shape (n_articles, n_topics).
        labels: 1 yes, 0 no, -1 unknown, likewise.
        objective: What they are for.
        groups: As for `curves`.
        folds: Likewise.

    Returns:
        The thresholds, and the bound of what was promised, NaN where nothing was; both of shape
        (n_topics,).
    """
    if objective.precision is None and objective.recall is None:
        best = best_thresholds(probability, labels, caution=objective.caution)
        return best, np.full(len(best), np.nan)
    found = curves(probability, labels, groups=groups, folds=folds)
    promised = [each.promised(objective) for each in found]
    return np.array([t for t, _ in promised]), np.array([bound for _, bound in promised])


def best_thresholds(
    probability: NDArray[np.float64], labels: NDArray[np.int8], *, caution: float = 0.0
) -> NDArray[np.float64]:
    """The threshold of each topic with the best F1, smoothed.

    F1 is looked at by how many articles are tagged, relative to how many carry the topic; there
    the curves of all topics look alike. The raw peak of a rare topic overfits: its curve is
    smoothed, and leant against the curve of all topics by as much as it is short of positives.
    Choosing by rank follows Yang (2001), "A Study of Thresholding Strategies for Text
    Categorization", SIGIR.

    Args:
        probability: Shape (n_articles, n_topics).
        labels: 1 yes, 0 no, -1 unknown, likewise.
        caution: How much F1 may be given up for a threshold that is higher, up to 0.65.

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
    found = np.full(n_topics, 0.5)
    for topic in np.flatnonzero(positives).tolist():
        smooth = np.convolve(np.pad(f1[topic], half, mode="edge"), kernel, "valid")
        best = cuts[topic, np.argmax(smooth)]
        if caution:
            good = cuts[topic, smooth >= smooth.max() - caution]
            best = max(best, min(good.max(), _MOST_CAREFUL))
        found[topic] = best
    thresholds: NDArray[np.float64] = np.maximum(found, _LOWEST)
    return thresholds


def _by_rank(
    probability: NDArray[np.float64], yes: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """For each share: the threshold that tags so many, how many are right, and how many there are.

    Thresholds stand half way between the probabilities of two articles.
    """
    ascending, positives = np.sort(probability), np.sort(probability[yes])
    rank = np.clip(np.round(_SHARES * len(positives)).astype(int), 1, len(ascending))
    cuts = _below(ascending, rank)
    return cuts, _from(positives, cuts).astype(float), _from(ascending, cuts).astype(float)


def _below(ascending: NDArray[np.float64], rank: NDArray[np.int64]) -> NDArray[np.float64]:
    """Half way from the probability of each rank, counted from the top, to the next lower one."""
    last = ascending[len(ascending) - rank]
    lower = np.concatenate([[0.0], ascending])[np.searchsorted(ascending, last)]
    cuts: NDArray[np.float64] = (last + lower) / 2
    return cuts


def _from(ascending: NDArray[np.float64], cuts: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many are at or above each threshold."""
    counts: NDArray[np.int64] = len(ascending) - np.searchsorted(ascending, cuts)
    return counts


def lower_bound(
    hits: NDArray[Any], tries: NDArray[Any], *, confidence: float = _CONFIDENCE
) -> NDArray[np.float64]:
    """What a share is at least, one-sided: Clopper and Pearson (1934), Biometrika 26.

    Args:
        hits: How often it came out, shape (n,).
        tries: Of how many, likewise.
        confidence: How sure to be.

    >>> lower_bound(np.array([22, 95]), np.array([22, 100])).round(3)
    array([0.901, 0.909])
    """
    bound = np.asarray(beta.ppf(1 - confidence, hits, tries - hits + 1))
    return np.where(hits > 0, bound, 0.0)


@dataclass(frozen=True, eq=False)
class Curve:
    """What thresholds of a topic are worth, out of fold, from the lowest to the highest.

    Attributes:
        threshold: Shape (n,).
        precision: Its lower bound at 90 % confidence, likewise.
        recall: As measured, likewise.
        recall_bound: Its lower bound at 90 % confidence, likewise.
    """

    threshold: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    recall_bound: NDArray[np.float64]

    def promised(self, objective: Objective) -> tuple[float, float]:
        """The threshold that keeps a promise, or else comes closest, and what it is bound to.

        A promised precision is kept by the lowest threshold that keeps it, a promised recall by
        the highest.
        """
        if objective.precision is not None:
            bounds, goal = self.precision, objective.precision
            kept = np.flatnonzero(bounds >= goal)
            place = int(kept.min()) if len(kept) else int(np.argmax(bounds))
        else:
            bounds, goal = self.recall_bound, objective.recall or 0.0
            kept = np.flatnonzero(bounds >= goal)
            place = int(kept.max()) if len(kept) else int(np.argmax(bounds))
        return float(self.threshold[place]), float(bounds[place])

    def to_dict(self) -> dict[str, list[float]]:
        """As lists, rounded downwards where they are bounds."""
        return {
            "threshold": self.threshold.tolist(),
            "precision": (np.floor(self.precision * 1e4) / 1e4).tolist(),
            "recall": np.round(self.recall, 4).tolist(),
        }


def curves(
    probability: NDArray[np.float64],
    labels: NDArray[np.int8],
    *,
    groups: NDArray[np.int64] | None = None,
    folds: NDArray[np.int64] | None = None,
) -> list[Curve]:
    """The curve of each topic, from the articles whose label is known.

    Args:
        probability: Out of fold, shape (n_articles, n_topics).
        labels: 1 yes, 0 no, -1 unknown, likewise.
        groups: Articles of one story share a number, shape (n_articles,). Ten tellings of a story
            say less than ten stories: bounds then count the effective number of articles, after
            Korn and Graubard (1998), "Confidence Intervals for Proportions with Small Expected
            Number of Positive Counts Estimated from Survey Data", Survey Methodology 24.
        folds: The fold of each article, likewise. A bound then holds without any one of the folds
            as well: what hangs on one part of the articles is no promise for others.
    """
    group = np.arange(len(labels)) if groups is None else groups
    fold = np.zeros(len(labels), np.int64) if folds is None else folds
    found = []
    for topic in range(labels.shape[1]):
        known = labels[:, topic] >= 0
        yes = labels[known, topic] == 1
        found.append(_curve(probability[known, topic], yes, group[known], fold[known]))
    return found


def _curve(
    probability: NDArray[np.float64],
    yes: NDArray[np.bool_],
    groups: NDArray[np.int64],
    folds: NDArray[np.int64],
) -> Curve:
    ascending, positives = np.sort(probability), np.sort(probability[yes])
    # As many points among the tags that a rare topic gets as among those of a frequent one.
    most = min(len(ascending), max(5 * len(positives), 1))
    rank = np.unique(np.geomspace(1, most, _CURVE_POINTS).astype(int))
    # Rounded first, so that what is stored of a threshold is what was measured of it.
    rounded = [float(f"{cut:.6g}") for cut in _below(ascending, rank)]
    cuts = np.unique(np.maximum(rounded, _LOWEST))
    hits, tagged = _from(positives, cuts), _from(ascending, cuts)
    every = np.full_like(hits, len(positives))
    # Only articles that share their story make a difference to how many there are in effect.
    _, story, tellings = np.unique(groups, return_inverse=True, return_counts=True)
    shared = tellings[story] > 1
    told, its_yes, story = probability[shared], yes[shared], story[shared]
    passes = told >= cuts[:, None]
    effect = np.array(
        [
            _effect(its_yes[each], story[each], *n)
            for each, *n in zip(passes, hits.tolist(), tagged.tolist(), strict=True)
        ]
    )
    precision = lower_bound(hits / effect, tagged / effect)
    effect = np.array(
        [
            _effect(each[its_yes], story[its_yes], *n)
            for each, *n in zip(passes, hits.tolist(), every.tolist(), strict=True)
        ]
    )
    recall = lower_bound(hits / effect, every / effect)
    numbers = np.unique(folds).tolist()
    for fold in numbers if len(numbers) > 1 else ():
        others = np.sort(probability[folds != fold])
        right = np.sort(probability[(folds != fold) & yes])
        found = _from(right, cuts)
        precision = np.minimum(precision, lower_bound(found, _from(others, cuts)))
        recall = np.minimum(recall, lower_bound(found, np.full_like(found, len(right))))
    return Curve(
        threshold=cuts,
        precision=precision,
        recall=hits / max(len(positives), 1),
        recall_bound=recall,
    )


def _effect(hit: NDArray[np.bool_], story: NDArray[np.int64], hits: int, tries: int) -> float:
    """How many articles say as much as one would if each told its own story; 1 at least.

    Args:
        hit: Of the articles that share their story, which are hits, shape (n_shared,).
        story: The number of each one's story, likewise.
        hits: How many of all are.
        tries: How many there are.
    """
    share = hits / max(tries, 1)
    alone = tries * share * (1 - share)
    if not alone or not len(hit):
        return 1.0
    residual = hit - share
    more = (np.bincount(story, residual) ** 2).sum() - (residual**2).sum()
    return max(1 + float(more / alone), 1.0)

"""Lower bounds of the precision and recall of thresholds, measured out of fold."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from topicclf.learning.ranks import at_least, below

__all__ = ["Curve", "OutOfFoldPredictions", "curves", "lower_bound"]

_LOWEST = 1e-6
# Points in equal ratios from the first tag on, and in equal steps about where promises are made.
_RATIOS = 60
_STEPS = 60
_CONFIDENCE = 0.9


@dataclass(frozen=True, eq=False)
class OutOfFoldPredictions:
    """Articles, judged by classifiers that have not seen them.

    Attributes:
        probability: Shape (n_articles, n_topics).
        labels: 1 yes, 0 no, -1 unknown, likewise.
        folds: The fold of each article, shape (n_articles,). Bounds hold without any one of the
            folds as well: a result that hangs on one part of the articles may not hold for others.
        clusters: Ways in which articles belong together, such as by story or by source: the number
            of each one's cluster, shape (n_articles,) each. Ten reports of one story are less
            evidence than ten stories, and the more sources differ, the less they predict a new one:
            bounds count the effective number of articles, after Korn and Graubard
            (1998), "Confidence Intervals for Proportions with Small Expected Number of Positive
            Counts Estimated from Survey Data", Survey Methodology 24.
    """

    probability: NDArray[np.float64]
    labels: NDArray[np.int8]
    folds: NDArray[np.int64]
    clusters: tuple[NDArray[np.int64], ...] = ()

    def of(self, rows: NDArray[np.bool_]) -> "OutOfFoldPredictions":
        """Some of the articles."""
        return replace(
            self,
            probability=self.probability[rows],
            labels=self.labels[rows],
            folds=self.folds[rows],
            clusters=tuple(cluster[rows] for cluster in self.clusters),
        )

    def topic(self, column: int) -> "OutOfFoldPredictions":
        """The articles whose label for one topic is known, and that topic alone."""
        alone = replace(
            self, probability=self.probability[:, column], labels=self.labels[:, column]
        )
        return alone.of(alone.labels >= 0)


def lower_bound(
    hits: NDArray[Any], tries: NDArray[Any], *, confidence: float = _CONFIDENCE
) -> NDArray[np.float64]:
    """One-sided lower bound of a share: Clopper and Pearson (1934), Biometrika 26.

    Args:
        hits: The number of successes, shape (n,).
        tries: The number of trials, likewise.
        confidence: The level, between 0 and 1.

    >>> lower_bound(np.array([22, 95]), np.array([22, 100])).round(3)
    array([0.901, 0.909])
    """
    # The quantile of a beta distribution, without what scipy.stats puts around it.
    bound = betaincinv(hits, tries - hits + 1, 1 - confidence)
    return np.where(hits > 0, bound, 0.0)


@dataclass(frozen=True, eq=False)
class Curve:
    """Precision and recall of a topic's thresholds, out of fold, from the lowest to the highest.

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

    def keeping_precision(self, goal: float, *, otherwise: float = 0.0) -> tuple[float, float]:
        """The threshold that finds most while it keeps a precision, and its bound.

        Of those that find as much the highest: a lower one would only add what is wrong. Where none
        keeps it, the one that comes closest, of those that are not below `otherwise`.
        """
        kept = np.flatnonzero(self.precision >= goal)
        if len(kept):
            place = _last_best(self.recall, kept)
        else:
            careful = np.flatnonzero(self.threshold >= otherwise)
            if not len(careful):
                return otherwise, 0.0
            place = _last_best(self.precision, careful)
        return float(self.threshold[place]), float(self.precision[place])

    def keeping_recall(self, goal: float) -> tuple[float, float]:
        """The highest threshold that keeps a recall, or else comes closest, and its bound."""
        kept = np.flatnonzero(self.recall_bound >= goal)
        every = np.arange(len(self.recall_bound))
        place = int(kept.max()) if len(kept) else _last_best(self.recall_bound, every)
        return float(self.threshold[place]), float(self.recall_bound[place])

    def to_dict(self) -> dict[str, list[float]]:
        """As lists, rounded downwards where they are bounds."""
        return {
            "threshold": self.threshold.tolist(),
            "precision": (np.floor(self.precision * 1e4) / 1e4).tolist(),
            "recall": np.round(self.recall, 4).tolist(),
        }


def _last_best(values: NDArray[np.float64], places: NDArray[np.int64]) -> int:
    """The last of the places with the greatest value: the highest threshold."""
    return int(places[values[places] == values[places].max()].max())


def curves(judged: OutOfFoldPredictions) -> list[Curve]:
    """The curve of each topic, from the articles whose label is known."""
    return [_curve(judged.topic(column)) for column in range(judged.labels.shape[1])]


def _curve(judged: OutOfFoldPredictions) -> Curve:
    """The curve of one topic; probabilities and labels have the shape (n_articles,)."""
    probability, yes = judged.probability, judged.labels == 1
    ascending, positives = np.sort(probability), np.sort(probability[yes])
    # Rounded first, so that what is stored of a threshold is what was measured of it.
    rounded = [float(f"{cut:.6g}") for cut in below(ascending, _ranks(ascending, positives))]
    cuts = np.unique(np.maximum(rounded, _LOWEST))
    hits, tagged = at_least(positives, cuts), at_least(ascending, cuts)
    every = np.full_like(hits, len(positives))
    effect = np.ones((2, len(cuts)))
    for cluster in judged.clusters:
        # Only articles that share their cluster make a difference to how many there are in effect,
        # and none does where all share one.
        size = np.bincount(cluster)
        shared = size[cluster] > 1
        if size.max(initial=0) == len(cluster) or not shared.any():
            continue
        its_yes, its = yes[shared], np.unique(cluster[shared], return_inverse=True)[1]
        for place, passing in enumerate(probability[shared] >= cuts[:, None]):
            both = (
                _effect(its_yes[passing], its[passing], hits[place], tagged[place]),
                _effect(passing[its_yes], its[its_yes], hits[place], every[place]),
            )
            effect[:, place] = np.maximum(effect[:, place], both)
    precision = lower_bound(hits / effect[0], tagged / effect[0])
    recall = lower_bound(hits / effect[1], every / effect[1])
    numbers = np.unique(judged.folds).tolist()
    for fold in numbers if len(numbers) > 1 else ():
        others = np.sort(probability[judged.folds != fold])
        right = np.sort(probability[(judged.folds != fold) & yes])
        found_right = at_least(right, cuts)
        precision = np.minimum(precision, lower_bound(found_right, at_least(others, cuts)))
        recall = np.minimum(recall, lower_bound(found_right, np.full_like(hits, len(right))))
    return Curve(
        threshold=cuts,
        precision=precision,
        recall=hits / max(len(positives), 1),
        recall_bound=recall,
    )


def _ranks(ascending: NDArray[np.float64], positives: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many articles to tag, as many points for a rare topic as for a frequent one."""
    most = min(len(ascending), max(5 * len(positives), 1))
    about = np.linspace(0.5, 1.5, _STEPS) * len(positives)
    ranks = np.concatenate([np.geomspace(1, most, _RATIOS), about[about <= most]])
    return np.unique(np.maximum(ranks, 1).astype(int))


def _effect(hit: NDArray[np.bool_], cluster: NDArray[np.int64], hits: int, tries: int) -> float:
    """The design effect: how many articles are worth one independent article; 1 at least.

    Args:
        hit: Of the articles that share their cluster, which are hits, shape (n_shared,).
        cluster: The number of each one's cluster, likewise.
        hits: How many of all are.
        tries: How many there are.
    """
    share = hits / max(tries, 1)
    alone = tries * share * (1 - share)
    if not alone or not len(hit):
        return 1.0
    residual = hit - share
    more = (np.bincount(cluster, residual) ** 2).sum() - (residual**2).sum()
    return max(1 + float(more / alone), 1.0)

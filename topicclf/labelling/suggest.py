"""Suggestions: the articles whose labels would teach a model most."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.article import Article, Item
from topicclf.evaluation.answers import log_odds
from topicclf.features import read
from topicclf.learning.matrices import article_matrix

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["Suggestion", "suggest"]

# Of so many times the articles asked for, the most uncertain, those that differ are chosen.
_CANDIDATES = 20
_CHUNK = 1000
# Cosine of two articles that tell the same in nearly the same words.
_NEAR = 0.9


@dataclass(frozen=True)
class Suggestion:
    """An article worth labelling.

    Attributes:
        item: The article, as it was handed in.
        number: Which of the pool it is, from 0 on.
        topic: The topic that the model is most uncertain about.
        uncertainty: How uncertain it is, from 0 to half the number of topics.
        probabilities: What it gives each topic.
    """

    item: Item
    number: int
    topic: str
    uncertainty: float
    probabilities: Mapping[str, float]


def suggest(
    model: "TopicModel", pool: Iterable[Item], *, n: int, labelled: Iterable[Item] = ()
) -> list[Suggestion]:
    """Choose the articles of a pool whose labels would teach the model most.

    Uncertain ones, and such that differ from each other: Brinker (2003), "Incorporating Diversity
    in Active Learning with Support Vector Machines", ICML. An article's uncertainty is the sum
    over topics of how near the probability is to the topic's threshold, so that one label settles
    several doubts; each pick lowers that of the articles that resemble it, by the square of one
    less their cosine.

    Args:
        model: The model.
        pool: Articles without labels; read once, and only the candidates are kept.
        n: How many to choose.
        labelled: Articles that have labels already; nothing near to them is chosen.

    Returns:
        At most `n`, best first; fewer where the pool is small or tells the same again and again.

    Raises:
        TypeError: An item of the pool is no article.
    """
    candidates = heapq.nlargest(
        _CANDIDATES * n, _judged(model, pool), key=lambda one: (one.uncertainty, -one.number)
    )
    features = _features(model, [candidate.item for candidate in candidates])
    likeness = _nearest(features, _features(model, list(labelled)))
    uncertainty = np.array([candidate.uncertainty for candidate in candidates])
    return [candidates[i] for i in _varied(uncertainty, features, likeness, n)]


def _judged(model: "TopicModel", pool: Iterable[Item]) -> Iterator[Suggestion]:
    items = iter(pool)
    number = 0
    while chunk := list(islice(items, _CHUNK)):
        probability = model.predict_proba(chunk)
        margin = log_odds(probability) - log_odds(model.thresholds)
        # One half at the threshold, wherever that is.
        doubt = 1 / (1 + np.exp(np.abs(margin)))
        for item, row, each in zip(chunk, probability.tolist(), doubt, strict=True):
            yield Suggestion(
                item=item,
                number=number,
                topic=model.topics[int(each.argmax())],
                uncertainty=float(each.sum()),
                probabilities=dict(zip(model.topics, row, strict=True)),
            )
            number += 1


def _features(model: "TopicModel", items: list[Item]) -> sparse.csr_matrix:
    vocabulary = model.weights.vocabulary
    return article_matrix(read([Article.of(item).joined for item in items], vocabulary), vocabulary)


def _nearest(features: sparse.csr_matrix, others: sparse.csr_matrix) -> NDArray[np.float64]:
    """The cosine of each row to the nearest of the others; zero without any."""
    nearest = np.zeros(features.shape[0])
    for start in range(0, others.shape[0], _CHUNK):
        cosines = features @ others[start : start + _CHUNK].T
        np.maximum(nearest, cosines.max(axis=1).toarray().ravel(), out=nearest)
    return nearest


def _varied(
    uncertainty: NDArray[np.float64],
    features: sparse.csr_matrix,
    likeness: NDArray[np.float64],
    n: int,
) -> list[int]:
    """Pick one after another, each the most uncertain that differs from those before."""
    # Without a known word nothing is known of an article, and nothing could be learnt from it.
    free = (likeness < _NEAR) & (np.asarray(features.sum(axis=1)).ravel() > 0)
    nearest = np.zeros(len(uncertainty))
    picked: list[int] = []
    while free.any() and len(picked) < n:
        worth = np.where(free, uncertainty * (1 - np.minimum(nearest, 1)) ** 2, -1)
        best = int(worth.argmax())
        picked.append(best)
        cosines = (features @ features[best].T).toarray().ravel()
        np.maximum(nearest, cosines, out=nearest)
        free &= cosines < _NEAR
        free[best] = False
    return picked

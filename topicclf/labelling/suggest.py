"""Suggestions: the articles whose labels would teach a model most."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import islice
from typing import TYPE_CHECKING, Literal

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

# The most uncertain ones alone are all of a kind; 1 would draw in proportion to uncertainty.
_SHARPNESS = 8.0
# Topics are rare: an article that may carry one teaches more than one that may not, so above the
# threshold doubt fades so many times as slowly.
_LEANING = 2.0
# One in so many is drawn at random: without, calibration would only ever see hard cases.
_RANDOM = 4
# So many times the articles asked for are kept, as some will turn out to be near to others.
_SPARE = 3
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
        uncertainty: How uncertain it is: for each topic one half at the threshold and less on
            either side, above it half as steeply, summed over the topics.
        probabilities: What it gives each topic.
        drawn: Whether it was drawn by its uncertainty or at random.
    """

    item: Item
    number: int
    topic: str
    uncertainty: float
    probabilities: Mapping[str, float]
    drawn: Literal["uncertain", "random"] = "uncertain"


def suggest(
    model: "TopicModel",
    pool: Iterable[Item],
    *,
    n: int,
    labelled: Iterable[Item] = (),
    random_state: int = 0,
) -> list[Suggestion]:
    """Choose the articles of a pool whose labels would teach the model most.

    Uncertain ones, yet not simply the most uncertain, which are all of a kind: they are drawn with
    a chance that grows with the eighth power of their uncertainty; Kirsch et al. (2023),
    "Stochastic Batch Acquisition: A Simple Baseline for Deep Active Learning", TMLR. Every fourth
    is drawn at random, and what is nearly the same is taken once.

    Args:
        model: The model.
        pool: Articles without labels; read once, and few of them are held at a time.
        n: How many to choose.
        labelled: Articles that have labels already; nothing near to them is chosen.
        random_state: Seed of the draws.

    Returns:
        At most `n`, so mixed that any first part of them is a good choice too; fewer where the pool
        is small or tells the same again and again.

    Raises:
        TypeError: An item of the pool is no article.
    """
    rng = np.random.default_rng(random_state)
    # The greatest of keys with Gumbel's noise are a draw without replacement: a stream can be
    # drawn from without knowing its end.
    uncertain: list[tuple[float, Suggestion]] = []
    stray: list[tuple[float, Suggestion]] = []
    for chunk in _judged(model, pool):
        noise = rng.gumbel(size=len(chunk)).tolist()
        worth = [
            (_SHARPNESS * float(np.log(one.uncertainty)) + luck, one)
            for one, luck in zip(chunk, noise, strict=True)
        ]
        uncertain = nlargest(_SPARE * n, uncertain + worth, key=lambda pair: pair[0])
        lots = list(zip(rng.random(len(chunk)).tolist(), chunk, strict=True))
        stray = nlargest(_SPARE * n, stray + lots, key=lambda pair: pair[0])
    order = _mixed([one for _, one in uncertain], [one for _, one in stray])
    features = _features(model, [one.item for one in order])
    near = _nearest(features, _features(model, list(labelled))) >= _NEAR
    return [order[i] for i in _apart(features, ~near, n)]


def _judged(model: "TopicModel", pool: Iterable[Item]) -> Iterator[list[Suggestion]]:
    items = iter(pool)
    start = 0
    while chunk := list(islice(items, _CHUNK)):
        probability = model.predict_proba(chunk)
        margin = log_odds(probability) - log_odds(model.thresholds)
        doubt = 1 / (1 + np.exp(np.where(margin > 0, margin / _LEANING, -margin)))
        yield [
            Suggestion(
                item=item,
                number=number,
                topic=model.topics[int(each.argmax())],
                uncertainty=float(each.sum()),
                probabilities=dict(zip(model.topics, row, strict=True)),
            )
            for number, (item, row, each) in enumerate(
                zip(chunk, probability.tolist(), doubt, strict=True), start
            )
        ]
        start += len(chunk)


def _mixed(uncertain: list[Suggestion], stray: list[Suggestion]) -> list[Suggestion]:
    """Every fourth one at random, the others by their uncertainty; each article once."""
    order: dict[int, Suggestion] = {}
    by_worth, by_lot = iter(uncertain), iter(stray)
    while len(order) < len(uncertain):
        lot = len(order) % _RANDOM == _RANDOM - 1
        one = next(by_lot if lot else by_worth, None)
        if one is None:
            break
        order.setdefault(one.number, replace(one, drawn="random") if lot else one)
    return list(order.values())


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


def _apart(features: sparse.csr_matrix, free: NDArray[np.bool_], n: int) -> list[int]:
    """The first `n` rows that are free, say something, and are near to none before them."""
    # Without a known word nothing is known of an article, and nothing could be learnt from it.
    free = free & (np.asarray(features.sum(axis=1)).ravel() > 0)
    picked: list[int] = []
    while free.any() and len(picked) < n:
        first = int(free.argmax())
        picked.append(first)
        free &= (features @ features[first].T).toarray().ravel() < _NEAR
        free[first] = False
    return picked

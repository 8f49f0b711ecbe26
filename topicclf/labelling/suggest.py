"""Suggestions: the articles whose labels would teach a model most."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.evaluation.answers import log_odds
from topicclf.labelling.near_duplicates import NearDuplicateFilter, feature_matrix
from topicclf.labelling.reservoir import Reservoir
from topicclf.labelling.suggestion import Suggestion
from topicclf.text.article import Article, Item, refuse_one

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["suggest"]

# The most uncertain ones alone are all of a kind; 1 would draw in proportion to uncertainty.
_SHARPNESS = 8.0
# Topics are rare: an article that may carry one teaches more than one that may not, so above the
# threshold doubt fades so many times as slowly.
_LEANING = 2.0
# One in so many is drawn at random: without, calibration would only ever see hard cases.
_RANDOM = 4
# So many times the articles asked for are kept of each kind, as some of one are like the other's.
_SPARE = 2
_CHUNK = 1000


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
    is drawn at random, and of near duplicates one is taken.

    Args:
        model: The model.
        pool: Articles without labels; read once, and few of them are held at a time.
        n: How many to choose.
        labelled: Articles that have labels already; no near duplicate of them is chosen.
        random_state: Seed of the draws.

    Returns:
        At most `n`, in an order of which any beginning is a good choice too; fewer if the pool has
        fewer that differ and have a known word.

    Raises:
        TypeError: An item of the pool is not an article.
    """
    for given in (pool, labelled):
        refuse_one(given)
    vocabulary = model.weights.vocabulary
    known = feature_matrix(labelled, vocabulary)
    uncertain, random = (
        Reservoir(_SPARE * n, vocabulary=vocabulary, known=known) for _ in range(2)
    )
    for chunk in _assessed(model, pool):
        numbers = _random_numbers((one.item for one in chunk), random_state)
        worth = _SHARPNESS * np.log([one.uncertainty for one in chunk])
        # The greatest of keys with Gumbel's noise are a draw without replacement: a stream can be
        # drawn from without knowing its end.
        uncertain.add(chunk, worth - np.log(-np.log(numbers[:, 0])))
        random.add(chunk, numbers[:, 1])
    return _mixed(uncertain, random, n)


def _assessed(model: "TopicModel", pool: Iterable[Item]) -> Iterator[list[Suggestion]]:
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


def _random_numbers(items: Iterable[Item], seed: int) -> NDArray[np.float64]:
    """Two random numbers above 0 and below 1 for each article, shape (n_articles, 2).

    They depend on its words, so that copies of an article have no more chances than one.
    """
    texts = (f"{seed}\n{Article.of(item).joined}" for item in items)
    digests = (
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts
    )
    whole = np.frombuffer(b"".join(digests), "<u8").reshape(-1, 2) >> np.uint64(12)
    return np.asarray((whole + 0.5) / 2.0**52, np.float64)


def _mixed(uncertain: Reservoir, random: Reservoir, n: int) -> list[Suggestion]:
    """Every fourth one at random, the others by uncertainty, without near duplicates."""
    both = [*uncertain.kept, *(replace(one, drawn="random") for one in random.kept)]
    features = sparse.csr_matrix(sparse.vstack([uncertain.features, random.features]))
    duplicates = NearDuplicateFilter(features)
    rows = range(len(both))
    by_worth, by_chance = iter(rows[: len(uncertain.kept)]), iter(rows[len(uncertain.kept) :])
    picked: list[int] = []
    while len(picked) < n:
        at_random = len(picked) % _RANDOM == _RANDOM - 1
        order = chain(by_chance, by_worth) if at_random else chain(by_worth, by_chance)
        row = next(filter(duplicates.take, order), None)
        if row is None:
            break
        picked.append(row)
    return [both[row] for row in picked]

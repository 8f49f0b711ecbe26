"""The kernel and the NumPy path side by side, on any model; shared by tests and the fuzzer."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from unittest.mock import patch

import numpy as np

from topicclf import TopicModel, kernel
from topicclf.features.vocabulary import Vocabulary
from topicclf.scoring.join import VIEWS, Join
from topicclf.scoring.scores import Weights
from topicclf.text.words import words

__all__ = ["WORDS", "made_up", "on_numpy", "random_text", "worst_difference"]

#: Of every length about the eight and sixteen bytes that the kernel reads at a time.
WORDS = [
    *(f"w{number}".ljust(length, "x") for number, length in enumerate([*range(1, 40), 700])),
    *["navy", "frigates", "war", "tariffs", "quake", "côte", "漢字", "ß", "\ufb01", "0", "straße"],
]


def on_numpy(model: TopicModel) -> TopicModel:
    """The same model without the kernel."""
    weights = replace(model.weights, vocabulary=replace(model.weights.vocabulary))
    twin = replace(model, weights=weights)
    with patch.object(kernel, "available", False):
        twin.predict("Here the twin finds that there is no kernel.")
    assert weights.vocabulary.lexicon is None
    return twin


def made_up(n_topics: int, *, n_words: int = 60, seed: int = 0) -> TopicModel:
    """A model of random weights; half of its words share a term with another."""
    random = np.random.default_rng(seed)
    surfaces = sorted({word for text in WORDS for word in words(text)})[:n_words]
    n_terms = max(len(surfaces) // 2, min(len(surfaces), 1))
    terms = random.permutation(np.arange(len(surfaces)) % max(n_terms, 1))
    base = n_terms + 1
    pairs = np.unique(random.integers(0, max(n_terms, 1), (40, 2)) @ np.array([base, 1]))
    pairs = pairs if n_terms else pairs[:0]
    size = base + len(pairs)
    idf = random.uniform(1, 11, size).astype(np.float32)
    coef = random.normal(0, 1, (size, n_topics)).astype(np.float32)
    idf[n_terms] = coef[n_terms] = 0
    return TopicModel(
        topics=tuple(f"topic {number}" for number in range(n_topics)),
        thresholds=np.full(n_topics, 0.5),
        weights=Weights(
            coef=coef,
            intercept=random.normal(0, 1, n_topics),
            vocabulary=Vocabulary(
                surfaces=b" ".join(surfaces), surface_terms=terms, pairs=pairs, idf=idf
            ),
        ),
        join=Join(
            coef=random.normal(0, 1, (n_topics, len(VIEWS))),
            intercept=random.normal(0, 1, n_topics),
            prevalence=np.full(n_topics, 0.1),
        ),
    )


def random_text(random: Random, *, most: int = 3000) -> str:
    """Words of `WORDS`, others, and any characters at all, in changing proportions."""
    kind = random.random()
    parts: list[str] = []
    left = int(random.random() ** 3 * most)
    while left > 0:
        chance = random.random()
        if chance < kind:
            part = random.choice(WORDS) + random.choice(" -'\u2019.,\n\x00")
        elif chance < 0.9:
            part = chr(random.choice([random.randrange(128), random.randrange(0x3000)]))
        else:
            part = chr(random.randrange(0x110000)) * random.randrange(1, 4)
        parts.append(part)
        left -= len(part)
    return "".join(parts)


def worst_difference(one: TopicModel, other: TopicModel, texts: Sequence[str]) -> float:
    """The greatest difference between what two models answer, in a batch and one by one.

    Raises:
        AssertionError: They count words differently.
    """
    batch = np.abs(one.predict_proba(texts) - other.predict_proba(texts)).max(initial=0)
    worst = [float(batch)]
    for text in texts:
        ours, theirs = one.predict(text), other.predict(text)
        assert (ours.n_words, ours.known_share) == (theirs.n_words, theirs.known_share), repr(text)
        rows = zip(ours.probabilities.values(), theirs.probabilities.values(), strict=True)
        worst.append(max((abs(a - b) for a, b in rows), default=0.0))
    return max(worst)

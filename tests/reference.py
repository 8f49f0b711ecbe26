"""The same probabilities by another way: word by word, with dictionaries, from the definitions."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from topicclf import TopicModel
from topicclf.text.words import words

__all__ = ["Reference"]


class Reference:
    """A model's answers, computed slowly; shares nothing with the fast path but `words`.

    Args:
        model: The model.
    """

    def __init__(self, model: TopicModel) -> None:
        vocabulary = model.weights.vocabulary
        self._join = model.join
        self._coef = model.weights.coef.astype(float)
        self._intercept = model.weights.intercept
        self._idf = vocabulary.idf.astype(float)
        self._term_of = dict(
            zip(vocabulary.surfaces.split(), vocabulary.surface_terms.tolist(), strict=True)
        )
        n_terms = vocabulary.unknown
        self._pair_of = {
            divmod(pair, n_terms + 1): n_terms + 1 + number
            for number, pair in enumerate(vocabulary.pairs.tolist())
        }

    def probabilities(self, text: str) -> NDArray[np.float64]:
        """The probability of each topic, shape (n_topics,)."""
        terms = [self._term_of.get(word) for word in words(text)]
        if not any(term is not None for term in terms):
            return self._join.prevalence
        counts = Counter(self._features(terms))
        often = np.array(list(counts.values()))
        article = self._score(list(counts), 1 + np.log(often))
        # In a passage each occurrence of a word counts by itself.
        inside = [self._features(terms[start:end]) for start, end in _windows(len(terms))]
        passages = np.array([self._score(each, np.ones(len(each))) for each in inside])
        count = len(passages)
        crowd = np.log(np.exp(2 * passages).sum(0)) - math.log(count)
        views = [article, passages.max(0), passages.mean(0), crowd, (passages > 0).mean(0)]
        seen = np.array([*views, np.full(len(article), math.log(count))])
        odds = (seen.T * self._join.coef).sum(1) + self._join.intercept
        probability: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
        return probability

    def _features(self, terms: list[int | None]) -> list[int]:
        pairs = [self._pair_of.get((a, b)) for a, b in pairwise(terms) if None not in (a, b)]
        return [feature for feature in (*terms, *pairs) if feature is not None]

    def _score(self, features: list[int], times: NDArray[np.float64]) -> NDArray[np.float64]:
        if not features:
            return self._intercept
        values = times * self._idf[features]
        score: NDArray[np.float64] = values @ self._coef[features]
        return score / np.linalg.norm(values) + self._intercept


def _windows(n_words: int) -> list[tuple[int, int]]:
    """Passages of 50 words, spread evenly, about 25 words apart."""
    if n_words <= 75:
        return [(0, n_words)]
    n_steps = math.ceil((n_words - 50) / 25)
    starts = [(n_words - 50) * step // n_steps for step in range(n_steps + 1)]
    return [(start, start + 50) for start in starts]

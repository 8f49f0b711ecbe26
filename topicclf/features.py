"""Words to features: the weighted counts on which both training and prediction stand.

An article is the vector of its terms' and pairs' sublinear counts, ``(1 + ln count) * idf``, cut to
unit length. A passage, where repeats are few, is the plain sum of its words' idf, divided by the
root of the sum of their squares: close to the same, and a difference of two running sums.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topicclf.passages import Passages
from topicclf.vocabulary import Vocabulary
from topicclf.words import words

__all__ = ["Batch", "Triplets", "article_features", "known_words", "passage_features", "read"]


@dataclass(frozen=True, eq=False)
class Batch:
    """The numbered words of some articles, end to end.

    Attributes:
        terms: The term of each word, shape (n_words,), int32.
        pairs: The feature that each word forms with the next, likewise.
        lengths: The number of words of each article, shape (n_articles,), int64.
    """

    terms: NDArray[np.int32]
    pairs: NDArray[np.int32]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, articles: Iterable[NDArray[np.int32]], vocabulary: Vocabulary) -> "Batch":
        """Lay articles of numbered words end to end, and find their pairs."""
        each = list(articles)
        lengths = np.array([len(terms) for terms in each], np.int64)
        terms = np.concatenate(each) if each else np.empty(0, np.int32)
        pairs = vocabulary.pairs_of(terms)
        # No pair reaches from one article into the next.
        ends = np.cumsum(lengths)[lengths > 0]
        pairs[ends - 1] = vocabulary.unknown
        return cls(terms=terms, pairs=pairs, lengths=lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The article of each word, shape (n_words,)."""
        return np.repeat(np.arange(len(self)), self.lengths)


def known_words(batch: Batch, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """How many words of each article the vocabulary knows, shape (n_articles,)."""
    sums = np.concatenate([[0], np.cumsum(batch.terms != vocabulary.unknown)])
    ends = np.cumsum(batch.lengths)
    counts: NDArray[np.int64] = sums[ends] - sums[ends - batch.lengths]
    return counts


@dataclass(frozen=True, eq=False)
class Triplets:
    """A sparse matrix: the values, and the row and feature of each; shape (n,) all three."""

    rows: NDArray[np.int64]
    features: NDArray[np.int64]
    values: NDArray[np.float64]


def read(texts: Sequence[str], vocabulary: Vocabulary) -> Batch:
    """Turn texts into numbered words."""
    return Batch.of((vocabulary.terms(words(text)) for text in texts), vocabulary)


def article_features(batch: Batch, vocabulary: Vocabulary) -> Triplets:
    """Each article's features, a row of unit length per article that has any."""
    width = vocabulary.n_features
    keys = np.concatenate([batch.terms, batch.pairs]) + np.tile(batch.rows, 2) * width
    keys.sort()
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.diff(first, append=len(keys))
    rows, features = np.divmod(keys[first], width)
    values = (1 + np.log(counts)) * vocabulary.idf[features]
    norms = np.sqrt(np.bincount(rows, values**2, len(batch)))
    norms[norms == 0] = 1
    return Triplets(rows=rows, features=features, values=values / norms[rows])


def passage_features(batch: Batch, cut: Passages, vocabulary: Vocabulary) -> Triplets:
    """Each passage's features; what `topicclf.scores` gets from running sums, spelt out."""
    lengths = cut.ends - cut.starts
    rows = np.repeat(np.arange(len(lengths)), lengths)
    places = np.arange(len(rows)) + np.repeat(cut.starts - (np.cumsum(lengths) - lengths), lengths)
    inner = places + 1 < np.repeat(cut.ends, lengths)
    rows = np.concatenate([rows, rows[inner]])
    features = np.concatenate([batch.terms[places], batch.pairs[places[inner]]]).astype(np.int64)
    values = vocabulary.idf[features].astype(np.float64)
    norms = np.sqrt(np.bincount(rows, values**2, len(lengths)))
    norms[norms == 0] = 1
    return Triplets(rows=rows, features=features, values=values / norms[rows])

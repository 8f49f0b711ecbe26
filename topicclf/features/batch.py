"""Words to features: the weighted counts on which both training and prediction stand.

An article is the vector of its terms' and pairs' sublinear counts, ``(1 + ln count) * idf``, cut to
unit length. A passage, where repeats are few, is the plain sum of its words' idf, divided by the
root of the sum of their squares: close to the same, and a sum over a run of words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from topicclf.features.fingerprints import runs
from topicclf.features.passages import Passages
from topicclf.features.vocabulary import Vocabulary
from topicclf.text.words import fold

__all__ = [
    "Batch",
    "Repeats",
    "Triplets",
    "article_features",
    "known_words",
    "passage_features",
    "read",
    "repeats",
]


@dataclass(frozen=True, eq=False)
class Batch:
    """The numbered words of some articles.

    After the words of each article stands one more unknown: no pair reaches over it, and the end of
    every run of words is a place, too.

    Attributes:
        terms: The term of each word, shape (n_words + n_articles,), int64.
        pairs: The feature that each word forms with the next, or the unknown, likewise.
        starts: The first word of each article, shape (n_articles,), int64.
        ends: The unknown after its last, likewise.
    """

    terms: NDArray[np.int64]
    pairs: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, terms: NDArray[np.int64], ends: NDArray[np.int64], vocabulary: Vocabulary) -> Self:
        """Find the pairs and where articles start.

        Args:
            terms: As in the attributes.
            ends: Likewise.
            vocabulary: What the numbers mean.
        """
        starts = np.zeros_like(ends)
        np.add(ends[:-1], 1, out=starts[1:])
        return cls(terms=terms, pairs=vocabulary.pairs_of(terms), starts=starts, ends=ends)

    @classmethod
    def joining(cls, articles: Iterable[NDArray[np.integer]], vocabulary: Vocabulary) -> Self:
        """Join articles whose words are numbered already."""
        stop = np.array([vocabulary.unknown])
        parts = [part for article in articles for part in (article, stop)]
        lengths = np.array([len(part) for part in parts[::2]], np.int64)
        terms = np.concatenate([np.empty(0, np.int64), *parts])
        return cls.of(terms, np.cumsum(lengths + 1) - 1, vocabulary)

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of words of each article, shape (n_articles,)."""
        return self.ends - self.starts

    @property
    def rows(self) -> NDArray[np.int64]:
        """The article of each place, shape (n_words + n_articles,)."""
        return np.repeat(np.arange(len(self)), self.lengths + 1)


def read(texts: Iterable[str], vocabulary: Vocabulary) -> Batch:
    """Turn texts into numbered words."""
    lexicon = vocabulary.lexicon
    if lexicon is None:
        return Batch.of(*vocabulary.read(map(fold, texts)), vocabulary)
    terms, pairs, lengths = (np.frombuffer(part, np.int64) for part in lexicon.number(texts))
    ends = np.cumsum(lengths + 1) - 1
    return Batch(terms=terms, pairs=pairs, starts=ends - lengths, ends=ends)


def known_words(batch: Batch, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """How many words of each article the vocabulary knows, shape (n_articles,)."""
    known = batch.terms != vocabulary.unknown
    counts: NDArray[np.int64] = np.add.reduceat(known, batch.starts, dtype=np.int64)
    return counts


@dataclass(frozen=True, eq=False)
class Repeats:
    """Features that stand more than once in an article; the unknown always does.

    Attributes:
        features: Shape (n,), ordered by article.
        counts: How often each stands there, likewise.
        first: Where the features of each article start, shape (n_articles,).
    """

    features: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]


def repeats(batch: Batch, vocabulary: Vocabulary) -> Repeats:
    """Find the features that stand more than once in an article."""
    width = vocabulary.n_features
    articles = np.arange(len(batch)) * width
    offsets = np.repeat(articles, batch.lengths + 1)
    keys = np.concatenate((batch.terms + offsets, batch.pairs + offsets))
    keys.sort()
    again = np.zeros(len(keys) + 1, bool)
    np.equal(keys[1:], keys[:-1], out=again[1:-1])
    starts, more = runs(again)
    keys = keys[starts]
    return Repeats(features=keys % width, counts=more + 1, first=keys.searchsorted(articles))


@dataclass(frozen=True, eq=False)
class Triplets:
    """A sparse matrix: the values, and the row and feature of each; shape (n,) all three."""

    rows: NDArray[np.int64]
    features: NDArray[np.int64]
    values: NDArray[np.float64]


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
    """Each passage's features; what `topicclf.scoring` sums over runs, spelt out."""
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

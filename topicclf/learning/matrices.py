"""Features as sparse matrices, for training and for the readable way of predicting."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.features import Batch, Triplets, article_features, passage_features
from topicclf.learning.vocabulary import Corpus
from topicclf.passages import Passages, passages
from topicclf.vocabulary import Vocabulary

__all__ = ["article_matrix", "numbered_articles", "numbered_passages", "passage_matrix"]

# Articles at a time: what stands between words and features takes ten times the memory of both.
_CHUNK = 2000


def article_matrix(batch: Batch, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The articles' features, shape (n_articles, n_features), float32."""
    return _matrix(article_features(batch, vocabulary), len(batch), vocabulary)


def passage_matrix(batch: Batch, cut: Passages, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The passages' features, shape (n_passages, n_features), float32."""
    return _matrix(passage_features(batch, cut, vocabulary), len(cut.starts), vocabulary)


def numbered_articles(corpus: Corpus, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The features of a corpus' articles, shape (n_articles, n_features), float32."""
    everything = np.arange(len(corpus.articles))
    parts = [
        article_matrix(batch, vocabulary) for batch in _batches(corpus, vocabulary, everything)
    ]
    empty = _empty(vocabulary)
    return sparse.csr_matrix(sparse.vstack([empty, *parts], format="csr"))


def numbered_passages(
    corpus: Corpus, vocabulary: Vocabulary, rows: NDArray[np.int64]
) -> tuple[sparse.csr_matrix, Passages]:
    """The features of the passages of some articles, and where the passages stand.

    Args:
        corpus: The articles.
        vocabulary: What they are numbered with.
        rows: Which articles.
    """
    parts = [
        passage_matrix(batch, passages(batch.lengths), vocabulary)
        for batch in _batches(corpus, vocabulary, rows)
    ]
    empty = _empty(vocabulary)
    lengths = np.array([len(corpus.articles[row]) for row in rows.tolist()], np.int64)
    return sparse.vstack([empty, *parts], format="csr"), passages(lengths)


def _batches(corpus: Corpus, vocabulary: Vocabulary, rows: NDArray[np.int64]) -> Iterator[Batch]:
    terms = vocabulary.terms(b" ".join(corpus.surfaces))
    for start in range(0, len(rows), _CHUNK):
        chosen = rows[start : start + _CHUNK].tolist()
        yield Batch.joining((terms[corpus.articles[row]] for row in chosen), vocabulary)


def _empty(vocabulary: Vocabulary) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.empty((0, vocabulary.n_features), np.float32))


def _matrix(found: Triplets, n_rows: int, vocabulary: Vocabulary) -> sparse.csr_matrix:
    values = found.values.astype(np.float32)
    shape = (n_rows, vocabulary.n_features)
    matrix = sparse.csr_matrix((values, (found.rows, found.features)), shape=shape)
    matrix.eliminate_zeros()
    return matrix

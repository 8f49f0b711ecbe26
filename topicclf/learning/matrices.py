"""Features as sparse matrices."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.features.batch import Batch, Triplets, article_features, passage_features
from topicclf.features.passages import Passages, passages
from topicclf.features.vocabulary import Vocabulary
from topicclf.learning.corpus import Corpus

__all__ = [
    "article_matrix",
    "numbered_articles",
    "numbered_material",
    "passage_matrix",
    "upper_rows",
]

# Articles at a time: the steps from words to features take ten times the memory of both.
_CHUNK = 2000


def article_matrix(batch: Batch, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The articles' features, shape (n_articles, n_features), float32."""
    return _matrix(article_features(batch, vocabulary), len(batch), vocabulary)


def passage_matrix(batch: Batch, cut: Passages, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The passages' features, shape (n_passages, n_features), float32."""
    return _matrix(passage_features(batch, cut, vocabulary), len(cut.starts), vocabulary)


def numbered_articles(corpus: Corpus, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The features of a corpus' articles, shape (n_articles, n_features), float32."""
    return _stacked(_articles(corpus, vocabulary), vocabulary)


def numbered_material(
    corpus: Corpus, vocabulary: Vocabulary, rows: NDArray[np.int64]
) -> tuple[sparse.csr_matrix, Passages]:
    """The features of all articles and, below them, of the passages of some.

    Args:
        corpus: The articles.
        vocabulary: What they are numbered with.
        rows: The articles whose passages are wanted.

    Returns:
        The features, shape (n_articles + n_passages, n_features), float32; and where the passages
        are in their articles.
    """
    parts = (
        passage_matrix(batch, passages(batch.lengths), vocabulary)
        for batch in _batches(corpus, vocabulary, rows)
    )
    both = chain(_articles(corpus, vocabulary), parts)
    return _stacked(both, vocabulary), passages(corpus.lengths[rows])


def upper_rows(matrix: sparse.csr_matrix, n_rows: int) -> sparse.csr_matrix:
    """The first rows of a matrix, in its own memory."""
    end = matrix.indptr[n_rows]
    parts = matrix.data[:end], matrix.indices[:end], matrix.indptr[: n_rows + 1]
    return sparse.csr_matrix(parts, shape=(n_rows, matrix.shape[1]), copy=False)


def _articles(corpus: Corpus, vocabulary: Vocabulary) -> Iterator[sparse.csr_matrix]:
    for batch in _batches(corpus, vocabulary, np.arange(len(corpus))):
        yield article_matrix(batch, vocabulary)


def _batches(corpus: Corpus, vocabulary: Vocabulary, rows: NDArray[np.int64]) -> Iterator[Batch]:
    terms = vocabulary.terms(b" ".join(corpus.surfaces))
    for start in range(0, len(rows), _CHUNK):
        chosen = rows[start : start + _CHUNK].tolist()
        yield Batch.joining((terms[corpus[row]] for row in chosen), vocabulary)


def _stacked(parts: Iterable[sparse.csr_matrix], vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Matrices one below the other, each let go once it is copied."""
    data, indices, counts = array("f"), array("i"), array("q", [0])
    for part in parts:
        data.frombytes(part.data.tobytes())
        indices.frombytes(part.indices.tobytes())
        counts.frombytes(np.diff(part.indptr).astype(np.int64).tobytes())
    return sparse.csr_matrix(
        (np.frombuffer(data, np.float32), np.frombuffer(indices, np.int32), np.cumsum(counts)),
        shape=(len(counts) - 1, vocabulary.n_features),
    )


def _matrix(cells: Triplets, n_rows: int, vocabulary: Vocabulary) -> sparse.csr_matrix:
    values = cells.values.astype(np.float32)
    shape = (n_rows, vocabulary.n_features)
    matrix = sparse.csr_matrix((values, (cells.rows, cells.features)), shape=shape)
    matrix.eliminate_zeros()
    return matrix

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
from topicclf.learning.matrix_file import Matrix, MatrixFile

__all__ = [
    "article_matrix",
    "numbered_articles",
    "numbered_material",
    "passage_matrix",
]


def article_matrix(batch: Batch, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The articles' features, shape (n_articles, n_features), float32."""
    return _matrix(article_features(batch, vocabulary), len(batch), vocabulary)


def passage_matrix(batch: Batch, cut: Passages, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The passages' features, shape (n_passages, n_features), float32."""
    return _matrix(passage_features(batch, cut, vocabulary), len(cut.starts), vocabulary)


def numbered_articles(corpus: Corpus, vocabulary: Vocabulary) -> Matrix:
    """The features of all articles, shape (n_articles, n_features), float32."""
    return _kept(_articles(corpus, vocabulary), corpus, vocabulary, "weighed")


def numbered_material(
    corpus: Corpus, vocabulary: Vocabulary, rows: NDArray[np.int64]
) -> tuple[Matrix, Passages]:
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
    return _kept(both, corpus, vocabulary, "features"), passages(corpus.lengths[rows])


def _kept(
    parts: Iterable[sparse.csr_matrix], corpus: Corpus, vocabulary: Vocabulary, name: str
) -> Matrix:
    """Matrices one below the other, in memory or in a file."""
    scratch = corpus.scratch
    if scratch is None:
        return _stacked(parts, vocabulary)
    width, most_bytes = vocabulary.n_features, scratch.most_bytes
    return MatrixFile.write(parts, scratch.file(name), width=width, most_bytes=most_bytes)


def _articles(corpus: Corpus, vocabulary: Vocabulary) -> Iterator[sparse.csr_matrix]:
    for batch in _batches(corpus, vocabulary, np.arange(len(corpus))):
        yield article_matrix(batch, vocabulary)


def _batches(corpus: Corpus, vocabulary: Vocabulary, rows: NDArray[np.int64]) -> Iterator[Batch]:
    terms = vocabulary.terms(b" ".join(corpus.surfaces))
    for chosen in corpus.runs(rows):
        yield Batch.joining((terms[corpus[row]] for row in chosen.tolist()), vocabulary)


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

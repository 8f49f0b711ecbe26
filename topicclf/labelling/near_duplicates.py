"""Near duplicates: articles with nearly the same words."""

from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.features.batch import read
from topicclf.features.vocabulary import Vocabulary
from topicclf.learning.matrices import article_matrix
from topicclf.text.article import Article, Item

__all__ = ["NearDuplicateFilter", "feature_matrix", "near_any"]

_CHUNK = 1000
# Least cosine of near duplicates.
_NEAR = 0.9
# The part of a unit vector that holds so much of its square rules most others out.
_HEAVY = 0.5


def feature_matrix(items: Iterable[Item], vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The features of articles, which are not kept; shape (n_articles, n_features), float32."""
    left = iter(items)
    parts: list[sparse.csr_matrix] = []
    # Without any article there is a matrix without rows.
    while not parts or parts[-1].shape[0] == _CHUNK:
        texts = [Article.of(item).joined for item in islice(left, _CHUNK)]
        parts.append(article_matrix(read(texts, vocabulary), vocabulary))
    return sparse.csr_matrix(sparse.vstack(parts))


def near_any(features: sparse.csr_matrix, others: sparse.csr_matrix) -> NDArray[np.bool_]:
    """Whether each row is a near duplicate of one of the others, shape (n_rows,)."""
    likely = _likely(features, others)
    is_near = np.zeros(features.shape[0], bool)
    for row in np.flatnonzero(np.diff(likely.indptr)).tolist():
        near = likely.indices[likely.indptr[row] : likely.indptr[row + 1]]
        is_near[row] = _cosines(others[near], features[row]).max() >= _NEAR
    return is_near


class NearDuplicateFilter:
    """Takes rows one by one, but no near duplicate of a row that it took.

    Args:
        features: Those of all rows, shape (n_rows, n_features).
        settled: So many of the first rows are known to differ from each other.
    """

    def __init__(self, features: sparse.csr_matrix, *, settled: int = 0) -> None:
        self._features = features
        self._passed = np.zeros(features.shape[0], bool)
        later = _likely(features[settled:], features)
        earlier = sparse.csr_matrix((settled, features.shape[0]), dtype=later.dtype)
        likely = sparse.csr_matrix(sparse.vstack([earlier, later]))
        self._likely = likely + likely.T

    def take(self, row: int) -> bool:
        """Take a row unless it is a near duplicate; returns whether it was taken."""
        if self._passed[row]:
            return False
        self._passed[row] = True
        start, end = self._likely.indptr[row : row + 2]
        near = self._likely.indices[start:end]
        near = near[~self._passed[near]]
        if len(near):
            alike = _cosines(self._features[near], self._features[row]) >= _NEAR
            self._passed[near[alike]] = True
        return True


def _likely(features: sparse.csr_matrix, others: sparse.csr_matrix) -> sparse.csr_matrix:
    """Cells that are not zero for all near duplicates, and a few others."""
    parts: list[sparse.csr_matrix] = []
    for start in range(0, max(features.shape[0], 1), _CHUNK):
        bounds = _heavy(features[start : start + _CHUNK]) @ others.T
        # What the light part adds to a cosine is its length at most.
        bounds.data[bounds.data < _NEAR - np.sqrt(1 - _HEAVY)] = 0
        bounds.eliminate_zeros()
        parts.append(bounds)
    return sparse.csr_matrix(sparse.vstack(parts))


def _heavy(features: sparse.csr_matrix) -> sparse.csr_matrix:
    """The greatest values of each row that hold half of its square."""
    row = np.repeat(np.arange(features.shape[0]), np.diff(features.indptr))
    order = np.lexsort((-features.data, row))
    squares = features.data[order].astype(np.float64) ** 2
    before = np.cumsum(squares) - squares
    kept = order[before - before[features.indptr[row]] < _HEAVY]
    parts = features.data[kept], (row[kept], features.indices[kept])
    return sparse.csr_matrix(parts, shape=features.shape)


def _cosines(features: sparse.csr_matrix, one: sparse.csr_matrix) -> NDArray[np.float32]:
    cosines: NDArray[np.float32] = (features @ one.T).toarray().ravel()
    return cosines

"""A reservoir: the articles of a stream with the greatest keys, without near duplicates."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.features.vocabulary import Vocabulary
from topicclf.labelling.near_duplicates import NearDuplicateFilter, feature_matrix, near_any
from topicclf.labelling.suggestion import Suggestion

__all__ = ["Reservoir"]


class Reservoir:
    """Keeps the best articles of a stream, but no near duplicate of a better one.

    Args:
        n: How many are kept.
        vocabulary: The words that articles are compared by; those without any are skipped.
        known: Features of articles to skip with all their near duplicates, shape (n_known,
            n_features).

    Attributes:
        kept: The best, by falling key.
        features: Theirs, shape (n_kept, n_features), float32.
    """

    def __init__(self, n: int, *, vocabulary: Vocabulary, known: sparse.csr_matrix) -> None:
        self.kept: list[Suggestion] = []
        self.features = feature_matrix([], vocabulary)
        self._keys = np.empty(0)
        self._n = n
        self._vocabulary = vocabulary
        self._known = known

    def add(self, offered: Sequence[Suggestion], keys: NDArray[np.float64]) -> None:
        """Take the next articles of the stream, with a key for each, shape (n_offered,)."""
        full = len(self.kept) == self._n
        least = self._keys.min(initial=np.inf) if full else -np.inf
        rows = np.flatnonzero(keys > least)
        features = feature_matrix((offered[row].item for row in rows.tolist()), self._vocabulary)
        free = (np.diff(features.indptr) > 0) & ~near_any(features, self._known)
        n_before = len(self.kept)
        both = [*self.kept, *(offered[row] for row in rows[free].tolist())]
        both_keys = np.concatenate([self._keys, keys[rows[free]]])
        both_features = sparse.csr_matrix(sparse.vstack([self.features, features[free]]))
        duplicates = NearDuplicateFilter(both_features, settled=n_before)
        order = np.argsort(-both_keys, kind="stable").tolist()
        best = [row for row in order if duplicates.take(row)][: self._n]
        self.kept = [both[row] for row in best]
        self.features = both_features[best]
        self._keys = both_keys[best]

"""Features as sparse matrices, for training and for the readable way of predicting."""

import numpy as np
from scipy import sparse

from topicclf.features import Batch, Triplets, article_features, passage_features
from topicclf.passages import Passages
from topicclf.vocabulary import Vocabulary

__all__ = ["article_matrix", "passage_matrix"]


def article_matrix(batch: Batch, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The articles' features, shape (n_articles, n_features), float32."""
    return _matrix(article_features(batch, vocabulary), len(batch), vocabulary)


def passage_matrix(batch: Batch, cut: Passages, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """The passages' features, shape (n_passages, n_features), float32."""
    return _matrix(passage_features(batch, cut, vocabulary), len(cut.starts), vocabulary)


def _matrix(found: Triplets, n_rows: int, vocabulary: Vocabulary) -> sparse.csr_matrix:
    values = found.values.astype(np.float32)
    shape = (n_rows, vocabulary.n_features)
    return sparse.csr_matrix((values, (found.rows, found.features)), shape=shape)

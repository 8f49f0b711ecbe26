"""Term vectors: which terms turn up in the same articles, learnt without their labels.

Where labelled articles are few, most words of the articles to come are in none of them. Terms that
turn up in the same articles get similar vectors, by latent semantic analysis (Deerwester et al.
1990, "Indexing by Latent Semantic Analysis", Journal of the American Society for Information
Science 41), found by random projection (Halko, Martinsson and Tropp 2011, "Finding Structure with
Randomness", SIAM Review 53). A model keeps them for those that start from it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.features.vocabulary import Vocabulary

__all__ = ["MOST_ARTICLES", "learn_term_vectors", "term_vectors_of"]

# So many numbers for each of so many terms, the most frequent ones: 0.4 MB of a model file.
_WIDTH = 64
_MOST_TERMS = 12_000
# More articles say little more, and fewer too little.
MOST_ARTICLES = 20_000
_FEWEST_ARTICLES = 500
_SPARE, _ROUNDS = 8, 2
# Four bits for each number, as a share of the largest of its term: those of rare terms are small.
_LARGEST, _ZERO = 7, 8


def learn_term_vectors(
    articles: sparse.csr_matrix, vocabulary: Vocabulary, *, seed: int
) -> NDArray[np.uint8] | None:
    """Learn which terms turn up together.

    Args:
        articles: Features of articles, shape (n_articles, n_features).
        vocabulary: What the features are.
        seed: Random seed.

    Returns:
        As in `topicclf.features.vocabulary.Vocabulary`, or None where articles or terms are few.
    """
    n_terms = min(vocabulary.unknown, _MOST_TERMS)
    if articles.shape[0] < _FEWEST_ARTICLES or n_terms < _WIDTH + _SPARE:
        return None
    x = articles[:, _frequent(vocabulary, n_terms)]
    random = np.random.default_rng(seed)
    start = random.standard_normal((x.shape[0], _WIDTH + _SPARE), np.float32)
    basis = np.linalg.qr(x.T @ start)[0]
    for _ in range(_ROUNDS):
        basis = np.linalg.qr(x.T @ (x @ basis))[0]
    seen = x @ basis
    _, turned = np.linalg.eigh(seen.T @ seen)
    vectors = basis @ turned[:, : -_WIDTH - 1 : -1]
    # No column matters more for what its sign is: the same on every machine.
    vectors *= np.where(vectors.sum(0) < 0, -1, 1)
    return _packed(vectors)


def term_vectors_of(
    vocabulary: Vocabulary,
) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
    """The terms that have a vector, and their vectors; None where none has.

    Returns:
        Shape (n,), and (n, n_columns).
    """
    packed = vocabulary.term_vectors
    if packed is None:
        return None
    largest, halves = np.ascontiguousarray(packed[:, :2]).view("<f2"), packed[:, 2:]
    steps = np.stack([halves >> 4, halves & 15], axis=2).reshape(len(packed), -1)
    vectors: NDArray[np.float32] = steps.astype(np.float32) - _ZERO
    vectors *= largest.astype(np.float32) / _LARGEST
    return _frequent(vocabulary, len(packed)), vectors


def _packed(vectors: NDArray[np.floating]) -> NDArray[np.uint8]:
    vectors = vectors / max(np.abs(vectors).max(), 1e-9)
    largest = np.abs(vectors).max(1, keepdims=True).astype("<f2")
    share = np.divide(vectors, largest, out=np.zeros_like(vectors), where=largest > 0)
    steps = np.rint(_LARGEST * np.clip(share, -1, 1)).astype(np.int64) + _ZERO
    halves = (steps[:, ::2] << 4 | steps[:, 1::2]).astype(np.uint8)
    return np.hstack([largest.view(np.uint8), halves])


def _frequent(vocabulary: Vocabulary, n_terms: int) -> NDArray[np.int64]:
    """The most frequent terms, ascending."""
    return np.sort(np.argsort(vocabulary.idf[: vocabulary.unknown], kind="stable")[:n_terms])
